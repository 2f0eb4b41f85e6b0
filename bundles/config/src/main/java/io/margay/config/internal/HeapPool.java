package io.margay.config.internal;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import javax.management.ListenerNotFoundException;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;

/**
 * The part of the heap that holds long-lived objects. The JVM notifies it when a collection leaves more than the threshold in
 * use.
 */
final class HeapPool {
  private final MemoryPoolMXBean pool;
  private NotificationListener listener;

  private HeapPool(MemoryPoolMXBean pool) {
    this.pool = pool;
  }

  /** @return the largest pool of the heap that supports a threshold, or null when this JVM has none */
  static HeapPool find() {
    MemoryPoolMXBean best = null;
    for (MemoryPoolMXBean candidate : ManagementFactory.getMemoryPoolMXBeans()) {
      if (candidate.getType() == MemoryType.HEAP && candidate.isCollectionUsageThresholdSupported()
          && (best == null || candidate.getUsage().getMax() > best.getUsage().getMax())) {
        best = candidate;
      }
    }
    return best == null || best.getUsage().getMax() <= 0 ? null : new HeapPool(best);
  }

  /** @return the most bytes that fit */
  long maxBytes() {
    return pool.getUsage().getMax();
  }

  /** @return bytes in use after the last collection */
  long usedBytes() {
    MemoryUsage usage = pool.getCollectionUsage();
    return usage == null ? 0 : usage.getUsed();
  }

  /**
   * Calls a task on a thread of the JVM when a collection leaves more than the threshold in use, and again each time after the
   * use has fallen below it.
   */
  void watch(long thresholdBytes, Runnable task) {
    listener = (notification, handback) -> task.run();
    ((NotificationEmitter) ManagementFactory.getMemoryMXBean()).addNotificationListener(listener, null, null);
    pool.setCollectionUsageThreshold(thresholdBytes);
  }

  /** Ends {@link #watch}. */
  void close() {
    if (listener == null) {
      return;
    }
    pool.setCollectionUsageThreshold(0);
    try {
      ((NotificationEmitter) ManagementFactory.getMemoryMXBean()).removeNotificationListener(listener);
    } catch (ListenerNotFoundException e) {
      throw new IllegalStateException("Another party removed the heap listener", e);
    }
    listener = null;
  }
}
