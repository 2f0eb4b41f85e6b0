package io.margay.replication.internal;

import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;

/**
 * The waiters of one leadership. The lock is the partition's own and held for a few instructions; while nobody waits, an advance
 * of the high watermark costs one volatile read.
 *
 * <p>Invariant: {@code size} is the length of the list whenever the lock is free.
 */
final class CommitWaiters {
  private final ArrayList<CommitWaiter> waiting = new ArrayList<>(0);
  private volatile int size;
  private boolean closed;

  /** Adds a waiter; false when the leadership has ended, and then it never hears of it. */
  synchronized boolean add(CommitWaiter waiter) {
    if (closed) {
      return false;
    }
    waiting.add(waiter);
    size = waiting.size();
    return true;
  }

  /** Takes a waiter out; whether it was there, so that the caller is the one to complete it. */
  boolean remove(CommitWaiter waiter) {
    if (size == 0) {
      return false;
    }
    synchronized (this) {
      boolean was = waiting.remove(waiter);
      size = waiting.size();
      return was;
    }
  }

  /** Completes whoever waits for no more than {@code highWatermark}. */
  void onAdvance(long highWatermark) {
    if (size == 0) {
      return;
    }
    List<CommitWaiter> due = new ArrayList<>(4);
    synchronized (this) {
      int kept = 0;
      for (int i = 0; i < waiting.size(); i++) {
        CommitWaiter waiter = waiting.get(i);
        if (waiter.nextOffset() <= highWatermark) {
          due.add(waiter);
        } else {
          waiting.set(kept++, waiter);
        }
      }
      waiting.subList(kept, waiting.size()).clear();
      size = kept;
    }
    for (CommitWaiter waiter : due) {
      waiter.complete(Errors.NONE);
    }
  }

  /** Completes everyone with an error and refuses further ones. */
  void close(Errors error) {
    synchronized (this) {
      closed = true;
    }
    failAll(error);
  }

  /** Completes everyone with an error. */
  void failAll(Errors error) {
    List<CommitWaiter> due;
    synchronized (this) {
      due = List.copyOf(waiting);
      waiting.clear();
      size = 0;
    }
    for (CommitWaiter waiter : due) {
      waiter.complete(error);
    }
  }
}
