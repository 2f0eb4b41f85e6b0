package io.margay.coordinator;

import io.margay.model.Scheduler;
import java.util.HashSet;
import java.util.Set;

/**
 * The timers of one shard. A due timer runs as an operation; until then it stays here and can be cancelled. Guarded by the shard's
 * lock, except for the start on the scheduler. Bounded by what the logic sets: a timer for each member or group.
 */
final class ShardTimers {
  /** A shard that cannot run a timer now is asked again after this. */
  private static final int PUT_BACK_MS = 1_000;

  /** Runs a due timer; false when it cannot now and has not kept it either. */
  interface Due {
    boolean run(ShardTimer timer);
  }

  private final CoordinatorRuntime<?> runtime;
  private final ShardLock lock;
  private final Due due;
  private final Set<ShardTimer> timers = new HashSet<>();

  ShardTimers(CoordinatorRuntime<?> runtime, ShardLock lock, Due due) {
    this.runtime = runtime;
    this.lock = lock;
    this.due = due;
  }

  ShardContext.Timer start(long delayMs, ShardContext.Task task) {
    lock.requireHeld();
    ShardTimer timer = new ShardTimer(task);
    timers.add(timer);
    timer.schedule(delayMs);
    return timer;
  }

  void cancelAll() {
    timers.forEach(ShardTimer::stop);
    timers.clear();
  }

  /** One timer. */
  final class ShardTimer implements ShardContext.Timer {
    private final ShardContext.Task task;
    private Scheduler.Timer timer;
    private boolean over;

    private ShardTimer(ShardContext.Task task) {
      this.task = task;
    }

    private void schedule(long delayMs) {
      timer = runtime.scheduler().after(delayMs, () -> runtime.execute(this::fire));
    }

    private void fire() {
      lock.run(() -> {
        if (!over && !due.run(this)) {
          schedule(PUT_BACK_MS);
        }
      });
    }

    /** Whether it has run or was cancelled. */
    boolean over() {
      return over;
    }

    /** Its task, which is run now. */
    ShardContext.Task take() {
      over = true;
      timers.remove(this);
      return task;
    }

    private void stop() {
      over = true;
      timer.cancel();
    }

    @Override
    public void cancel() {
      lock.requireHeld();
      if (!over) {
        stop();
        timers.remove(this);
      }
    }
  }
}
