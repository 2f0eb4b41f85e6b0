package io.margay.shares.internal.state;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardState;
import io.margay.protocol.Errors;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.state.ShareSnapshotKey;
import io.margay.protocol.state.ShareSnapshotValue;
import io.margay.protocol.state.ShareUpdateKey;
import io.margay.protocol.state.ShareUpdateValue;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * What one partition of {@code __share_group_state} holds: the states of share partitions. A state is its last snapshot and the updates after
 * it. The topic is not compacted, since an update does not replace the one before; what all snapshots have made superfluous is deleted from the
 * start of the log. Used with the shard held, and by the thread that loads it.
 */
public final class StateShard implements ShardState {
  /** More than this many records beyond four for each state, and snapshots of idle ones are written again, so that the log can be cut. */
  private static final int SLACK = 1_000;
  private static final int REWRITTEN_AT_ONCE = 500;

  private final StateTable table;
  private final StateConfig config;
  private long offset;

  StateShard(CoordinatorMemory memory, StateConfig config) {
    this.table = new StateTable(memory);
    this.config = config;
  }

  ShareState get(StateKey key) {
    return table.get(key);
  }

  // ------------------------------------------------------------------------------------------------ operations

  /** The records of one change. */
  List<CoordinatorRecord> initialize(StateKey key, int stateEpoch, long startOffset, long nowMs) {
    ShareState before = table.get(key);
    if (before != null && before.epochs().state() > stateEpoch) {
      throw new CoordinatorException(Errors.FENCED_STATE_EPOCH);
    }
    if (before != null && before.epochs().state() == stateEpoch) {
      return List.of();
    }
    if (before == null) {
      table.requireRoom(key);
    }
    return List.of(StateRecords.snapshot(key, ShareState.created(before, stateEpoch, startOffset, nowMs)));
  }

  private ShareState require(StateKey key, int leaderEpoch) {
    ShareState state = table.get(key);
    if (state == null) {
      throw new CoordinatorException(Errors.INVALID_REQUEST, "This share partition was not initialized.");
    }
    if (leaderEpoch >= 0 && leaderEpoch < state.epochs().leader()) {
      throw new CoordinatorException(Errors.FENCED_LEADER_EPOCH);
    }
    return state;
  }

  /** A leader begins to use a state: earlier leaders are fenced from now on. */
  List<CoordinatorRecord> read(StateKey key, int leaderEpoch) {
    ShareState state = require(key, leaderEpoch);
    return leaderEpoch <= state.epochs().leader() ? List.of()
        : List.of(StateRecords.update(key, state.ledBy(leaderEpoch), -1, List.of()));
  }

  /** What a leader writes. */
  record Change(int stateEpoch, int leaderEpoch, long startOffset, int completeCount, List<StateBatch> batches) { }

  List<CoordinatorRecord> write(StateKey key, Change change, long nowMs) {
    ShareState state = require(key, change.leaderEpoch);
    if (change.stateEpoch >= 0 && change.stateEpoch < state.epochs().state()) {
      throw new CoordinatorException(Errors.FENCED_STATE_EPOCH);
    }
    int leader = Math.max(change.leaderEpoch, state.epochs().leader());
    ShareState after = state.written(leader, change.startOffset, change.completeCount, change.batches, nowMs);
    return List.of(table.updates(key) + 1 >= config.updatesPerSnapshot() ? StateRecords.snapshot(key, after.asSnapshot(nowMs))
        : StateRecords.update(key, after, change.startOffset, change.batches));
  }

  List<CoordinatorRecord> delete(StateKey key) {
    return table.get(key) == null ? List.of() : List.of(StateRecords.tombstone(key));
  }

  // ------------------------------------------------------------------------------------------------ care of the log

  /** What is before this offset is not needed any more. */
  long neededFrom() {
    return table.neededFrom(offset + 1);
  }

  /** Writes snapshots of states that have had none for long and that keep the log from being cut. */
  Result<Boolean> rewriteIdle(long nowMs) {
    long kept = offset + 1 - table.neededFrom(offset + 1);
    if (kept <= 4L * table.size() + SLACK) {
      return Result.of(false);
    }
    List<CoordinatorRecord> records = new ArrayList<>();
    for (StateKey key : table.oldestSnapshots(REWRITTEN_AT_ONCE, offset + 1 - table.size())) {
      ShareState state = table.get(key);
      if (nowMs - state.writtenMs() >= config.coldSnapshotMs()) {
        records.add(StateRecords.snapshot(key, state.asSnapshot(state.writtenMs())));
      }
    }
    return Result.divisible(records, records.size() == REWRITTEN_AT_ONCE);
  }

  /** Forgets the states of topics that are gone. */
  Result<Boolean> forget(Predicate<UUID> gone) {
    List<CoordinatorRecord> records = new ArrayList<>();
    for (StateKey key : table.keys()) {
      if (gone.test(key.topicId()) && records.size() < REWRITTEN_AT_ONCE) {
        records.add(StateRecords.tombstone(key));
      }
    }
    return Result.divisible(records, records.size() == REWRITTEN_AT_ONCE);
  }

  // ------------------------------------------------------------------------------------------------ replay

  @Override
  public void replaysFrom(long from) {
    offset = from;
  }

  @Override
  public void replay(long producerId, CoordinatorRecord record) {
    MessageReader key = new MessageReader(record.key());
    short type = key.readShort();
    if (type == ShareSnapshotKey.RECORD_TYPE) {
      ShareSnapshotKey k = new ShareSnapshotKey();
      k.read(key, (short) 0);
      if (record.value() == null) {
        table.remove(StateRecords.key(k));
      } else {
        table.snapshot(StateRecords.key(k), StateRecords.state(Messages.readVersioned(ShareSnapshotValue::new, record.value())), offset);
      }
    } else if (type == ShareUpdateKey.RECORD_TYPE && record.value() != null) {
      ShareUpdateKey k = new ShareUpdateKey();
      k.read(key, (short) 0);
      ShareUpdateValue v = Messages.readVersioned(ShareUpdateValue::new, record.value());
      ShareState before = table.get(StateRecords.key(k));
      // an update of another snapshot is older, or its snapshot was deleted
      if (before != null && before.epochs().snapshot() == v.snapshotEpoch()) {
        int complete = v.deliveryCompleteCount() < 0 && v.stateBatches().isEmpty() ? before.completeCount() : v.deliveryCompleteCount();
        table.update(StateRecords.key(k),
            before.written(v.leaderEpoch(), v.startOffset(), complete, StateRecords.batches(v), before.writtenMs()));
      }
    }
  }

  @Override
  public void replayMarker(long producerId, boolean committed) {
    // no producer writes here
  }

  @Override
  public Result<Void> onLoaded(long nowMs) {
    return Result.of(null);
  }

  @Override
  public void onUnloaded() {
    table.release();
  }
}
