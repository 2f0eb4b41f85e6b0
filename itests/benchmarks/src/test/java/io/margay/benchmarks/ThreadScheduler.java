package io.margay.benchmarks;

import io.margay.model.Scheduler;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Timers on one thread. */
public final class ThreadScheduler implements Scheduler, AutoCloseable {
  private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1);

  @Override
  public Timer after(long delayMs, Runnable task) {
    return timer(executor.schedule(task, delayMs, TimeUnit.MILLISECONDS));
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    return timer(executor.scheduleWithFixedDelay(task, delayMs, periodMs, TimeUnit.MILLISECONDS));
  }

  private static Timer timer(Future<?> scheduled) {
    return () -> scheduled.cancel(false);
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
