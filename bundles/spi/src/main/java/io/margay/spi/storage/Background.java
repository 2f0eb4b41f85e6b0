package io.margay.spi.storage;

import io.margay.model.FaultHandler;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One daemon thread of an engine for work that no caller waits for, for engines to use. Failures go to the fault handler. Safe for
 * all threads.
 */
public final class Background implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Background.class);
  private static final long END_SECONDS = 30;

  private final ScheduledThreadPoolExecutor executor;
  private final FaultHandler faults;
  private volatile Thread thread;

  /** A task that may fail. */
  @FunctionalInterface
  public interface Task {
    /** @throws IOException goes to the fault handler */
    void run() throws IOException;
  }

  /**
   * @param threadName names the thread
   * @param faults gets the failures
   */
  public Background(String threadName, FaultHandler faults) {
    this.faults = faults;
    this.executor = new ScheduledThreadPoolExecutor(1, task -> {
      Thread made = new Thread(task, threadName);
      made.setDaemon(true);
      thread = made;
      return made;
    });
    // Pending work is found again at the next start.
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /**
   * Runs a task soon, unless this is closed.
   *
   * @param what continues the message "cannot ..."
   * @param task the task
   */
  public void run(String what, Task task) {
    try {
      executor.execute(() -> attempt(what, task));
    } catch (RejectedExecutionException e) {
      LOG.debug("Not done because the engine is closed what={}", what);
    }
  }

  /**
   * Runs a task periodically.
   *
   * @param periodNanos between the end of one run and the next, and before the first
   * @param what continues the message "cannot ..."
   * @param task the task
   */
  public void every(long periodNanos, String what, Task task) {
    executor.scheduleWithFixedDelay(() -> attempt(what, task), periodNanos, periodNanos, TimeUnit.NANOSECONDS);
  }

  /** @return whether the calling thread is the background thread */
  public boolean isCurrentThread() {
    return Thread.currentThread() == thread;
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
