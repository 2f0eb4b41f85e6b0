package io.margay.spi.storage;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Checks at run time that a {@link LogStore} has one writer at a time, for engines to use. It does not make one writer wait for the
 * other: that would hide the bug. Safe for all threads; costs one compare-and-set per call.
 */
public final class SingleWriter {
  private final AtomicReference<Thread> current = new AtomicReference<>();
  private final Object what;

  /** @param what names the store in messages */
  public SingleWriter(Object what) {
    this.what = what;
  }

  /**
   * Begins a call of the writer.
   *
   * @throws IllegalStateException when another call has not ended; names both threads
   */
  public void enter() {
    Thread me = Thread.currentThread();
    Thread other = current.compareAndExchange(null, me);
    if (other != null) {
      throw new IllegalStateException("two writers in " + what + ": " + me.getName() + " and " + other.getName());
    }
  }

  /** Ends the call that {@link #enter} began. */
  public void exit() {
    current.setRelease(null);
  }
}
