package io.margay.replication.internal;

import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The waiters of one leadership, in no order. The lock is the partition's own and held for a few instructions; while nobody waits, an
 * advance of the high watermark costs one volatile read. How many wait is bounded by the requests that wait: a waiter takes less than
 * the records in the request's frame, which holds its share of the request memory.
 *
 * <p>Invariant: {@code size} is the length of the list whenever the lock is free, and each waiter knows its place in it.
 */
final class CommitWaiters {
  private static final Logger LOG = LoggerFactory.getLogger(CommitWaiters.class);

  private final ArrayList<CommitWaiter> waiting = new ArrayList<>(0);
  private volatile int size;
  private boolean closed;

  /** Adds a waiter; false when the leadership has ended, and then it is not completed here. */
  synchronized boolean add(CommitWaiter waiter) {
    if (closed) {
      return false;
    }
    waiter.position = waiting.size();
    waiting.add(waiter);
    size = waiting.size();
    return true;
  }

  /** Takes a waiter out; whether it was there, so that only the caller completes it. */
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

  /** Completes all that wait for no more than {@code highWatermark}. */
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

  /** Refuses further ones. */
  synchronized void close() {
    closed = true;
  }

  /** Completes all with an error. */
  void failAll(Errors error) {
    List<CommitWaiter> due;
    synchronized (this) {
      due = List.copyOf(waiting);
      waiting.clear();
      due.forEach(waiter -> waiter.position = CommitWaiter.NOWHERE);
      size = 0;
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
