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
  private final List<Part> parts = new ArrayList<>();
  private long offset;
  private boolean open;

  /** A record that is held back, and where it is. */
  private record Part(CoordinatorRecord record, long offset) { }

  WholeResults(ShardState state) {
    this.state = state;
  }

  /** Whether the log ends within a result. */
  boolean open() {
    return open;
  }

  /** As {@link ShardState#replaysFrom}. */
  void replaysFrom(long from) {
    offset = from;
  }

  /** A record of the log; as {@link ShardState#replay}. */
  void replay(long producerId, CoordinatorRecord record) {
    if (producerId == AtomicParts.PRODUCER_ID) {
      parts.add(new Part(record, offset));
      open = true;
    } else {
      state.replaysFrom(offset);
      state.replay(producerId, record);
    }
  }

  /** A marker of the log; as {@link ShardState#replayMarker}. */
  void replayMarker(long producerId, boolean committed) {
    if (producerId != AtomicParts.PRODUCER_ID) {
      state.replayMarker(producerId, committed);
      return;
    }
    List<Part> whole = List.copyOf(parts);
    parts.clear();
    open = false;
    if (committed) {
      RuntimeException failure = null;
      for (Part part : whole) {
        try {
          state.replaysFrom(part.offset);
          state.replay(ShardState.NO_PRODUCER_ID, part.record);
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
