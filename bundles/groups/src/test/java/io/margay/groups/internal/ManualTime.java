package io.margay.groups.internal;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Clock and scheduler whose time the test moves; timers run on the test's thread. */
final class ManualTime implements Clock, Scheduler {
  private final class Task implements Timer {
    private final long atMs;
    private final long number;
    private final Runnable work;
    private final long periodMs;

    Task(long atMs, long periodMs, Runnable work) {
      this.atMs = atMs;
      this.number = ++counter;
      this.periodMs = periodMs;
      this.work = work;
    }

    @Override
    public void cancel() {
      tasks.remove(this);
    }
  }

  private final PriorityQueue<Task> tasks =
      new PriorityQueue<>(Comparator.<Task>comparingLong(t -> t.atMs).thenComparingLong(t -> t.number));
  private long counter;
  private long nowMs = 1_000_000;

  @Override
  public long millis() {
    return nowMs;
  }

  @Override
  public long nanos() {
    return nowMs * 1_000_000;
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    Task t = new Task(nowMs + Math.max(0, delayMs), 0, task);
    tasks.add(t);
    return t;
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    Task t = new Task(nowMs + delayMs, periodMs, task);
    tasks.add(t);
    return t;
  }

  int timers() {
    return tasks.size();
  }

  void advance(long ms) {
    long until = nowMs + ms;
    while (!tasks.isEmpty() && tasks.peek().atMs <= until) {
      Task t = tasks.poll();
      nowMs = Math.max(nowMs, t.atMs);
      t.work.run();
      if (t.periodMs > 0) {
        every(t.periodMs, t.periodMs, t.work);
      }
    }
    nowMs = until;
  }
}
