package io.margay.coordinator;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The operations that wait for one shard, in their order, and the timer that runs while some do. Its user bounds those that
 * answer a client; the others are timers of the shard, each at most once. Guarded by the shard's lock.
 */
final class WaitingOperations {
  /** One that waits. */
  interface Entry {
    /** Whether a client waits for its answer. */
    boolean answers();

    /** The state that it was run on is gone; it is run again on the next one. */
    void onUnloaded();

    /** Goes on with it; may add it, or others, again. */
    void run();

    /** Its time is over. */
    void giveUp(Errors error);
  }

  private final CoordinatorRuntime<?> runtime;
  private final Runnable whenOver;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private Scheduler.Timer timer;

  /** @param whenOver called without the lock when the first has waited for too long */
  WaitingOperations(CoordinatorRuntime<?> runtime, Runnable whenOver) {
    this.runtime = runtime;
    this.whenOver = whenOver;
  }

  int size() {
    return entries.size();
  }

  /** @param first whether it comes before those that wait, because it came before them */
  void add(Entry entry, boolean first) {
    if (first) {
      entries.addFirst(entry);
    } else {
      entries.addLast(entry);
    }
    startTimer();
  }

  private void startTimer() {
    if (timer == null && !entries.isEmpty()) {
      timer = runtime.scheduler().after(runtime.waitMs(), () -> runtime.execute(whenOver));
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  /** Runs them as long as a condition holds. */
  void runWhile(BooleanSupplier condition) {
    while (condition.getAsBoolean() && !entries.isEmpty()) {
      entries.poll().run();
    }
    if (entries.isEmpty()) {
      stopTimer();
    }
  }

  /** Those that answer a client do so with an error; others stay. */
  void giveUp(Errors error) {
    stopTimer();
    List<Entry> over = new ArrayList<>();
    entries.removeIf(entry -> entry.answers() && over.add(entry));
    over.forEach(entry -> entry.giveUp(error));
    startTimer();
  }

  /** Timers are set again when the shard is loaded again; all others are run on what is loaded then. */
  void onUnloaded() {
    entries.removeIf(entry -> !entry.answers());
    entries.forEach(Entry::onUnloaded);
    if (entries.isEmpty()) {
      stopTimer();
    }
  }
}
