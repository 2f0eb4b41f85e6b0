package io.margay.replication.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What all thread pools of this bundle need. */
final class Pools {
  private Pools() { }

  /** Changes the number of threads of a pool, in an order that never asks for more core threads than the maximum. */
  static void resize(ThreadPoolExecutor pool, int count) {
    int now = pool.getMaximumPoolSize();
    if (count > now) {
      pool.setMaximumPoolSize(count);
      pool.setCorePoolSize(count);
    } else if (count < now) {
      pool.setCorePoolSize(count);
      pool.setMaximumPoolSize(count);
    }
  }

  /**
   * Refuses further tasks and waits, for a bounded time, for those that were accepted. Interrupts nothing: an interrupt would close
   * the files that a task reads.
   *
   * @return whether all tasks have ended
   */
  static boolean end(ExecutorService executor, long seconds) {
    executor.shutdown();
    try {
      return executor.awaitTermination(seconds, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
