package io.margay.shares.internal.state;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.state.ShareSnapshotKey;
import io.margay.protocol.state.ShareSnapshotValue;
import io.margay.protocol.state.ShareUpdateKey;
import io.margay.protocol.state.ShareUpdateValue;
import java.util.ArrayList;
import java.util.List;

/** The records of {@code __share_group_state} in Kafka's format, there and back. */
final class StateRecords {
  private static final short VERSION = 0;

  private StateRecords() { }

  static CoordinatorRecord snapshot(StateKey key, ShareState s) {
    ShareSnapshotValue value = new ShareSnapshotValue().setSnapshotEpoch(s.epochs().snapshot()).setStateEpoch(s.epochs().state())
        .setLeaderEpoch(s.epochs().leader()).setStartOffset(s.startOffset()).setDeliveryCompleteCount(s.completeCount())
        .setCreateTimestamp(s.createdMs()).setWriteTimestamp(s.writtenMs());
    for (StateBatch b : s.batches()) {
      value.stateBatches().add(new ShareSnapshotValue.StateBatch().setFirstOffset(b.first()).setLastOffset(b.last())
          .setDeliveryState(b.state()).setDeliveryCount(b.count()));
    }
    return snapshot(key, value);
  }

  static CoordinatorRecord tombstone(StateKey key) {
    return snapshot(key, (ShareSnapshotValue) null);
  }

  private static CoordinatorRecord snapshot(StateKey key, ShareSnapshotValue value) {
    Message k = new ShareSnapshotKey().setGroupId(key.groupId()).setTopicId(key.topicId()).setPartition(key.partition());
    return new CoordinatorRecord(Messages.toPrefixedBytes(k, ShareSnapshotKey.RECORD_TYPE, VERSION),
        value == null ? null : Messages.toVersionedBytes(value, VERSION));
  }

  /** What a leader has written, on top of a snapshot. */
  static CoordinatorRecord update(StateKey key, ShareState after, long startOffset, List<StateBatch> newer) {
    Message k = new ShareUpdateKey().setGroupId(key.groupId()).setTopicId(key.topicId()).setPartition(key.partition());
    ShareUpdateValue value = new ShareUpdateValue().setSnapshotEpoch(after.epochs().snapshot()).setLeaderEpoch(after.epochs().leader())
        .setStartOffset(startOffset).setDeliveryCompleteCount(after.completeCount());
    for (StateBatch b : newer) {
      value.stateBatches().add(new ShareUpdateValue.StateBatch().setFirstOffset(b.first()).setLastOffset(b.last())
          .setDeliveryState(b.state()).setDeliveryCount(b.count()));
    }
    return new CoordinatorRecord(Messages.toPrefixedBytes(k, ShareUpdateKey.RECORD_TYPE, VERSION), Messages.toVersionedBytes(value, VERSION));
  }

  static StateKey key(ShareSnapshotKey k) {
    return new StateKey(k.groupId(), k.topicId(), k.partition());
  }

  static StateKey key(ShareUpdateKey k) {
    return new StateKey(k.groupId(), k.topicId(), k.partition());
  }

  static ShareState state(ShareSnapshotValue v) {
    List<StateBatch> batches = new ArrayList<>(v.stateBatches().size());
    v.stateBatches().forEach(b -> batches.add(new StateBatch(b.firstOffset(), b.lastOffset(), b.deliveryState(), b.deliveryCount())));
    return new ShareState(new ShareState.Epochs(v.snapshotEpoch(), v.stateEpoch(), v.leaderEpoch()), v.startOffset(),
        v.deliveryCompleteCount(), batches, v.createTimestamp(), v.writeTimestamp());
  }

  static List<StateBatch> batches(ShareUpdateValue v) {
    List<StateBatch> batches = new ArrayList<>(v.stateBatches().size());
    v.stateBatches().forEach(b -> batches.add(new StateBatch(b.firstOffset(), b.lastOffset(), b.deliveryState(), b.deliveryCount())));
    return batches;
  }
}
