package io.margay.server.internal;

import java.util.ArrayDeque;

/**
 * Bounds the memory that unfinished big frames take, over all connections. A frame of at most {@link #FREE_BYTES} needs no
 * reservation, so that ordinary clients are served while big frames queue; a bigger one reserves its whole size before it may
 * grow past that, so that whoever holds a reservation can always finish and there is no deadlock.
 *
 * <p>Safe for all threads. Waiters are served in order.
 */
final class MemoryBudget {
  /** Frames up to this many bytes need no reservation. */
  static final int FREE_BYTES = 1 << 20;

  private record Waiter(Object owner, long bytes, Runnable granted) { }

  private final long totalBytes;
  private final ArrayDeque<Waiter> waiters = new ArrayDeque<>();
  private long freeBytes;

  /** @param totalBytes the most that may be reserved at any time, in bytes */
  MemoryBudget(long totalBytes) {
    this.totalBytes = totalBytes;
    this.freeBytes = totalBytes;
  }

  /** @return the most that can be reserved, in bytes */
  long totalBytes() {
    return totalBytes;
  }

  /**
   * Reserves now, or later.
   *
   * @param owner who asks, for {@link #forget}
   * @param bytes how many, at most {@link #totalBytes}
   * @param granted called on the thread that freed the memory when it could not be had at once
   * @return whether it was granted at once; then {@code granted} is not called
   */
  synchronized boolean reserve(Object owner, long bytes, Runnable granted) {
    if (waiters.isEmpty() && freeBytes >= bytes) {
      freeBytes -= bytes;
      return true;
    }
    waiters.add(new Waiter(owner, bytes, granted));
    return false;
  }

  /**
   * Reserves now or not at all. Those who wait in the queue are served first.
   *
   * @param bytes how many
   * @return whether they were granted
   */
  synchronized boolean tryReserve(long bytes) {
    if (!waiters.isEmpty() || freeBytes < bytes) {
      return false;
    }
    freeBytes -= bytes;
    return true;
  }

  /** @param bytes as many as were granted */
  void release(long bytes) {
    for (;;) {
      Waiter next;
      synchronized (this) {
        freeBytes += bytes;
        bytes = 0;
        next = waiters.peek();
        if (next == null || next.bytes > freeBytes) {
          return;
        }
        waiters.remove();
        freeBytes -= next.bytes;
      }
      next.granted.run();
    }
  }

  /**
   * Takes back a wish that was not granted yet.
   *
   * @param owner who asked
   * @return whether it was still waiting
   */
  boolean forget(Object owner) {
    boolean removed;
    synchronized (this) {
      removed = waiters.removeIf(w -> w.owner == owner);
    }
    if (removed) {
      release(0);
    }
    return removed;
  }
}
