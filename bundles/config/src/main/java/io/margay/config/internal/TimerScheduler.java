package io.margay.config.internal;

import io.margay.model.Scheduler;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Timers on one daemon thread. After {@code close}, no timer runs; new timers are accepted and never run. */
@Component
public final class TimerScheduler implements Scheduler {
  private static final Logger LOG = LoggerFactory.getLogger(TimerScheduler.class);
  private static final long CLOSE_MS = 5000;

  private final ScheduledThreadPoolExecutor executor;

  /** The thread starts with the first timer. */
  @Activate
  public TimerScheduler() {
    executor = new ScheduledThreadPoolExecutor(1, task -> {
      Thread thread = new Thread(task, "margay-timer");
      thread.setDaemon(true);
      return thread;
    });
    // most timers are timeouts that are cancelled: they must not pile up until they would expire
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    return timer(() -> executor.schedule(logged(task), delayMs, TimeUnit.MILLISECONDS));
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    return timer(() -> executor.scheduleWithFixedDelay(logged(task), delayMs, periodMs, TimeUnit.MILLISECONDS));
  }

  /** Ends the thread and waits for the running task. */
  @Deactivate
  void close() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("A timer's task has not ended: waitedMs={}", CLOSE_MS);
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private static Timer timer(Supplier<ScheduledFuture<?>> schedule) {
    try {
      ScheduledFuture<?> future = schedule.get();
      return () -> future.cancel(false);
    } catch (RejectedExecutionException e) {
      LOG.debug("A timer was scheduled after the scheduler was closed");
      return () -> { };
    }
  }

  private static Runnable logged(Runnable task) {
    return () -> {
      try {
        task.run();
      } catch (Throwable t) { // also an Error: the thread serves all parts
        LOG.error("A timer's task failed: task={}", task, t);
      }
    };
  }
}
