package io.margay.server.internal;

import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * A number of bytes that the connections of the process share. When it is spent, owners wait in two queues that are served in turns:
 * one for connections that have sent a whole request before, one for all others, so that a crowd of connections that never finish
 * one does not hold up the clients at work. Each is served in turns from both ends: from the front so that no wait is endless, and
 * from the back so that a crowd does not hold up one that comes after it.
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
  private final ArrayDeque<Waiter> proven = new ArrayDeque<>();
  private final ArrayDeque<Waiter> others = new ArrayDeque<>();
  /** Whether there are waiters; changed under the lock. */
  private volatile boolean contended;
  private Object privileged;
  /** Whose turn it is, if both queues have waiters, and the end of each queue that is served next. */
  private boolean turnOfProven = true;
  private boolean provenLast = true;
  private boolean othersLast = true;

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
    return takeOrWait(owner, bytes, small, false, granted);
  }

  /**
   * As {@link #takeOrWait(Object, long, boolean, Runnable)}.
   *
   * @param isProven whether the owner's connection has sent a whole request before
   */
  boolean takeOrWait(Object owner, long bytes, boolean small, boolean isProven, Runnable granted) {
    synchronized (this) {
      contended = true;
      if (nobodyWaits() && takeFree(bytes, small)) {
        contended = false;
        return true;
      }
      (isProven ? proven : others).add(new Waiter(owner, bytes, small, granted));
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

  private boolean nobodyWaits() {
    return proven.isEmpty() && others.isEmpty();
  }

  /** Finds the first waiter in the queues that a test accepts, or null. */
  private Waiter find(Predicate<Waiter> accepted) {
    for (Waiter w : proven) {
      if (accepted.test(w)) {
        return w;
      }
    }
    for (Waiter w : others) {
      if (accepted.test(w)) {
        return w;
      }
    }
    return null;
  }

  private boolean takesProven() {
    return turnOfProven && !proven.isEmpty() || others.isEmpty();
  }

  private Waiter inTurn() {
    if (takesProven()) {
      return provenLast ? proven.peekLast() : proven.peekFirst();
    }
    return othersLast ? others.peekLast() : others.peekFirst();
  }

  /** The one whose turn it is will be served. */
  private void endTurn() {
    if (takesProven()) {
      provenLast = !provenLast;
      turnOfProven = false;
    } else {
      othersLast = !othersLast;
      turnOfProven = true;
    }
  }

  private synchronized Waiter nextServed() {
    if (nobodyWaits()) {
      contended = false;
      return null;
    }
    if (privileged != null) {
      Waiter w = find(x -> x.owner == privileged);
      if (w != null) {
        return served(w, true);
      }
    }
    // Who cannot be served yet keeps the turn: else what comes back in small pieces would go to small wishes for ever.
    Waiter first = inTurn();
    if (takeFree(first.bytes, first.small)) {
      endTurn();
      return served(first, false);
    }
    Waiter small = find(x -> x.small && takeFree(x.bytes, true));
    if (small != null) {
      return served(small, false);
    }
    if (overdrawn && privileged == null && freeBytes.get() >= -totalBytes / 4 && !first.small) {
      privileged = first.owner;
      endTurn();
      return served(first, true);
    }
    return null;
  }

  private Waiter served(Waiter w, boolean overdraw) {
    if (!proven.remove(w)) {
      others.remove(w);
    }
    if (overdraw) {
      force(w.bytes);
    }
    contended = !nobodyWaits();
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
      changed = proven.removeIf(w -> w.owner == owner) | others.removeIf(w -> w.owner == owner);
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
