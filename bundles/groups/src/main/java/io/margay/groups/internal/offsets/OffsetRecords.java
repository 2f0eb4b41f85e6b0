package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.classic.ClassicMember;
import io.margay.groups.internal.offsets.CommittedOffset;
import io.margay.model.TopicPartition;
import io.margay.protocol.Messages;
import io.margay.protocol.state.GroupMetadataKey;
import io.margay.protocol.state.GroupMetadataValue;
import io.margay.protocol.state.OffsetCommitKey;
import io.margay.protocol.state.OffsetCommitValue;
import java.util.Map;

/** The records of classic groups and offsets in Kafka's format: a key with its record type, a value with its version. */
public final class GroupRecords {
  private static final short KEY_VERSION = 0;
  private static final short GROUP_VALUE_VERSION = 3;
  private static final short OFFSET_VALUE_VERSION = 4;
  /** The one version that has an expiry. */
  private static final short EXPIRING_OFFSET_VALUE_VERSION = 1;

  private GroupRecords() { }

  /**
   * @param group a group; its generation, protocol, leader and members are written
   * @param assignments by member id; nothing for members without
   * @return the record
   */
  public static CoordinatorRecord group(ClassicGroup group, Map<String, byte[]> assignments) {
    GroupMetadataValue value = new GroupMetadataValue().setGeneration(group.generation())
        .setProtocolType(group.protocolType() == null ? "" : group.protocolType()).setProtocol(group.protocolName())
        .setLeader(group.leaderId()).setCurrentStateTimestamp(group.stateSinceMs());
    for (ClassicMember m : group.members()) {
      value.members().add(new GroupMetadataValue.MemberMetadata().setMemberId(m.id()).setGroupInstanceId(m.instanceId())
          .setClientId(m.clientId()).setClientHost(m.clientHost()).setRebalanceTimeout(m.rebalanceTimeoutMs())
          .setSessionTimeout(m.sessionTimeoutMs()).setSubscription(m.metadata(group.protocolName()))
          .setAssignment(assignments.getOrDefault(m.id(), ClassicMember.NOTHING)));
    }
    return new CoordinatorRecord(groupKey(group.id()), Messages.toVersionedBytes(value, GROUP_VALUE_VERSION));
  }

  /**
   * @param groupId group id
   * @return the end of the group
   */
  public static CoordinatorRecord groupTombstone(String groupId) {
    return new CoordinatorRecord(groupKey(groupId), null);
  }

  private static byte[] groupKey(String groupId) {
    return Messages.toPrefixedBytes(new GroupMetadataKey().setGroup(groupId), GroupMetadataKey.RECORD_TYPE, KEY_VERSION);
  }

  /**
   * @param groupId group id
   * @param partition a partition
   * @param offset what is committed for it
   * @return the record
   */
  public static CoordinatorRecord offset(String groupId, TopicPartition partition, CommittedOffset offset) {
    OffsetCommitValue value = new OffsetCommitValue().setOffset(offset.offset()).setMetadata(offset.metadata())
        .setCommitTimestamp(offset.commitTimestampMs());
    short version = OFFSET_VALUE_VERSION;
    if (offset.expires()) {
      version = EXPIRING_OFFSET_VALUE_VERSION;
      value.setExpireTimestamp(offset.expireTimestampMs());
    } else {
      value.setLeaderEpoch(offset.leaderEpoch()).setTopicId(offset.topicId());
    }
    return new CoordinatorRecord(offsetKey(groupId, partition), Messages.toVersionedBytes(value, version));
  }

  /**
   * @param groupId group id
   * @param partition a partition
   * @return the end of what is committed for it
   */
  public static CoordinatorRecord offsetTombstone(String groupId, TopicPartition partition) {
    return new CoordinatorRecord(offsetKey(groupId, partition), null);
  }

  private static byte[] offsetKey(String groupId, TopicPartition partition) {
    return Messages.toPrefixedBytes(new OffsetCommitKey().setGroup(groupId).setTopic(partition.topic())
        .setPartition(partition.partition()), OffsetCommitKey.RECORD_TYPE, KEY_VERSION);
  }
}
