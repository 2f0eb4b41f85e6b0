package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.classic.ClassicMember;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.state.ConsumerGroupCurrentMemberAssignmentKey;
import io.margay.protocol.state.ConsumerGroupCurrentMemberAssignmentValue;
import io.margay.protocol.state.ConsumerGroupMemberMetadataKey;
import io.margay.protocol.state.ConsumerGroupMemberMetadataValue;
import io.margay.protocol.state.ConsumerGroupMetadataKey;
import io.margay.protocol.state.ConsumerGroupMetadataValue;
import io.margay.protocol.state.ConsumerGroupRegularExpressionKey;
import io.margay.protocol.state.ConsumerGroupRegularExpressionValue;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMemberKey;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMemberValue;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMetadataKey;
import io.margay.protocol.state.ConsumerGroupTargetAssignmentMetadataValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** The records of consumer groups in Kafka's format, there and back. A value of null makes a tombstone. */
public final class ConsumerRecords {
  private static final short VERSION = 0;

  private ConsumerRecords() { }

  private static CoordinatorRecord record(Message key, short type, Message value) {
    return new CoordinatorRecord(Messages.toPrefixedBytes(key, type, VERSION),
        value == null ? null : Messages.toVersionedBytes(value, VERSION));
  }

  // ------------------------------------------------------------------------------------------------ members

  static CoordinatorRecord member(String groupId, String memberId, MemberMetadata m) {
    return record(new ConsumerGroupMemberMetadataKey().setGroupId(groupId).setMemberId(memberId),
        ConsumerGroupMemberMetadataKey.RECORD_TYPE, m == null ? null : value(m));
  }

  private static ConsumerGroupMemberMetadataValue value(MemberMetadata m) {
    ConsumerGroupMemberMetadataValue value = new ConsumerGroupMemberMetadataValue().setInstanceId(m.client().instanceId())
        .setRackId(m.client().rackId()).setClientId(m.client().id()).setClientHost(m.client().host())
        .setSubscribedTopicNames(new ArrayList<>(m.topics().stream().sorted().toList())).setSubscribedTopicRegex(m.pattern())
        .setRebalanceTimeoutMs(m.rebalanceTimeoutMs()).setServerAssignor(m.assignor()).setClassicMemberMetadata(null);
    if (m.classic() != null) {
      ConsumerGroupMemberMetadataValue.ClassicMemberMetadata classic =
          new ConsumerGroupMemberMetadataValue.ClassicMemberMetadata().setSessionTimeoutMs(m.classic().sessionTimeoutMs());
      m.classic().protocols().forEach(p -> classic.supportedProtocols().add(
          new ConsumerGroupMemberMetadataValue.ClassicProtocol().setName(p.name()).setMetadata(p.metadata())));
      value.setClassicMemberMetadata(classic);
    }
    return value;
  }

  static MemberMetadata metadata(ConsumerGroupMemberMetadataValue v) {
    // where the field is absent it has no protocols
    boolean isClassic = v.classicMemberMetadata() != null && !v.classicMemberMetadata().supportedProtocols().isEmpty();
    MemberMetadata.Classic classic = !isClassic ? null
        : new MemberMetadata.Classic(v.classicMemberMetadata().sessionTimeoutMs(), v.classicMemberMetadata().supportedProtocols()
            .stream().map(p -> new ClassicMember.Protocol(p.name(), p.metadata())).toList());
    return new MemberMetadata(new MemberMetadata.Client(v.clientId(), v.clientHost(), v.instanceId(), v.rackId()),
        new HashSet<>(v.subscribedTopicNames()), v.subscribedTopicRegex() == null ? "" : v.subscribedTopicRegex(),
        v.rebalanceTimeoutMs(), v.serverAssignor(), classic);
  }

  static CoordinatorRecord current(String groupId, String memberId, CurrentAssignment c) {
    return record(new ConsumerGroupCurrentMemberAssignmentKey().setGroupId(groupId).setMemberId(memberId),
        ConsumerGroupCurrentMemberAssignmentKey.RECORD_TYPE, c == null ? null
            : new ConsumerGroupCurrentMemberAssignmentValue().setMemberEpoch(c.epoch()).setPreviousMemberEpoch(c.previousEpoch())
                .setState(c.state().code()).setAssignedPartitions(list(c.assigned())).setPartitionsPendingRevocation(list(c.revoking())));
  }

  private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> list(Partitions partitions) {
    List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> result = new ArrayList<>();
    partitions.forEachTopic((topic, numbers, epochs) -> result.add(new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
        .setTopicId(topic).setPartitions(list(numbers)).setAssignmentEpochs(list(epochs))));
    return result;
  }

  static CurrentAssignment current(ConsumerGroupCurrentMemberAssignmentValue v) {
    return new CurrentAssignment(v.memberEpoch(), v.previousMemberEpoch(), MemberState.forCode(v.state()),
        partitions(v.assignedPartitions(), v.memberEpoch()), partitions(v.partitionsPendingRevocation(), v.memberEpoch()));
  }

  /** Partitions whose epochs are not in the record count as assigned in the member's. */
  private static Partitions partitions(List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> list, int memberEpoch) {
    Partitions.Builder result = new Partitions.Builder();
    for (ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions t : list) {
      List<Integer> epochs = t.assignmentEpochs();
      for (int i = 0; i < t.partitions().size(); i++) {
        result.add(t.topicId(), t.partitions().get(i), epochs == null || epochs.size() <= i ? memberEpoch : epochs.get(i));
      }
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

  // ------------------------------------------------------------------------------------------------ target

  static CoordinatorRecord target(String groupId, String memberId, Partitions partitions) {
    ConsumerGroupTargetAssignmentMemberValue value = null;
    if (partitions != null) {
      List<ConsumerGroupTargetAssignmentMemberValue.TopicPartition> topics = new ArrayList<>();
      partitions.forEachTopic((topic, numbers, epochs) -> topics.add(
          new ConsumerGroupTargetAssignmentMemberValue.TopicPartition().setTopicId(topic).setPartitions(list(numbers))));
      value = new ConsumerGroupTargetAssignmentMemberValue().setTopicPartitions(topics);
    }
    return record(new ConsumerGroupTargetAssignmentMemberKey().setGroupId(groupId).setMemberId(memberId),
        ConsumerGroupTargetAssignmentMemberKey.RECORD_TYPE, value);
  }

  static Partitions target(ConsumerGroupTargetAssignmentMemberValue v) {
    Partitions.Builder result = new Partitions.Builder();
    v.topicPartitions().forEach(t -> t.partitions().forEach(p -> result.add(t.topicId(), p, Partitions.NO_EPOCH)));
    return result.build();
  }

  static CoordinatorRecord assignment(String groupId, int epoch, long atMs) {
    return record(new ConsumerGroupTargetAssignmentMetadataKey().setGroupId(groupId),
        ConsumerGroupTargetAssignmentMetadataKey.RECORD_TYPE,
        new ConsumerGroupTargetAssignmentMetadataValue().setAssignmentEpoch(epoch).setAssignmentTimestamp(atMs));
  }

  static CoordinatorRecord assignmentTombstone(String groupId) {
    return record(new ConsumerGroupTargetAssignmentMetadataKey().setGroupId(groupId),
        ConsumerGroupTargetAssignmentMetadataKey.RECORD_TYPE, null);
  }

  // ------------------------------------------------------------------------------------------------ the group

  static CoordinatorRecord epoch(String groupId, int epoch, long metadataHash) {
    return record(new ConsumerGroupMetadataKey().setGroupId(groupId), ConsumerGroupMetadataKey.RECORD_TYPE,
        new ConsumerGroupMetadataValue().setEpoch(epoch).setMetadataHash(metadataHash));
  }

  static CoordinatorRecord epochTombstone(String groupId) {
    return record(new ConsumerGroupMetadataKey().setGroupId(groupId), ConsumerGroupMetadataKey.RECORD_TYPE, null);
  }

  static CoordinatorRecord pattern(String groupId, String text, Pattern pattern) {
    return record(new ConsumerGroupRegularExpressionKey().setGroupId(groupId).setRegularExpression(text),
        ConsumerGroupRegularExpressionKey.RECORD_TYPE, pattern == null ? null : new ConsumerGroupRegularExpressionValue()
            .setTopics(new ArrayList<>(pattern.topics().stream().sorted().toList())).setVersion(pattern.offset())
            .setTimestamp(pattern.resolvedAtMs()));
  }
}
