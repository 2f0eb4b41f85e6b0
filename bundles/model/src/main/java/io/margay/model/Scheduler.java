package io.margay.model;

/**
 * Timers as a port. Tasks run on the scheduler's own thread, one after another, and must be short and never block: a task
 * passes long work to an executor. Safe for all threads.
 */
public interface Scheduler {
  /** A task that may be cancelled. */
  interface Timer {
    /** Cancels the task. Has no effect when it has run or was cancelled before. */
    void cancel();
  }

  /**
   * Runs a task once.
   *
   * @param delayMs milliseconds from now; 0 or less means as soon as possible
   * @param task what to run; exceptions are logged and not propagated
   * @return a handle to cancel it
   */
  Timer after(long delayMs, Runnable task);

  /**
   * Runs a task repeatedly, the given time after the end of the previous run.
   *
   * @param delayMs milliseconds before the first run
   * @param periodMs milliseconds between the end of one run and the start of the next, {@code > 0}
   * @param task what to run; exceptions are logged, and the task still runs again
   * @return a handle to end it
   */
  Timer every(long delayMs, long periodMs, Runnable task);
}
