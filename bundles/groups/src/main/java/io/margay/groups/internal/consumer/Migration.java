package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.classic.ClassicMember;
import io.margay.groups.internal.classic.ClassicReplay;
import io.margay.groups.internal.classic.GroupRecords;
import io.margay.groups.internal.classic.Rebalance;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Sessions;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes groups from one protocol to the other while members consume ({@code group.consumer.migration.policy}). A classic group becomes a
 * consumer group when the first member of that protocol joins: its members keep their partitions, and go on with the requests of the classic
 * protocol. It becomes classic again when only such members are left and have settled.
 */
final class Migration {
  private static final Logger LOG = LoggerFactory.getLogger(Migration.class);

  private final ShardContext context;
  private final GroupTable groups;
  private final ConsumerConfig config;
  private final ClassicAssignments bytes;
  private final Rebalance rebalance;
  private final Sessions sessions;

  Migration(ShardContext context, GroupTable groups, ConsumerConfig config, ClassicAssignments bytes, Rebalance rebalance,
      Sessions sessions) {
    this.context = context;
    this.groups = groups;
    this.config = config;
    this.bytes = bytes;
    this.rebalance = rebalance;
    this.sessions = sessions;
  }

  // ------------------------------------------------------------------------------------------------ to the consumer protocol

  ConsumerGroup upgrade(Group group, List<CoordinatorRecord> records, long nowMs) {
    if (!(group instanceof ClassicGroup classic)) {
      throw notUpgradable(group.id(), "it is a group of another kind");
    }
    ConsumerGroup result = new ConsumerGroup(group.id(), nowMs);
    if (classic.members().isEmpty()) {
      if (classic.hasRecord()) {
        records.addAll(classic.tombstones());
      }
      return result;
    }
    if (!config.mayUpgrade() || !ClassicGroup.CONSUMER.equals(classic.protocolType())) {
      throw notUpgradable(group.id(), "it has members of the classic protocol");
    }
    if (classic.members().size() >= config.consumerMaxSize()) {
      throw new CoordinatorException(Errors.GROUP_MAX_SIZE_REACHED);
    }
    List<CoordinatorRecord> converted = new ArrayList<>(classic.tombstones());
    convert(classic, result, converted, nowMs);
    records.addAll(converted);
    LOG.debug("A classic group becomes a consumer group. group={} members={}", group.id(), classic.members().size());
    return result;
  }

  private static CoordinatorException notUpgradable(String groupId, String why) {
    return new CoordinatorException(Errors.GROUP_ID_NOT_FOUND, "Group " + groupId + " is not a consumer group: " + why + ".");
  }

  private void convert(ClassicGroup classic, ConsumerGroup result, List<CoordinatorRecord> records, long nowMs) {
    String groupId = classic.id();
    int epoch = Math.max(1, classic.generation());
    for (ClassicMember m : classic.members()) {
      byte[] said = m.protocols().isEmpty() ? ClassicMember.NOTHING
          : m.metadata(classic.protocolName() == null ? m.protocols().get(0).name() : classic.protocolName());
      ClassicAssignments.Subscription subscription = bytes.subscription(said);
      Partitions had = bytes.assignment(m.assignment());
      if (subscription == null || had == null) {
        throw notUpgradable(groupId, "its assignor writes what cannot be read");
      }
      MemberMetadata metadata = new MemberMetadata(
          new MemberMetadata.Client(m.clientId(), m.clientHost(), m.instanceId(), subscription.rackId()), subscription.topics(), "",
          m.rebalanceTimeoutMs(), null, new MemberMetadata.Classic(m.sessionTimeoutMs(), m.protocols()));
      // an assignor of clients may have given a partition to two members; one of them keeps it
      Partitions has = had.where((topic, partition) -> result.owner(topic, partition) == null).in(epoch);
      CurrentAssignment current = new CurrentAssignment(epoch, epoch, MemberState.STABLE, has, Partitions.NONE);
      result.replayMember(m.id(), metadata);
      result.replayTarget(m.id(), has.in(Partitions.NO_EPOCH));
      result.replayCurrent(m.id(), current);
      records.add(ConsumerRecords.member(groupId, m.id(), metadata));
      records.add(ConsumerRecords.target(groupId, m.id(), has));
      records.add(ConsumerRecords.current(groupId, m.id(), current));
    }
    result.replayEpoch(epoch, 0);
    // at no time, so that the next assignment does not wait
    result.replayAssignment(epoch, 0);
    records.add(ConsumerRecords.epoch(groupId, epoch, 0));
    records.add(ConsumerRecords.assignment(groupId, epoch, 0));
  }

  // ------------------------------------------------------------------------------------------------ to the classic protocol

  /**
   * Whether only members of the classic protocol are left, and all of them know the same epoch: it becomes their generation, in which they
   * commit and send heartbeats until they have joined again.
   */
  private boolean isDowngradable(ConsumerGroup group) {
    if (!config.mayDowngrade() || group.isEmpty() || group.epoch() != group.assignmentEpoch()) {
      return false;
    }
    for (ConsumerMember m : group.members()) {
      boolean knows = m.epoch() == group.assignmentEpoch() && m.current().state() == MemberState.STABLE
          && !sessions.awaits(group.id(), m.id());
      if (!m.isClassic() || !knows) {
        return false;
      }
    }
    return true;
  }

  /** Makes a classic group soon, if that is due: an operation of its own, after this one's is written. */
  void maybeDowngrade(ConsumerGroup group) {
    if (isDowngradable(group)) {
      String groupId = group.id();
      context.after(0, nowMs -> downgrade(groupId, nowMs));
    }
  }

  private Result<Void> downgrade(String groupId, long nowMs) {
    if (!(groups.get(groupId) instanceof ConsumerGroup group) || !isDowngradable(group)) {
      return Membership.NOTHING;
    }
    Map<String, byte[]> assignments = new HashMap<>();
    List<ClassicMember> members = new ArrayList<>();
    for (ConsumerMember m : group.members()) {
      ClassicMember member = new ClassicMember(m.id(), m.instanceId(), m.metadata().client().id(), m.metadata().client().host(),
          m.metadata().rebalanceTimeoutMs(), m.metadata().classic().sessionTimeoutMs(), m.metadata().classic().protocols());
      assignments.put(m.id(), bytes.bytes(m.current().assigned(), member.protocols().get(0).metadata()));
      members.add(member);
    }
    ClassicGroup classic = ClassicReplay.stable(groupId, group.assignmentEpoch(), members, nowMs);
    List<CoordinatorRecord> records = new ArrayList<>(group.tombstones());
    records.add(GroupRecords.group(classic, assignments));
    LOG.debug("A consumer group becomes a classic group. group={} members={}", groupId, members.size());
    return Result.<Void>of(records, null).followedBy(error -> context.after(0, now ->
        groups.get(groupId) instanceof ClassicGroup adopted ? rebalance.adopt(adopted, now) : Membership.NOTHING));
  }
}
