package io.margay.replication.internal;

import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The waiters of one leadership, in no order. The lock is the partition's own and held for a few instructions; without waiters, an
 * advance of the high watermark costs one volatile read. The number of waiters is bounded by the waiting requests: a waiter takes
 * less memory than the records in the request's frame, which holds its share of the request memory.
 *
 * <p>Invariant: {@code size} is the length of the list whenever the lock is free, and each waiter knows its position in it.
 */
final class CommitWaiters {
  private static final Logger LOG = LoggerFactory.getLogger(CommitWaiters.class);

  private final ArrayList<CommitWaiter> waiting = new ArrayList<>(0);
  private volatile int size;
  private boolean closed;

  /** Adds a waiter; false when the leadership has ended, in which case the waiter is not completed here. */
  synchronized boolean add(CommitWaiter waiter) {
    if (closed) {
      return false;
    }
    waiter.list = this;
    waiter.position = waiting.size();
    waiting.add(waiter);
    size = waiting.size();
    return true;
  }

  /** Removes a waiter; returns whether it was present, in which case only the caller completes it. */
  boolean remove(CommitWaiter waiter) {
    if (size == 0) {
      return false;
    }
    synchronized (this) {
      if (waiter.position == CommitWaiter.NOWHERE) {
        return false;
      }
      take(waiter);
      return true;
    }
  }

  /** Under the lock. */
  private void take(CommitWaiter waiter) {
    CommitWaiter last = waiting.remove(waiting.size() - 1);
    if (last != waiter) {
      waiting.set(waiter.position, last);
      last.position = waiter.position;
    }
    waiter.position = CommitWaiter.NOWHERE;
    size = waiting.size();
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** Completes all waiters whose offset is at most {@code highWatermark}. */
  void onAdvance(long highWatermark) {
    if (size == 0) {
      return;
    }
    List<CommitWaiter> due = new ArrayList<>(4);
    synchronized (this) {
      for (int i = waiting.size() - 1; i >= 0; i--) {
        CommitWaiter waiter = waiting.get(i);
        if (waiter.nextOffset() <= highWatermark) {
          take(waiter);
          due.add(waiter);
        }
      }
    }
    complete(due, Errors.NONE);
  }

  /** Refuses further waiters. */
  synchronized void close() {
    closed = true;
  }

  /** Completes all waiters with an error. */
  void failAll(Errors error) {
    fail(error, false);
  }

  /** Completes those waiters with an error that need enough in-sync replicas. */
  void failForTooFew() {
    fail(Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND, true);
  }

  private void fail(Errors error, boolean onlyInSync) {
    List<CommitWaiter> due = new ArrayList<>();
    synchronized (this) {
      for (int i = waiting.size() - 1; i >= 0; i--) {
        CommitWaiter waiter = waiting.get(i);
        if (!onlyInSync || waiter.needsEnoughInSync()) {
          take(waiter);
          due.add(waiter);
        }
      }
    }
    complete(due, error);
  }

  private static void complete(List<CommitWaiter> due, Errors error) {
    for (CommitWaiter waiter : due) {
      try {
        waiter.complete(error);
      } catch (RuntimeException | Error e) {
        LOG.error("A wait for a commit could not be ended errorCode={}", error, e);
      }
    }
  }
}
