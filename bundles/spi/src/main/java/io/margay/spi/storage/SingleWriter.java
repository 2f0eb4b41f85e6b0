package io.margay.spi.storage;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Checks at run time that a {@link LogStore} has one writer at a time, for engines to use. It does not make one wait for the other:
 * that would hide the bug. Safe for all threads; costs one compare-and-set a call.
 */
public final class SingleWriter {
  private final AtomicReference<Thread> current = new AtomicReference<>();
  private final Object what;

  /** @param what for the message */
  public SingleWriter(Object what) {
    this.what = what;
  }

  /**
   * A call of the writer begins.
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

  /** The call that {@link #enter entered} ends. */
  public void exit() {
    current.setRelease(null);
  }
}
