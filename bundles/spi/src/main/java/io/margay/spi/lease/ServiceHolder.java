package io.margay.spi.lease;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a service that may be replaced at any time. Callers take a {@link Lease}, use the service and close the lease. The thread
 * that replaces the service waits, for a bounded time, until no lease on the old one is left, so that a component is not
 * deactivated while a caller uses it. Taking a lease costs two uncontended adds and a volatile read, and never blocks.
 *
 * <p>Safe for all threads. {@link #set} and {@link #clear} are called by the bind and unbind methods of a component, and must
 * not be called by a thread that holds a lease of the same holder.
 *
 * @param <T> the service's type
 */
public final class ServiceHolder<T> {
  /** A lease on a service. Close it exactly once; a second close would make the holder count another caller as gone. */
  public static final class Lease<T> implements AutoCloseable {
    private final T service;
    private final LongAdder entered = new LongAdder();
    private final LongAdder exited = new LongAdder();

    private Lease(T service) {
      this.service = service;
    }

    /** @return the service, never null */
    public T service() {
      return service;
    }

    /** Returns the lease. Any thread may call this, not only the one that took it. */
    @Override
    public void close() {
      exited.increment();
    }

    private boolean idle() {
      // exits are read first: an entry that is missed is one whose caller will see that the slot was replaced
      long out = exited.sum();
      return entered.sum() == out;
    }
  }

  private final long drainNanos;
  private volatile Lease<T> current;

  /** @param drainMs how long a replacement waits for callers at most, in milliseconds */
  public ServiceHolder(long drainMs) {
    this.drainNanos = TimeUnit.MILLISECONDS.toNanos(drainMs);
  }

  /**
   * Takes a lease on the service.
   *
   * @return a lease that the caller closes once, or null when there is no service now
   */
  public Lease<T> lease() {
    for (;;) {
      Lease<T> slot = current;
      if (slot == null) {
        return null;
      }
      slot.entered.increment();
      if (current == slot) {
        return slot;
      }
      slot.exited.increment();
    }
  }

  /** @return the service, or null; for checks that need no lease, such as whether there is a service */
  public T peek() {
    Lease<T> slot = current;
    return slot == null ? null : slot.service;
  }

  /**
   * Replaces the service, then waits until no lease on the old one is left.
   *
   * @param service the new service, not null
   * @return whether all leases on the old service ended in time
   */
  public boolean set(T service) {
    Lease<T> old = current;
    current = new Lease<>(service);
    return old == null || drain(old);
  }

  /**
   * Removes a service, unless another one has replaced it already, then waits until no lease on it is left.
   *
   * @param service the service to remove
   * @return whether all leases on it ended in time
   */
  public boolean clear(T service) {
    Lease<T> old = current;
    if (old == null || old.service != service) {
      return true;
    }
    current = null;
    return drain(old);
  }

  private boolean drain(Lease<T> old) {
    long deadline = System.nanoTime() + drainNanos;
    for (int spins = 0; !old.idle(); spins++) {
      if (System.nanoTime() - deadline > 0) {
        return false;
      }
      if (spins < 100) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(50_000);
      }
    }
    return true;
  }
}
