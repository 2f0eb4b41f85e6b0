package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.coordinator.ShardState;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.classic.ClassicGroups;
import io.margay.groups.internal.classic.ClassicReplay;
import io.margay.groups.internal.classic.JoinOperations;
import io.margay.groups.internal.classic.MemberOperations;
import io.margay.groups.internal.classic.Rebalance;
import io.margay.groups.internal.consumer.ConsumerGroup;
import io.margay.groups.internal.consumer.ConsumerGroups;
import io.margay.groups.internal.consumer.ConsumerReplay;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Listing;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.groups.internal.loading.Selection;
import io.margay.groups.internal.offsets.Expiry;
import io.margay.groups.internal.offsets.OffsetOperations;
import io.margay.groups.internal.offsets.OffsetStore;
import io.margay.groups.internal.offsets.TransactionChecks;
import io.margay.groups.internal.share.ShareGroups;
import io.margay.groups.internal.share.ShareReplay;
import io.margay.groups.internal.share.StateTopics;
import io.margay.groups.internal.streams.StreamsGroup;
import io.margay.groups.internal.streams.StreamsGroups;
import io.margay.groups.internal.streams.StreamsReplay;
import io.margay.protocol.Errors;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import io.margay.protocol.state.GroupMetadataKey;
import io.margay.protocol.state.GroupMetadataValue;
import io.margay.protocol.state.LegacyOffsetCommitKey;
import io.margay.protocol.state.OffsetCommitKey;
import io.margay.protocol.state.OffsetCommitValue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * What one partition of {@code __consumer_offsets} holds: groups and their offsets, bounded in bytes by its {@link ShardMemory}. Puts
 * the operations together and tells records apart. Used with the shard held, and by the thread that loads it.
 */
final class GroupShard implements ShardState {
  private final ShardMemory memory;
  private final GroupTable groups;
  private final Rebalance rebalance;
  private final JoinOperations joining;
  private final MemberOperations members;
  private final ClassicReplay classic;
  private final ConsumerGroups consumer;
  private final ShareGroups share;
  private final StreamsGroups streams;
  private final OffsetOperations offsets;
  private final TransactionChecks checks = new TransactionChecks();
  private final Expiry expiry;
  private final Listing listing;
  private final Selection selection;

  /** What the shards need for the kinds of groups whose coordinator assigns. */
  record Surroundings(ConsumerGroups.Surroundings consumer, ShareGroups.Surroundings share, StreamsGroups.Surroundings streams) { }

  /**
   * @param context the shard's context
   * @param config the settings
   * @param node the memory of all shards
   * @param shards how many shards there are
   * @param around what the kinds of groups need
   */
  GroupShard(ShardContext context, GroupConfig config, CoordinatorMemory node, IntSupplier shards, Surroundings around) {
    this.memory = new ShardMemory(node);
    OffsetStore store = new OffsetStore(memory);
    this.groups = new GroupTable(memory, ClassicGroup::new, store::hasAny);
    ClassicGroups classicGroups = new ClassicGroups(groups);
    this.rebalance = new Rebalance(context, classicGroups, config);
    this.joining = new JoinOperations(context, classicGroups, config, rebalance);
    this.members = new MemberOperations(context, classicGroups, config, rebalance);
    this.classic = new ClassicReplay(classicGroups, rebalance);
    this.consumer = new ConsumerGroups(context, groups, around.consumer(), rebalance, joining.limits());
    this.share = new ShareGroups(context, groups, around.share());
    this.streams = new StreamsGroups(context, groups, around.streams());
    this.offsets = new OffsetOperations(groups, store, config, members);
    this.expiry = new Expiry(groups, store, config);
    this.listing = new Listing(groups);
    this.selection = new Selection(context.shard(), groups, store, shards);
  }

  // ------------------------------------------------------------------------------------------------ the classic protocol

  /** The group when it follows the consumer protocol; its classic members are served there. */
  private ConsumerGroup consumerGroup(String groupId) {
    return groups.get(groupId) instanceof ConsumerGroup group && !group.isEmpty() ? group : null;
  }

  Result<Void> join(JoinOperations.Join join, long nowMs) {
    String groupId = join.request().groupId();
    Group group = groups.get(groupId);
    if (group instanceof ConsumerGroup members && !members.isEmpty()) {
      return consumer.classic().join(members, join, nowMs);
    }
    if (group == null || !group.isEmpty() || !(group instanceof ConsumerGroup || group instanceof StreamsGroup)) {
      return joining.join(join, nowMs);
    }
    // an empty group takes the protocol of its first member; should this not be written, both groups are empty
    groups.remove(groupId);
    groups.ensureIfOffsets(groupId, nowMs);
    try {
      return joining.join(join, nowMs).after(group.tombstones());
    } catch (CoordinatorException e) {
      groups.put(group);
      throw e;
    }
  }

  Result<Void> sync(SyncGroupRequest request, CompletableFuture<SyncGroupResponse> reply, long nowMs) {
    ConsumerGroup group = consumerGroup(request.groupId());
    return group == null ? members.sync(request, reply, nowMs) : consumer.classic().sync(group, request, reply);
  }

  Result<Errors> heartbeat(HeartbeatRequest request, long nowMs) {
    ConsumerGroup group = consumerGroup(request.groupId());
    return group == null ? members.heartbeat(request) : consumer.classic().heartbeat(group, request, nowMs);
  }

  Result<LeaveGroupResponse> leave(LeaveGroupRequest request, long nowMs) {
    ConsumerGroup group = consumerGroup(request.groupId());
    return group == null ? members.leave(request, nowMs) : consumer.classic().leave(group, request, nowMs);
  }

  // ------------------------------------------------------------------------------------------------ parts

  ConsumerGroups consumer() {
    return consumer;
  }

  ShareGroups share() {
    return share;
  }

  StreamsGroups streams() {
    return streams;
  }

  OffsetOperations offsets() {
    return offsets;
  }

  TransactionChecks checks() {
    return checks;
  }

  Expiry expiry() {
    return expiry;
  }

  Listing listing() {
    return listing;
  }

  Selection selection() {
    return selection;
  }

  /** The partitions of a group that have state at share coordinators, which is to be deleted before the group. */
  Partitions statesToDelete(String groupId) {
    StateTopics states = share.statesOf(groupId);
    if (states != null && !groups.get(groupId).isEmpty()) {
      throw new CoordinatorException(Errors.NON_EMPTY_GROUP);
    }
    return states == null ? Partitions.NONE : states.all();
  }

  Result<Errors> delete(String groupId) {
    return offsets.deleteGroup(groupId);
  }

  @Override
  public void replay(long producerId, CoordinatorRecord record) {
    MessageReader key = new MessageReader(record.key());
    short type = key.readShort();
    switch (type) {
      // the first two differ in the number only
      case LegacyOffsetCommitKey.RECORD_TYPE, OffsetCommitKey.RECORD_TYPE -> replayOffset(producerId, key, record.value());
      case GroupMetadataKey.RECORD_TYPE -> replayGroup(key, record.value());
      default -> replayOther(type, key, record.value());
    }
  }

  private void replayOffset(long producerId, MessageReader key, byte[] value) {
    OffsetCommitKey k = new OffsetCommitKey();
    k.read(key, OffsetCommitKey.HIGHEST_VERSION);
    OffsetCommitValue v = value == null ? null : Messages.readVersioned(OffsetCommitValue::new, value);
    if (v == null || selection.takes(k.group(), v.commitTimestamp())) {
      offsets.replay(producerId, k, v);
      selection.afterRecord();
    }
  }

  private void replayGroup(MessageReader key, byte[] value) {
    GroupMetadataKey k = new GroupMetadataKey();
    k.read(key, GroupMetadataKey.HIGHEST_VERSION);
    GroupMetadataValue v = value == null ? null : Messages.readVersioned(GroupMetadataValue::new, value);
    if (v == null ? selection.takesEndOf(k.group()) : selection.takes(k.group(), v.currentStateTimestamp())) {
      classic.replay(k, v);
      selection.afterRecord();
    }
  }

  private void replayOther(short type, MessageReader key, byte[] value) {
    // what none of them knows is of a later time: not ours to serve, and the log keeps it
    replay(ConsumerReplay.read(type, key, value), consumer::replay);
    replay(ShareReplay.read(type, key, value), share::replay);
    replay(StreamsReplay.read(type, key, value), streams::replay);
  }

  private <G extends Group> void replay(GroupReplay.Read<G> read, Consumer<GroupReplay.Read<G>> part) {
    if (read != null && takes(read.groupId(), read.timestampMs(), read.ends(), read.removes())) {
      part.accept(read);
      selection.afterRecord();
    }
  }

  private boolean takes(String groupId, long timestampMs, boolean ends, boolean removes) {
    return ends ? selection.takesEndOf(groupId) : removes || selection.takes(groupId, timestampMs);
  }

  @Override
  public void replayMarker(long producerId, boolean committed) {
    checks.onMarker(producerId);
    offsets.replayMarker(producerId, committed);
  }

  @Override
  public boolean replayAgain() {
    return selection.atEnd();
  }

  @Override
  public Result<Void> onLoaded(long nowMs) {
    consumer.onLoaded();
    share.onLoaded();
    streams.onLoaded(nowMs);
    return rebalance.onLoaded(nowMs);
  }

  @Override
  public void onUnloaded() {
    rebalance.onUnloaded();
    memory.release();
  }
}
