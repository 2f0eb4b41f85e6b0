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
 * <p>Starts some time after the broker: the management classes of the JVM would slow the start down, and a heap does not fill
 * in the first seconds. While this bundle is updated nothing is watched; no request depends on it.
 */
@Component(service = {}, immediate = true)
public final class HeapWatch {
  private static final Logger LOG = LoggerFactory.getLogger(HeapWatch.class);
  private static final long BEGIN_MS = 5_000;
  private static final double NEARLY_FULL = 0.92;

  private final List<MemoryUser> users = new CopyOnWriteArrayList<>();
  private final HeapReport report = new HeapReport();
  private final Scheduler.Timer begin;
  private HeapPool pool;
  private boolean closed;

  /** @param scheduler for the delayed start */
  @Activate
  public HeapWatch(@Reference Scheduler scheduler) {
    begin = scheduler.after(BEGIN_MS, this::begin);
  }

  private synchronized void begin() {
    if (closed) {
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
    begin.cancel();
    if (pool != null) {
      pool.close();
    }
  }
}
