package io.margay.groups.internal.share;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.state.ShareGroupCurrentMemberAssignmentKey;
import io.margay.protocol.state.ShareGroupCurrentMemberAssignmentValue;
import io.margay.protocol.state.ShareGroupMemberMetadataKey;
import io.margay.protocol.state.ShareGroupMemberMetadataValue;
import io.margay.protocol.state.ShareGroupMetadataKey;
import io.margay.protocol.state.ShareGroupMetadataValue;
import io.margay.protocol.state.ShareGroupStatePartitionMetadataKey;
import io.margay.protocol.state.ShareGroupStatePartitionMetadataValue;
import io.margay.protocol.state.ShareGroupTargetAssignmentMemberKey;
import io.margay.protocol.state.ShareGroupTargetAssignmentMemberValue;
import io.margay.protocol.state.ShareGroupTargetAssignmentMetadataKey;
import io.margay.protocol.state.ShareGroupTargetAssignmentMetadataValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The records of share groups in Kafka's format, there and back. */
final class ShareRecords {
  private static final short VERSION = 0;

  private ShareRecords() { }

  private static CoordinatorRecord record(Message key, short type, Message value) {
    return new CoordinatorRecord(Messages.toPrefixedBytes(key, type, VERSION),
        value == null ? null : Messages.toVersionedBytes(value, VERSION));
  }

  // ------------------------------------------------------------------------------------------------ members

  static CoordinatorRecord member(String groupId, ShareMember m) {
    return member(groupId, m.id(), new ShareGroupMemberMetadataValue().setRackId(m.client().rackId()).setClientId(m.client().id())
        .setClientHost(m.client().host()).setSubscribedTopicNames(new ArrayList<>(m.topics().stream().sorted().toList())));
  }

  static CoordinatorRecord memberTombstone(String groupId, String memberId) {
    return member(groupId, memberId, null);
  }

  private static CoordinatorRecord member(String groupId, String memberId, ShareGroupMemberMetadataValue value) {
    return record(new ShareGroupMemberMetadataKey().setGroupId(groupId).setMemberId(memberId),
        ShareGroupMemberMetadataKey.RECORD_TYPE, value);
  }

  static CoordinatorRecord current(String groupId, ShareMember m) {
    // share members have no other state than stable
    ShareGroupCurrentMemberAssignmentValue value =
        new ShareGroupCurrentMemberAssignmentValue().setMemberEpoch(m.epoch()).setPreviousMemberEpoch(m.previousEpoch());
    m.assigned().forEachTopic((topic, numbers, epochs) -> value.assignedPartitions().add(
        new ShareGroupCurrentMemberAssignmentValue.TopicPartitions().setTopicId(topic).setPartitions(list(numbers))));
    return current(groupId, m.id(), value);
  }

  static CoordinatorRecord currentTombstone(String groupId, String memberId) {
    return current(groupId, memberId, null);
  }

  private static CoordinatorRecord current(String groupId, String memberId, ShareGroupCurrentMemberAssignmentValue value) {
    return record(new ShareGroupCurrentMemberAssignmentKey().setGroupId(groupId).setMemberId(memberId),
        ShareGroupCurrentMemberAssignmentKey.RECORD_TYPE, value);
  }

  static Partitions assigned(ShareGroupCurrentMemberAssignmentValue v) {
    Partitions.Builder result = new Partitions.Builder();
    v.assignedPartitions().forEach(t -> t.partitions().forEach(p -> result.add(t.topicId(), p, Partitions.NO_EPOCH)));
    return result.build();
  }

  // ------------------------------------------------------------------------------------------------ target

  /** Null is a tombstone. */
  static CoordinatorRecord target(String groupId, String memberId, Partitions partitions) {
    ShareGroupTargetAssignmentMemberValue value = null;
    if (partitions != null) {
      List<ShareGroupTargetAssignmentMemberValue.TopicPartition> topics = new ArrayList<>();
      partitions.forEachTopic((topic, numbers, epochs) -> topics.add(
          new ShareGroupTargetAssignmentMemberValue.TopicPartition().setTopicId(topic).setPartitions(list(numbers))));
      value = new ShareGroupTargetAssignmentMemberValue().setTopicPartitions(topics);
    }
    return record(new ShareGroupTargetAssignmentMemberKey().setGroupId(groupId).setMemberId(memberId),
        ShareGroupTargetAssignmentMemberKey.RECORD_TYPE, value);
  }

  static Partitions target(ShareGroupTargetAssignmentMemberValue v) {
    Partitions.Builder result = new Partitions.Builder();
    v.topicPartitions().forEach(t -> t.partitions().forEach(p -> result.add(t.topicId(), p, Partitions.NO_EPOCH)));
    return result.build();
  }

  static CoordinatorRecord assignment(String groupId, int epoch, long atMs) {
    return assignment(groupId,
        new ShareGroupTargetAssignmentMetadataValue().setAssignmentEpoch(epoch).setAssignmentTimestamp(atMs));
  }

  static CoordinatorRecord assignmentTombstone(String groupId) {
    return assignment(groupId, null);
  }

  private static CoordinatorRecord assignment(String groupId, ShareGroupTargetAssignmentMetadataValue value) {
    return record(new ShareGroupTargetAssignmentMetadataKey().setGroupId(groupId),
        ShareGroupTargetAssignmentMetadataKey.RECORD_TYPE, value);
  }

  // ------------------------------------------------------------------------------------------------ the group

  static CoordinatorRecord epoch(String groupId, int epoch, long metadataHash) {
    return record(new ShareGroupMetadataKey().setGroupId(groupId), ShareGroupMetadataKey.RECORD_TYPE,
        new ShareGroupMetadataValue().setEpoch(epoch).setMetadataHash(metadataHash));
  }

  static CoordinatorRecord epochTombstone(String groupId) {
    return record(new ShareGroupMetadataKey().setGroupId(groupId), ShareGroupMetadataKey.RECORD_TYPE, null);
  }

  static CoordinatorRecord states(String groupId, StateTopics states) {
    return states(groupId, new ShareGroupStatePartitionMetadataValue().setInitializingTopics(list(states.initializing(), states.names()))
        .setInitializedTopics(list(states.initialized(), states.names())));
  }

  static CoordinatorRecord statesTombstone(String groupId) {
    return states(groupId, (ShareGroupStatePartitionMetadataValue) null);
  }

  private static CoordinatorRecord states(String groupId, ShareGroupStatePartitionMetadataValue value) {
    return record(new ShareGroupStatePartitionMetadataKey().setGroupId(groupId), ShareGroupStatePartitionMetadataKey.RECORD_TYPE, value);
  }

  private static List<ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo> list(Partitions partitions, Map<UUID, String> names) {
    List<ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo> result = new ArrayList<>();
    partitions.forEachTopic((topic, numbers, epochs) -> result.add(new ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo()
        .setTopicId(topic).setTopicName(names.get(topic)).setPartitions(list(numbers))));
    return result;
  }

  static StateTopics states(ShareGroupStatePartitionMetadataValue v) {
    Map<UUID, String> names = new HashMap<>();
    return new StateTopics(partitions(v.initializingTopics(), names), partitions(v.initializedTopics(), names), names);
  }

  private static Partitions partitions(List<ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo> list, Map<UUID, String> names) {
    Partitions.Builder result = new Partitions.Builder();
    for (ShareGroupStatePartitionMetadataValue.TopicPartitionsInfo t : list) {
      names.put(t.topicId(), t.topicName());
      t.partitions().forEach(p -> result.add(t.topicId(), p, Partitions.NO_EPOCH));
    }
    return result.build();
  }

  static List<Integer> list(int[] numbers) {
    List<Integer> result = new ArrayList<>(numbers.length);
    for (int n : numbers) {
      result.add(n);
    }
    return result;
  }
}
