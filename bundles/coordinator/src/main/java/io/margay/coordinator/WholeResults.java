package io.margay.coordinator;

import java.util.ArrayList;
import java.util.List;

/**
 * Replays the log of a shard on its state, and holds back the results that were written in parts (see {@link AtomicParts}) until their
 * marker comes: those that were aborted, or never ended, are not replayed. What it holds is at most one result. Used by the thread that
 * loads.
 */
final class WholeResults {
  private final ShardState state;
  private final List<CoordinatorRecord> parts = new ArrayList<>();
  private boolean open;

  WholeResults(ShardState state) {
    this.state = state;
  }

  /** Whether the log ends within a result. */
  boolean open() {
    return open;
  }

  /** As {@link ShardState#replaysFrom}. */
  void replaysFrom(long offset) {
    state.replaysFrom(offset);
  }

  /** A record of the log; as {@link ShardState#replay}. */
  void replay(long producerId, CoordinatorRecord record) {
    if (producerId == AtomicParts.PRODUCER_ID) {
      parts.add(record);
      open = true;
    } else {
      state.replay(producerId, record);
    }
  }

  /** A marker of the log; as {@link ShardState#replayMarker}. */
  void replayMarker(long producerId, boolean committed) {
    if (producerId != AtomicParts.PRODUCER_ID) {
      state.replayMarker(producerId, committed);
      return;
    }
    List<CoordinatorRecord> whole = List.copyOf(parts);
    parts.clear();
    open = false;
    if (committed) {
      RuntimeException failure = null;
      for (CoordinatorRecord record : whole) {
        try {
          state.replay(ShardState.NO_PRODUCER_ID, record);
        } catch (RuntimeException e) {
          // one bad record must not keep the others from being replayed
          failure = e;
        }
      }
      if (failure != null) {
        throw failure;
      }
    }
  }
}
