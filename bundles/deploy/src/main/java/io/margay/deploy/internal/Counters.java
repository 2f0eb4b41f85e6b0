package io.margay.deploy.internal;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;

/**
 * The server's counters, and what they were in the last minute: a few copies of them, the oldest ones are dropped. Any thread.
 */
final class Counters implements AutoCloseable {
  private static final int COPIES = 13;
  private static final long EVERY_SECONDS = 5;
  /** While a node starts, others need the processor. */
  private static final long FIRST_SECONDS = 1;

  /** The counters at a moment. */
  record Sample(long nanos, Map<String, Long> values) { }

  private final BundleContext system;
  private final Deque<Sample> last = new ArrayDeque<>();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
    Thread thread = new Thread(task, "margay-deploy-counters");
    thread.setDaemon(true);
    return thread;
  });

  /** @param system the context of the framework itself */
  Counters(BundleContext system) {
    this.system = system;
  }

  /** Begins to keep copies. */
  void start() {
    timer.scheduleWithFixedDelay(() -> add(new Sample(System.nanoTime(), read())), FIRST_SECONDS, EVERY_SECONDS, TimeUnit.SECONDS);
  }

  private synchronized void add(Sample sample) {
    if (last.size() == COPIES) {
      last.removeFirst();
    }
    last.addLast(sample);
  }

  /** What was until now is no measure for what comes: a version that did worse was in place. */
  synchronized void startAgain() {
    last.clear();
    add(new Sample(System.nanoTime(), read()));
  }

  /** The oldest copy, of a minute ago or less; the counters of now while there is none. */
  synchronized Sample oldest() {
    return last.isEmpty() ? new Sample(System.nanoTime(), read()) : last.getFirst();
  }

  /** What the server says now; empty while there is none. */
  @SuppressWarnings("unchecked")
  Map<String, Long> read() {
    return Services.call(system, Supplier.class, "(margay.counters=requests)", server -> (Map<String, Long>) server.get(), Map.of());
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
