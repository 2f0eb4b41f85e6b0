package io.margay.replication.internal;

import java.util.ArrayDeque;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that wait for the log of one replica, and the thread that runs them in their order. Guarded by the replica's monitor, but
 * for {@link #drain}.
 */
final class OpenTasks {
  private static final Logger LOG = LoggerFactory.getLogger(OpenTasks.class);

  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>(0);
  /** The thread that empties the queue now, or null. */
  private Thread drainer;

  /** Adds a task: at the head, when it is being run now and asks again. */
  void add(Runnable task) {
    if (drainer == Thread.currentThread()) {
      waiting.addFirst(task);
    } else {
      waiting.addLast(task);
    }
  }

  boolean remove(Runnable task) {
    return waiting.remove(task);
  }

  Runnable poll() {
    return waiting.poll();
  }

  /** False when another thread drains: that one checks the queue and the state again before it leaves. */
  boolean beginDraining() {
    if (drainer != null) {
      return false;
    }
    drainer = Thread.currentThread();
    return true;
  }

  void endDraining() {
    drainer = null;
  }

  /**
   * Runs tasks until there is none; one that throws an exception does not affect the next one. Without the monitor.
   *
   * @param next takes the monitor; null ends it
   */
  static void drain(LocalReplica replica, Supplier<Runnable> next) {
    for (Runnable task = next.get(); task != null; task = next.get()) {
      try {
        task.run();
      } catch (RuntimeException | Error e) {
        LOG.error("A request that waited for a log failed topic={} partition={}", replica.id().topic(), replica.id().partition(), e);
      }
    }
  }
}
