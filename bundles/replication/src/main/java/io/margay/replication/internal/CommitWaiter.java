package io.margay.replication.internal;

import io.margay.protocol.Errors;

/** A wait until a partition's high watermark reaches an offset. Completed exactly once. */
public abstract class CommitWaiter {
  /** The position of a waiter that is in no list. */
  static final int NOWHERE = -1;

  private final long nextOffset;
  /** Its position in the list of {@link CommitWaiters}, or {@link #NOWHERE}; guarded by that list. */
  int position = NOWHERE;
  /** The list that it is in, or was in; null before it waits. */
  volatile CommitWaiters list;

  /** @param nextOffset exclusive end of what must be committed */
  protected CommitWaiter(long nextOffset) {
    this.nextOffset = nextOffset;
  }

  /** @return exclusive end of what must be committed */
  public final long nextOffset() {
    return nextOffset;
  }

  /** @return whether the wait ends with an error when too few replicas are in sync, so that nothing is committed for a while */
  protected boolean needsEnoughInSync() {
    return false;
  }

  /**
   * The wait is over. Called on any thread, without locks.
   *
   * @param error NONE when the offset is committed, else why this leader will not know
   */
  protected abstract void complete(Errors error);
}
