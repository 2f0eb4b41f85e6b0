package io.margay.replication.internal;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** What all thread pools of this bundle need. */
final class Pools {
  /** Makes the pools of one {@link ReplicationContext}; a simulation gives executors of its own. */
  @FunctionalInterface
  interface Factory {
    /**
     * @param name of the threads
     * @param threads how many
     * @param queue how many tasks may wait
     * @return an executor that refuses tasks when its queue is full or it is shut down
     */
    ExecutorService pool(String name, int threads, int queue);
  }

  private static final long IDLE_SECONDS = 5;

  private Pools() { }

  /** Threads that end when there is nothing to do. */
  static ExecutorService threads(String name, int threads, int queue) {
    ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE_SECONDS, TimeUnit.SECONDS,
        queue == Integer.MAX_VALUE ? new LinkedBlockingQueue<>() : new ArrayBlockingQueue<>(queue), task -> new Thread(task, name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Changes the number of threads of a pool, in an order that never asks for more core threads than the maximum. */
  static void resize(ExecutorService executor, int count) {
    if (!(executor instanceof ThreadPoolExecutor pool)) {
      return;
    }
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
