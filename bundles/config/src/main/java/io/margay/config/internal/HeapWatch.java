package io.margay.config.internal;

import io.margay.model.Scheduler;
import io.margay.spi.memory.MemoryUser;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs what holds the memory before a full heap ends the process. The shipped JVM options end it at the first
 * OutOfMemoryError; a collection that leaves the heap nearly full comes before that.
 *
 * <p>The management classes of the JVM are loaded only when the heap has grown to half of what it may have: most brokers never
 * need them, and loading them takes CPU time. While this bundle is updated nothing is watched; no request
 * depends on it.
 */
@Component(service = {}, immediate = true)
public final class HeapWatch {
  private static final Logger LOG = LoggerFactory.getLogger(HeapWatch.class);
  private static final long LOOK_MS = 1_000;
  private static final double NEARLY_FULL = 0.92;

  private final List<MemoryUser> users = new CopyOnWriteArrayList<>();
  private final HeapReport report = new HeapReport();
  private final Scheduler scheduler;
  private Scheduler.Timer look;
  private HeapPool pool;
  private boolean closed;

  /** @param scheduler for the look at the size of the heap */
  @Activate
  public HeapWatch(@Reference Scheduler scheduler) {
    this.scheduler = scheduler;
    this.look = scheduler.after(LOOK_MS, this::look);
  }

  private synchronized void look() {
    if (closed) {
      return;
    }
    Runtime runtime = Runtime.getRuntime();
    if (runtime.totalMemory() < runtime.maxMemory() / 2) {
      look = scheduler.after(LOOK_MS, this::look);
      return;
    }
    pool = HeapPool.find();
    if (pool != null) {
      pool.watch((long) (pool.maxBytes() * NEARLY_FULL), this::nearlyFull);
    }
  }

  private synchronized void nearlyFull() {
    if (closed) {
      return;
    }
    String line = report.lineOrNull(pool.usedBytes(), pool.maxBytes(), users, System.nanoTime());
    if (line != null) {
      LOG.warn(line);
    }
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addUser(MemoryUser user) {
    users.add(user);
  }

  void removeUser(MemoryUser user) {
    users.remove(user);
  }

  /** Ends the watch. */
  @Deactivate
  synchronized void close() {
    closed = true;
    look.cancel();
    if (pool != null) {
      pool.close();
    }
  }
}
