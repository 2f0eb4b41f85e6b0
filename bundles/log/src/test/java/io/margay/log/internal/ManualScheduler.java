package io.margay.log.internal;

import io.margay.model.Scheduler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs nothing on its own. Safe for all threads. */
final class ManualScheduler implements Scheduler {
  record Task(long delayMs, long periodMs, Runnable task) { }

  final List<Task> tasks = new CopyOnWriteArrayList<>();

  @Override
  public Timer after(long delayMs, Runnable task) {
    return add(new Task(delayMs, -1, task));
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    return add(new Task(delayMs, periodMs, task));
  }

  private Timer add(Task task) {
    tasks.add(task);
    return () -> tasks.remove(task);
  }

  /** The process is gone. */
  void forget() {
    tasks.clear();
  }

  void runAll() {
    List.copyOf(tasks).forEach(t -> t.task().run());
  }
}
