package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.coordinator.ShardState;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.classic.ClassicGroups;
import io.margay.groups.internal.classic.GroupConfig;
import io.margay.groups.internal.classic.JoinOperations;
import io.margay.groups.internal.classic.MemberOperations;
import io.margay.groups.internal.classic.Rebalance;
import io.margay.groups.internal.offsets.Expiry;
import io.margay.groups.internal.offsets.OffsetOperations;
import io.margay.groups.internal.offsets.OffsetStore;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.state.GroupMetadataKey;
import io.margay.protocol.state.GroupMetadataValue;
import io.margay.protocol.state.LegacyOffsetCommitKey;
import io.margay.protocol.state.OffsetCommitKey;
import io.margay.protocol.state.OffsetCommitValue;
import java.util.HashMap;
import java.util.Map;

/**
 * What one partition of {@code __consumer_offsets} holds: groups and their offsets. Puts the operations together and tells
 * records apart. Used with the shard held.
 */
public final class GroupShard implements ShardState {
  private final Map<String, ClassicGroup> groups = new HashMap<>();
  private final Rebalance rebalance;
  private final JoinOperations joining;
  private final MemberOperations members;
  private final ClassicGroups classic;
  private final OffsetOperations offsets;
  private final Expiry expiry;

  /**
   * @param context the shard's context
   * @param config the settings
   */
  public GroupShard(ShardContext<GroupShard> context, GroupConfig config) {
    OffsetStore store = new OffsetStore();
    this.rebalance = new Rebalance(context, groups, config);
    this.joining = new JoinOperations(context, groups, config, rebalance);
    this.members = new MemberOperations(context, groups, rebalance);
    this.offsets = new OffsetOperations(groups, store, config, members);
    this.classic = new ClassicGroups(groups, rebalance, offsets, store);
    this.expiry = new Expiry(groups, store, config);
  }

  JoinOperations joining() {
    return joining;
  }

  MemberOperations members() {
    return members;
  }

  ClassicGroups classic() {
    return classic;
  }

  OffsetOperations offsets() {
    return offsets;
  }

  Expiry expiry() {
    return expiry;
  }

  @Override
  public void replay(long producerId, CoordinatorRecord record) {
    MessageReader key = new MessageReader(record.key());
    short type = key.readShort();
    switch (type) {
      case LegacyOffsetCommitKey.RECORD_TYPE, OffsetCommitKey.RECORD_TYPE -> {
        // the two differ in the number only
        OffsetCommitKey k = new OffsetCommitKey();
        k.read(key, OffsetCommitKey.HIGHEST_VERSION);
        offsets.replay(producerId, k,
            record.value() == null ? null : Messages.readVersioned(OffsetCommitValue::new, record.value()));
      }
      case GroupMetadataKey.RECORD_TYPE -> {
        GroupMetadataKey k = new GroupMetadataKey();
        k.read(key, GroupMetadataKey.HIGHEST_VERSION);
        classic.replay(k, record.value() == null ? null : Messages.readVersioned(GroupMetadataValue::new, record.value()));
      }
      default -> {
        // a group of another kind, or of a later time: not ours to serve, and the log keeps it
      }
    }
  }

  @Override
  public void replayMarker(long producerId, boolean committed) {
    offsets.replayMarker(producerId, committed);
  }

  @Override
  public Result<Void> onLoaded(long nowMs) {
    return rebalance.onLoaded(nowMs);
  }

  @Override
  public void onUnloaded() {
    rebalance.onUnloaded();
  }
}
