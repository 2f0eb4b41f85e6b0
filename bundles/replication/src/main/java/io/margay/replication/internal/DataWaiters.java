package io.margay.replication.internal;

import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waiters for something to read from one replica. A wake-up takes out all waiters together with their array, so nothing is copied.
 * Entering and leaving take constant time. Without waiters, a wake-up costs one volatile read and no memory is held.
 *
 * <p>The number of waiters is bounded by the waiting requests: each reserves the memory of its waiters.
 *
 * <p>Invariant: {@code waiting[i].position == i} for each {@code i < size}; a waiter that is in no list has position -1.
 */
public final class DataWaiters {
  private static final Logger LOG = LoggerFactory.getLogger(DataWaiters.class);
  private static final int SMALLEST = 4;

  /** A waiter, which is in at most one list. */
  public abstract static class Waiter {
    private static final int NOWHERE = -1;
    /** Guarded by the list that it is in, or was last in. */
    private int position = NOWHERE;

    /**
     * There may be more to read, or another answer to give. The waiter has left the list and may enter it again. Called on any
     * thread that appends or changes a leadership, so this must be quick.
     */
    protected abstract void wake();
  }

  private Waiter[] waiting;
  private int capacity = SMALLEST;
  private volatile int size;

  /** @param waiter enters, unless it is in the list already */
  public synchronized void add(Waiter waiter) {
    if (waiter.position != Waiter.NOWHERE) {
      return;
    }
    int at = size;
    if (waiting == null) {
      waiting = new Waiter[Math.max(capacity, SMALLEST)];
    } else if (at == waiting.length) {
      waiting = Arrays.copyOf(waiting, at * 2);
    }
    waiting[at] = waiter;
    waiter.position = at;
    size = at + 1;
  }

  /** @param waiter leaves, if it is in the list */
  public void remove(Waiter waiter) {
    if (size == 0) {
      return;
    }
    synchronized (this) {
      int at = waiter.position;
      if (at == Waiter.NOWHERE) {
        return;
      }
      int last = size - 1;
      Waiter moved = waiting[last];
      waiting[at] = moved;
      moved.position = at;
      waiting[last] = null;
      waiter.position = Waiter.NOWHERE;
      size = last;
      if (last == 0) {
        waiting = null;
        capacity = SMALLEST;
      }
    }
  }

  /** Takes out all waiters and wakes them; one that fails does not affect the others. */
  void wakeAll() {
    if (size == 0) {
      return;
    }
    Waiter[] woken;
    int count;
    synchronized (this) {
      woken = waiting;
      count = size;
      waiting = null;
      size = 0;
      // most of them come back
      capacity = count;
      for (int i = 0; i < count; i++) {
        woken[i].position = Waiter.NOWHERE;
      }
    }
    for (int i = 0; i < count; i++) {
      try {
        woken[i].wake();
      } catch (RuntimeException | Error e) {
        LOG.error("A fetch that waits for records could not be woken", e);
      }
    }
  }

  /** @return whether there are no waiters */
  public boolean isEmpty() {
    return size == 0;
  }
}
