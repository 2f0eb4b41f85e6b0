package io.margay.server.internal;

import io.margay.model.Scheduler;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/** Looks at the files with keys and certificates from time to time, while a listener has TLS. */
final class TlsWatch implements AutoCloseable {
  private static final long DAY_NANOS = TimeUnit.DAYS.toNanos(1);

  private final ListenerSecurity security;
  private final Scheduler scheduler;
  private final IntSupplier intervalMs;
  private final Consumer<Runnable> blocking;
  private final Runnable readAgain;
  private long warnedNanos = System.nanoTime();
  /** Null while nobody looks; guarded by this. */
  private Scheduler.Timer next;
  private boolean closed;

  /**
   * @param intervalMs between two looks
   * @param blocking runs what reads files
   * @param readAgain reads all of them
   */
  TlsWatch(ListenerSecurity security, Scheduler scheduler, IntSupplier intervalMs, Consumer<Runnable> blocking, Runnable readAgain) {
    this.security = security;
    this.scheduler = scheduler;
    this.intervalMs = intervalMs;
    this.blocking = blocking;
    this.readAgain = readAgain;
  }

  /** Listeners were bound: begins to look, if there is something to look at. */
  synchronized void begin() {
    if (next == null && !closed && security.hasTls()) {
      next = scheduler.after(intervalMs.getAsInt(), this::look);
    }
  }

  private void look() {
    try {
      if (security.filesChanged()) {
        blocking.accept(readAgain);
      }
      if (System.nanoTime() - warnedNanos >= DAY_NANOS) {
        warnedNanos = System.nanoTime();
        security.warn();
      }
    } finally {
      synchronized (this) {
        next = null;
      }
      begin();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (next != null) {
      next.cancel();
    }
  }
}
