package io.margay.server.internal;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A number of bytes that the connections of the process share. When it is spent, owners wait in a queue, which is served in turns
 * from both ends: from the front so that no wait is endless, and from the back so that a crowd does not hold up one that comes
 * after it.
 *
 * <p>An owner that grows while it holds a part, as a frame does, could wait for others that wait for it. So one owner at a time is
 * <em>privileged</em>: it is served although the pool is spent, and so it can finish and give back what it held. An owner becomes
 * privileged only while the pool is not overdrawn by more than a quarter.
 *
 * <p>Small requests may take the last eighth, which large ones leave alone. Safe for all threads; taking and giving need no lock
 * while nobody waits.
 */
final class MemoryPool {
  /** Up to this many bytes a request is small. */
  static final long SMALL_BYTES = 64 * 1024;

  private record Waiter(Object owner, long bytes, boolean small, Runnable granted) { }

  private final long totalBytes;
  private final boolean overdrawn;
  private final long smallTotalBytes;
  /** Free for all; negative when it is overdrawn. */
  private final AtomicLong freeBytes;
  /** Free for small requests when nothing else is. */
  private final AtomicLong smallFreeBytes;
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  /** Whether there are waiters; changed under the lock. */
  private volatile boolean contended;
  private Object privileged;
  /** Whose turn it is: the end of the queue, where those who came last are, or its beginning. */
  private boolean last = true;

  /**
   * @param totalBytes how many bytes there are, {@code > 0}
   * @param overdrawn whether one owner at a time may be privileged
   */
  MemoryPool(long totalBytes, boolean overdrawn) {
    this.overdrawn = overdrawn;
    this.totalBytes = totalBytes;
    this.smallTotalBytes = totalBytes / 8;
    this.smallFreeBytes = new AtomicLong(smallTotalBytes);
    this.freeBytes = new AtomicLong(totalBytes - smallTotalBytes);
  }

  long totalBytes() {
    return totalBytes;
  }

  /** @return bytes that are taken now; above {@link #totalBytes} when it is overdrawn */
  long takenBytes() {
    return totalBytes - smallFreeBytes.get() - freeBytes.get();
  }

  /** @return whether all of it is taken */
  boolean spent() {
    return freeBytes.get() <= 0;
  }

  /** @return whether so little is left that what can be small should be */
  boolean tight() {
    return freeBytes.get() < totalBytes / 4;
  }

  /** @return whether there are waiters */
  boolean contended() {
    return contended;
  }

  /**
   * Takes some now or not at all.
   *
   * @param bytes how many
   * @param small whether it is for a small request, which others who wait do not hold up
   * @return whether they were there
   */
  boolean tryTake(long bytes, boolean small) {
    return (small || !contended) && takeFree(bytes, small);
  }

  /** Takes some if {@code left} stay free, for credit that is not needed at once. */
  boolean tryTakeAhead(long bytes, long left) {
    return !contended && freeBytes.get() - bytes >= left && takeFree(bytes, false);
  }

  private boolean takeFree(long bytes, boolean small) {
    return take(freeBytes, bytes) || small && take(smallFreeBytes, bytes);
  }

  private static boolean take(AtomicLong free, long bytes) {
    for (;;) {
      long before = free.get();
      if (before < bytes) {
        return false;
      }
      if (free.compareAndSet(before, before - bytes)) {
        return true;
      }
    }
  }

  /** Takes some whether they are there or not, for what exists already. */
  void force(long bytes) {
    freeBytes.addAndGet(-bytes);
  }

  /**
   * Takes some now, or later.
   *
   * @param owner who asks, for {@link #forget}
   * @param bytes how many
   * @param small whether it is for a small request
   * @param granted called on the thread that gives some back when they could not be had at once; they are taken then
   * @return whether they were taken at once; then {@code granted} is not called
   */
  boolean takeOrWait(Object owner, long bytes, boolean small, Runnable granted) {
    synchronized (this) {
      contended = true;
      if (waiters.isEmpty() && takeFree(bytes, small)) {
        contended = false;
        return true;
      }
      waiters.add(new Waiter(owner, bytes, small, granted));
    }
    wake();
    return false;
  }

  /** @param bytes as many as were taken */
  void give(long bytes) {
    long rest = bytes;
    for (long small; rest > 0 && (small = smallFreeBytes.get()) < smallTotalBytes;) {
      long part = Math.min(rest, smallTotalBytes - small);
      if (smallFreeBytes.compareAndSet(small, small + part)) {
        rest -= part;
      }
    }
    freeBytes.addAndGet(rest);
    if (contended) {
      wake();
    }
  }

  private void wake() {
    for (Waiter next; (next = nextServed()) != null;) {
      next.granted.run();
    }
  }

  private synchronized Waiter nextServed() {
    if (waiters.isEmpty()) {
      contended = false;
      return null;
    }
    if (privileged != null) {
      for (Waiter w : waiters) {
        if (w.owner == privileged) {
          return served(w, true);
        }
      }
    }
    // Who cannot be served yet keeps the turn: else what comes back in small pieces would go to small wishes for ever.
    Waiter first = last ? waiters.peekLast() : waiters.peekFirst();
    if (takeFree(first.bytes, first.small)) {
      last = !last;
      return served(first, false);
    }
    for (Waiter w : waiters) {
      if (w.small && takeFree(w.bytes, true)) {
        return served(w, false);
      }
    }
    if (overdrawn && privileged == null && freeBytes.get() >= -totalBytes / 4 && !first.small) {
      privileged = first.owner;
      last = !last;
      return served(first, true);
    }
    return null;
  }

  private Waiter served(Waiter w, boolean overdraw) {
    waiters.remove(w);
    if (overdraw) {
      force(w.bytes);
    }
    contended = !waiters.isEmpty();
    return w;
  }

  /**
   * An owner grows no more: its wish is taken back, and so is its privilege.
   *
   * @param owner who asked
   */
  void forget(Object owner) {
    boolean changed;
    synchronized (this) {
      changed = waiters.removeIf(w -> w.owner == owner);
      if (privileged == owner) {
        privileged = null;
        changed = true;
      }
    }
    if (changed) {
      wake();
    }
  }
}
