package io.margay.storage.mapdb.internal;

import java.util.concurrent.atomic.AtomicReference;

/** Checks at run time that a log has one writer at a time. It does not make one wait for the other: that would hide the bug. */
final class SingleWriter {
  private final AtomicReference<Thread> current = new AtomicReference<>();
  private final Object what;

  /** @param what for the message */
  SingleWriter(Object what) {
    this.what = what;
  }

  /** @throws IllegalStateException when another call has not ended */
  void enter() {
    Thread me = Thread.currentThread();
    Thread other = current.compareAndExchange(null, me);
    if (other != null) {
      throw new IllegalStateException("two writers in " + what + ": " + me.getName() + " and " + other.getName());
    }
  }

  void exit() {
    current.setRelease(null);
  }
}
