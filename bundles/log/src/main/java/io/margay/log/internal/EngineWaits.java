package io.margay.log.internal;

import io.margay.model.Scheduler;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Who waits for storage engines: told when one has come that ends the wait, or when the time is over. Safe for all threads. */
final class EngineWaits {
  private final Scheduler scheduler;
  private final LongSupplier waitMs;
  private final Set<Wait> waiting = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** @param waitMs how long to wait at the most, in milliseconds */
  EngineWaits(Scheduler scheduler, LongSupplier waitMs) {
    this.scheduler = scheduler;
    this.waitMs = waitMs;
  }

  /**
   * @param over whether there is nothing to wait for any more
   * @param ready run once: at once when it is over, else when it is, or its time is, or at the end
   */
  void await(BooleanSupplier over, Runnable ready) {
    if (closed || over.getAsBoolean()) {
      ready.run();
      return;
    }
    Wait wait = new Wait(over, ready);
    wait.timer = scheduler.after(waitMs.getAsLong(), wait::end);
    waiting.add(wait);
    // it may have come between the look and the entry
    if (closed || over.getAsBoolean()) {
      wait.end();
    }
  }

  /** Whoever waits looks again. */
  void engineCame() {
    waiting.forEach(wait -> {
      if (wait.over.getAsBoolean()) {
        wait.end();
      }
    });
  }

  /** Everybody goes on at once. */
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
