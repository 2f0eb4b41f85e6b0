package io.margay.model;

/**
 * Timers as a port. Tasks run on the scheduler's own thread, one after another, and must be short and never block: what takes
 * long is handed to an executor by the task. Safe for all threads.
 */
public interface Scheduler {
  /** A task that may be called off. */
  interface Timer {
    /** Calls the task off. Has no effect when it ran or was called off before. */
    void cancel();
  }

  /**
   * Runs a task once.
   *
   * @param delayMs milliseconds from now; 0 or less means as soon as possible
   * @param task what to run; what it throws is logged and goes no further
   * @return a handle to call it off
   */
  Timer after(long delayMs, Runnable task);

  /**
   * Runs a task again and again, the given time after its last end.
   *
   * @param delayMs milliseconds before the first run
   * @param periodMs milliseconds between the end of one run and the start of the next, {@code > 0}
   * @param task what to run; what it throws is logged, and it runs again all the same
   * @return a handle to end it
   */
  Timer every(long delayMs, long periodMs, Runnable task);
}
