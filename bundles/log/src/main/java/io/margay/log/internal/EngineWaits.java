package io.margay.log.internal;

import io.margay.model.Scheduler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Callers that wait for storage engines. A wait ends when an engine has come that satisfies it, or when its time is over. Safe for
 * all threads.
 */
final class EngineWaits {
  private final Scheduler scheduler;
  private final LongSupplier waitMs;
  private final Set<Wait> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** @param waitMs how long to wait at most, in milliseconds */
  EngineWaits(Scheduler scheduler, LongSupplier waitMs) {
    this.scheduler = scheduler;
    this.waitMs = waitMs;
  }

  /**
   * @param over whether there is nothing left to wait for
   * @param ready runs once: at once when the wait is over already, else when it ends, its time is over, or this closes
   */
  void await(BooleanSupplier over, Runnable ready) {
    if (closed || over.getAsBoolean()) {
      ready.run();
      return;
    }
    Wait wait = new Wait(over, ready);
    wait.timer = scheduler.after(waitMs.getAsLong(), wait::end);
    waiting.add(wait);
    // the engine may have come between the check and the entry
    if (closed || over.getAsBoolean()) {
      wait.end();
    }
  }

  /** Each waiter checks again. */
  void engineCame() {
    waiting.forEach(wait -> {
      if (wait.over.getAsBoolean()) {
        wait.end();
      }
    });
  }

  /** Ends all waits at once. */
  void close() {
    closed = true;
    waiting.forEach(Wait::end);
  }

  private final class Wait {
    private final BooleanSupplier over;
    private final Runnable ready;
    private final AtomicBoolean ended = new AtomicBoolean();
    private Scheduler.Timer timer;

    Wait(BooleanSupplier over, Runnable ready) {
      this.over = over;
      this.ready = ready;
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        waiting.remove(this);
        timer.cancel();
        ready.run();
      }
    }
  }
}
