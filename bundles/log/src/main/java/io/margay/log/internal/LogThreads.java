package io.margay.log.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Makes the threads of one {@link LogManager}; a simulation gives executors of its own. */
@FunctionalInterface
interface LogThreads {
  /** Threads that end when there is nothing to do. */
  LogThreads REAL = name -> {
    ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 20, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        task -> new Thread(task, name));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  };

  /**
   * @param name of the thread
   * @return runs one task at a time, in order; refuses tasks when it is shut down
   */
  ExecutorService single(String name);
}
