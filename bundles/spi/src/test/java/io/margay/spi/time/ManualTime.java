package io.margay.spi.time;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * A clock that stands still until a test moves it, and the timers that are due on the way. They run on the test's thread, each at its
 * time, in the order in which they were set. Safe for all threads.
 */
public final class ManualTime implements Clock, Scheduler {
  private record Task(long atMs, long number, long periodMs, Runnable work, Object series) { }

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::atMs).thenComparingLong(Task::number));
  private long nowMs = 1_000_000;
  private long number;

  @Override
  public synchronized long millis() {
    return nowMs;
  }

  @Override
  public synchronized long nanos() {
    return nowMs * 1_000_000;
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    return start(delayMs, 0, task);
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    return start(delayMs, periodMs, task);
  }

  private Timer start(long delayMs, long periodMs, Runnable work) {
    Object series = new Object();
    add(delayMs, periodMs, work, series);
    return () -> {
      synchronized (this) {
        tasks.removeIf(task -> task.series == series);
      }
    };
  }

  private synchronized void add(long delayMs, long periodMs, Runnable work, Object series) {
    tasks.add(new Task(nowMs + Math.max(0, delayMs), number++, periodMs, work, series));
  }

  /** @return how many timers are set */
  public synchronized int timers() {
    return tasks.size();
  }

  /** Moves the clock, and runs the timers that are due. */
  public void advance(long ms) {
    advance(ms, () -> { });
  }

  /** Moves the clock, and runs the timers that are due. @param afterEach runs first, and after each timer */
  public void advance(long ms, Runnable afterEach) {
    long end = millis() + ms;
    afterEach.run();
    for (Task next = next(end); next != null; next = next(end)) {
      next.work.run();
      afterEach.run();
    }
    synchronized (this) {
      nowMs = end;
    }
  }

  private synchronized Task next(long end) {
    Task next = tasks.peek();
    if (next == null || next.atMs > end) {
      return null;
    }
    tasks.remove();
    nowMs = Math.max(nowMs, next.atMs);
    if (next.periodMs > 0) {
      add(next.periodMs, next.periodMs, next.work, next.series);
    }
    return next;
  }
}
