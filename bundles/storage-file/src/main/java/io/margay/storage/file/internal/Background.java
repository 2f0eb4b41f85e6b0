package io.margay.storage.file.internal;

import io.margay.model.FaultHandler;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One daemon thread for work that no caller waits for. Failures go to the fault handler. */
final class Background implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);
  private static final long END_SECONDS = 30;

  private final ScheduledThreadPoolExecutor executor;
  private final FaultHandler faults;

  /** A task that may fail. */
  @FunctionalInterface
  interface Task {
    void run() throws IOException;
  }

  Background(String threadName, FaultHandler faults) {
    this.faults = faults;
    this.executor = new ScheduledThreadPoolExecutor(1, task -> {
      Thread thread = new Thread(task, threadName);
      thread.setDaemon(true);
      return thread;
    });
    // Pending deletions are found again at the next start.
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** @param what continues the message "cannot ..." */
  void run(String what, Task task) {
    try {
      executor.execute(() -> attempt(what, task));
    } catch (RejectedExecutionException e) {
      LOG.debug("Not done because the engine is closed what={}", what);
    }
  }

  void every(long periodNanos, Task task) {
    executor.scheduleWithFixedDelay(() -> attempt("maintain the logs", task), periodNanos, periodNanos, TimeUnit.NANOSECONDS);
  }

  /** Catches errors as well: the executor would never again run a periodic task that threw one. */
  private void attempt(String what, Task task) {
    try {
      task.run();
    } catch (Throwable e) {
      faults.onFault("cannot " + what, e);
    }
  }

  /** Waits for the running task; others are dropped. Nothing is interrupted: that would close the channel under the task. */
  @Override
  public void close() {
    executor.getQueue().clear();
    executor.shutdown();
    try {
      if (!executor.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("A background task did not end in time seconds={}", END_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
