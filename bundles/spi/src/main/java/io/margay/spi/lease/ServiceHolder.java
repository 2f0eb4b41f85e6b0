package io.margay.spi.lease;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Holds a service that may be replaced at any moment. Callers take a {@link Lease}, use the service and close the lease; the
 * thread that replaces the service waits, bounded, until no lease on the old one is left, so that a component is never
 * deactivated under a caller. Taking a lease costs two uncontended adds and a volatile read, and never blocks.
 *
 * <p>Safe for all threads. {@link #set} and {@link #clear} are called by the bind and unbind methods of a component, and must
 * not be called by a thread that holds a lease of the same holder.
 *
 * @param <T> the service's type
 */
public final class ServiceHolder<T> {
  /** The use of a service. Closing it a second time has no effect on other leases only if it is never done: close once. */
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

    /** Gives the use back. Any thread may do so, also another one than took it. */
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

  /** @param drainMs how long a replacement waits for callers at the most, in milliseconds */
  public ServiceHolder(long drainMs) {
    this.drainNanos = TimeUnit.MILLISECONDS.toNanos(drainMs);
  }

  /**
   * Takes the use of the service.
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

  /** @return the service, or null; for looks that need no lease, such as whether there is one */
  public T peek() {
    Lease<T> slot = current;
    return slot == null ? null : slot.service;
  }

  /**
   * Puts a service in place of the one before, then waits until nobody uses that one any more.
   *
   * @param service the new service, not null
   * @return whether all callers of the one before had left in time
   */
  public boolean set(T service) {
    Lease<T> old = current;
    current = new Lease<>(service);
    return old == null || drain(old);
  }

  /**
   * Takes a service away, unless another one has replaced it already, then waits until nobody uses it any more.
   *
   * @param service the service that leaves
   * @return whether all its callers had left in time
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
