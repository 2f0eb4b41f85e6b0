package io.margay.replication.internal;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Clock, timers and all other work of several brokers in one thread, in an order that is always the same. */
final class SimulatedTime implements Clock, Scheduler {
  private record Task(long dueMs, long number, Runnable action) { }

  private final PriorityQueue<Task> tasks = new PriorityQueue<>(Comparator.comparingLong(Task::dueMs).thenComparingLong(Task::number));
  private long nowMs = 1_000_000;
  private long number;

  @Override
  public long millis() {
    return nowMs;
  }

  @Override
  public long nanos() {
    return nowMs * 1_000_000;
  }

  @Override
  public Timer after(long delayMs, Runnable action) {
    Task task = new Task(nowMs + Math.max(0, delayMs), number++, action);
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    throw new UnsupportedOperationException();
  }

  /** Lets time pass; {@code afterEach} runs after each task. */
  void run(long ms, Runnable afterEach) {
    long end = nowMs + ms;
    afterEach.run();
    while (!tasks.isEmpty() && tasks.peek().dueMs <= end) {
      Task next = tasks.poll();
      nowMs = Math.max(nowMs, next.dueMs);
      next.action.run();
      afterEach.run();
    }
    nowMs = end;
  }
}
