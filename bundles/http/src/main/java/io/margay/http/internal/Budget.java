package io.margay.http.internal;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that all requests may hold together. Safe for all threads; never blocks. */
final class Budget {
  private final long limitBytes;
  private final AtomicLong taken = new AtomicLong();

  Budget(long limitBytes) {
    this.limitBytes = limitBytes;
  }

  /** Takes bytes, to be given back once. A single holder may take more than the limit when no other holds any. */
  boolean tryTake(long bytes) {
    for (;;) {
      long now = taken.get();
      if (now > 0 && now + bytes > limitBytes) {
        return false;
      }
      if (taken.compareAndSet(now, now + bytes)) {
        return true;
      }
    }
  }

  void giveBack(long bytes) {
    taken.addAndGet(-bytes);
  }
}
