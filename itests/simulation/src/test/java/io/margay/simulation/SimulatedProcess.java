package io.margay.simulation;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A process: clock, timers and threads of a node, all of them events of the world. One that has died drops its events, one that is stopped
 * keeps them until it continues, and one on a slow machine gets them late.
 */
final class SimulatedProcess implements Clock, Scheduler {
  private static final long EPOCH_MS = 1_700_000_000_000L;

  private final World world;
  private final Machine machine;
  private final ArrayDeque<Runnable> held = new ArrayDeque<>();
  private final List<Runnable> whenDead = new ArrayList<>();
  private boolean alive = true;
  private boolean stopped;

  SimulatedProcess(World world, Machine machine) {
    this.world = world;
    this.machine = machine;
    machine.process = this;
  }

  Machine machine() {
    return machine;
  }

  int id() {
    return machine.id;
  }

  boolean alive() {
    return alive;
  }

  boolean stopped() {
    return stopped;
  }

  /** Runs a task after a time, on whichever thread. */
  void run(long delayMicros, Runnable task) {
    long slow = machine.slowMicros == 0 ? 0 : world.random(0, machine.slowMicros);
    world.after(delayMicros + slow, () -> enter(task));
  }

  private void enter(Runnable task) {
    if (stopped) {
      held.add(task);
    } else if (alive) {
      task.run();
    }
  }

  /** SIGSTOP and SIGCONT. */
  void stop(boolean now) {
    stopped = now;
    while (!stopped && !held.isEmpty()) {
      world.after(0, resumed(held.remove()));
    }
  }

  private Runnable resumed(Runnable task) {
    return () -> enter(task);
  }

  /** It ends at once. */
  void die() {
    alive = false;
    stopped = false;
    held.clear();
    machine.process = null;
    whenDead.forEach(Runnable::run);
  }

  /** @param task runs when this ends */
  void whenDead(Runnable task) {
    whenDead.add(task);
  }

  @Override
  public long millis() {
    return EPOCH_MS + world.nowMicros() / 1000 + machine.clockOffsetMs;
  }

  @Override
  public long nanos() {
    return world.nowMicros() * 1000;
  }

  @Override
  public Timer after(long delayMs, Runnable task) {
    boolean[] cancelled = new boolean[1];
    run(delayMs * 1000, () -> {
      if (!cancelled[0]) {
        task.run();
      }
    });
    return () -> cancelled[0] = true;
  }

  @Override
  public Timer every(long delayMs, long periodMs, Runnable task) {
    boolean[] cancelled = new boolean[1];
    repeat(delayMs, periodMs, task, cancelled);
    return () -> cancelled[0] = true;
  }

  private void repeat(long delayMs, long periodMs, Runnable task, boolean[] cancelled) {
    run(delayMs * 1000, () -> {
      if (!cancelled[0]) {
        repeat(periodMs, periodMs, task, cancelled);
        task.run();
      }
    });
  }

  /** A thread: runs its tasks in order, each a little later. */
  ExecutorService thread() {
    return new SimulatedThread();
  }

  private final class SimulatedThread extends AbstractExecutorService {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean shut;

    @Override
    public void execute(Runnable task) {
      if (shut) {
        throw new RejectedExecutionException("shut down");
      }
      tasks.add(task);
      run(world.random(0, 100), () -> tasks.remove().run());
    }

    @Override
    public void shutdown() {
      shut = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shut = true;
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return shut;
    }

    @Override
    public boolean isTerminated() {
      return shut;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return true;
    }
  }
}
