package io.margay.replication.internal;

import io.margay.model.Scheduler;
import java.util.ArrayList;
import java.util.List;

/** Timers that run when the test says that time has passed. */
public final class FakeScheduler implements Scheduler {
  private final List<Task> tasks = new ArrayList<>();
  private long nowMs;
  private boolean immediate;

  private final class Task implements Timer {
    private final long dueMs;
    private final Runnable action;

    Task(long dueMs, Runnable action) {
      this.dueMs = dueMs;
      this.action = action;
    }

    @Override
    public void cancel() {
      synchronized (FakeScheduler.this) {
        tasks.remove(this);
      }
    }
  }

  /** From now on timers run before the call that sets them returns, as they may on a loaded machine. */
  public void runAtOnce() {
    immediate = true;
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    if (immediate) {
      // a timer that sets another one does not end in a loop
      immediate = false;
      task.run();
      immediate = true;
      return () -> { };
    }
    return add(delayMs, task);
  }

  private synchronized Timer add(long delayMs, Runnable task) {
    Task added = new Task(nowMs + delayMs, task);
    tasks.add(added);
    return added;
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    throw new UnsupportedOperationException();
  }

  /** Lets time pass and runs what is due. */
  public void advance(long ms) {
    List<Task> due;
    synchronized (this) {
      nowMs += ms;
      due = tasks.stream().filter(task -> task.dueMs <= nowMs).toList();
      tasks.removeAll(due);
    }
    due.forEach(task -> task.action.run());
  }

  /** How many timers are set. */
  public synchronized int size() {
    return tasks.size();
  }
}
