package io.margay.shares.internal.leader;

/** A fetch that waits for records. */
public interface ShareWaiter {
  /**
   * There may be records. Called without a lock, on any thread.
   *
   * @return false when it does not wait any more, so that another one is to be woken
   */
  boolean wake();
}
