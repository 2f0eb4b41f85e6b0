package io.margay.shares.internal.state;

import java.util.List;

/**
 * What the coordinator keeps of a share partition. Immutable.
 *
 * @param epochs its epochs
 * @param startOffset where the group starts to read; {@link #UNINITIALIZED} while nobody has consumed it
 * @param completeCount how many offsets from the start on are done; -1 when unknown
 * @param batches states of offsets from the start on, in ascending order; an offset that is in none was never delivered
 * @param createdMs when the state was created, in milliseconds since the epoch
 * @param writtenMs when it was last written
 */
record ShareState(Epochs epochs, long startOffset, int completeCount, List<StateBatch> batches, long createdMs, long writtenMs) {
  /** The start offset of a share partition that nobody has consumed. */
  static final long UNINITIALIZED = -1;
  private static final int BYTES = 200;
  private static final int BATCH_BYTES = 48;

  /**
   * The epochs of a state.
   *
   * @param snapshot grows with each snapshot; an update belongs to the snapshot with its number
   * @param state grows when offsets are reset, so that leaders that know the former ones are fenced
   * @param leader of the leader that last used it
   */
  record Epochs(int snapshot, int state, int leader) {
    Epochs nextSnapshot() {
      return new Epochs(snapshot + 1, state, leader);
    }

    Epochs led(int newLeader) {
      return new Epochs(snapshot, state, newLeader);
    }
  }

  ShareState {
    batches = List.copyOf(batches);
  }

  /** A new state, in the place of an old one, or of none when that is null. */
  static ShareState created(ShareState before, int stateEpoch, long startOffset, long nowMs) {
    Epochs epochs = before == null ? new Epochs(0, stateEpoch, 0) : new Epochs(before.epochs.snapshot + 1, stateEpoch, before.epochs.leader);
    return new ShareState(epochs, startOffset, startOffset < 0 ? -1 : 0, List.of(), nowMs, nowMs);
  }

  /** The state after a leader has written. */
  ShareState written(int leader, long newStart, int newCompleteCount, List<StateBatch> newer, long nowMs) {
    long start = newStart < 0 ? startOffset : newStart;
    return new ShareState(epochs.led(leader), start, newCompleteCount, StateBatches.overlay(batches, newer, start), createdMs, nowMs);
  }

  ShareState ledBy(int leader) {
    return new ShareState(epochs.led(leader), startOffset, completeCount, batches, createdMs, writtenMs);
  }

  /** The same state as a snapshot of its own. */
  ShareState asSnapshot(long nowMs) {
    return new ShareState(epochs.nextSnapshot(), startOffset, completeCount, batches, createdMs, nowMs);
  }

  /** Estimated bytes of heap. */
  long bytes() {
    return BYTES + (long) BATCH_BYTES * batches.size();
  }
}
