package io.margay.log.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Callers that wait for the next flush of one log, and whether the log is in its flusher's queue. Safe for all threads. */
final class FlushWaiters {
  private final AtomicBoolean queued = new AtomicBoolean();
  /** Null when nobody waits, which is so for most logs. */
  private List<Runnable> waiters;

  synchronized void add(Runnable whenFlushed) {
    if (waiters == null) {
      waiters = new ArrayList<>(4);
    }
    waiters.add(whenFlushed);
  }

  /** Takes the waiters that came before the flush that begins now; the list belongs to the caller. */
  synchronized List<Runnable> take() {
    List<Runnable> taken = waiters == null ? List.of() : waiters;
    waiters = null;
    return taken;
  }

  /** Whether the log was not in the queue before. */
  boolean enterQueue() {
    return queued.compareAndSet(false, true);
  }

  void leaveQueue() {
    queued.set(false);
  }
}
