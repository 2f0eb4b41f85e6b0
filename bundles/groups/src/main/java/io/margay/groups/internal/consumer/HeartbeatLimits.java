package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.MemberLimits;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;

/**
 * What a ConsumerGroupHeartbeat may say and take: its form, lengths, counts and memory. None of the errors is one that clients retry,
 * because the same request would be refused again.
 */
final class HeartbeatLimits {
  private final MemberLimits common;
  private final ConsumerConfig config;

  HeartbeatLimits(GroupTable groups, ConsumerConfig config) {
    this.common = new MemberLimits(groups);
    this.config = config;
  }

  /** @throws CoordinatorException INVALID_REQUEST when it contradicts itself */
  static void requireValid(ConsumerGroupHeartbeatRequest r, boolean ownId) {
    MemberLimits.require(r.instanceId() == null || !r.instanceId().isEmpty(), "InstanceId can't be empty.");
    MemberLimits.require(r.rackId() == null || !r.rackId().isEmpty(), "RackId can't be empty.");
    MemberLimits.require(r.memberEpoch() >= CurrentAssignment.AWAY, "MemberEpoch is invalid.");
    if (ownId || r.memberEpoch() != CurrentAssignment.JOIN) {
      MemberLimits.require(!r.memberId().isEmpty(), "MemberId can't be empty.");
    }
    if (r.memberEpoch() == CurrentAssignment.AWAY) {
      MemberLimits.require(r.instanceId() != null, "InstanceId can't be null.");
    }
    if (r.memberEpoch() == CurrentAssignment.JOIN) {
      MemberLimits.require(r.rebalanceTimeoutMs() > 0, "RebalanceTimeoutMs must be provided in first request.");
      MemberLimits.require(r.topicPartitions() == null || r.topicPartitions().isEmpty(), "TopicPartitions must be empty when (re-)joining.");
      MemberLimits.require(r.subscribedTopicNames() != null || r.subscribedTopicRegex() != null,
          "SubscribedTopicNames or SubscribedTopicRegex must be set in first request.");
    }
  }

  /** @throws CoordinatorException INVALID_GROUP_ID, INVALID_REQUEST, MESSAGE_TOO_LARGE or UNSUPPORTED_ASSIGNOR */
  void requireSizes(ConsumerGroupHeartbeatRequest r) {
    common.requireLengths(config.idMaxLength(), r.groupId(), r.memberId(), r.instanceId(), r.rackId());
    if (r.serverAssignor() != null && !config.assignors().contains(r.serverAssignor())) {
      throw new CoordinatorException(Errors.UNSUPPORTED_ASSIGNOR,
          "ServerAssignor " + r.serverAssignor() + " is not supported. Supported assignors: " + String.join(", ", config.assignors()) + ".");
    }
  }

  /** The part of a client id that is kept; it is only shown to people. */
  String shortened(String clientId) {
    return MemberLimits.shortened(clientId, config.idMaxLength());
  }

  /** @throws CoordinatorException MESSAGE_TOO_LARGE or GROUP_MAX_SIZE_REACHED */
  void requireRoom(Draft draft, ConsumerMember before, String memberId, MemberMetadata said) {
    String groupId = draft.group().id();
    boolean joins = before == null;
    if (joins && draft.members().size() >= config.consumerMaxSize()) {
      throw common.refused("a member of a group that is full", "group.consumer.max.size", groupId, Errors.GROUP_MAX_SIZE_REACHED);
    }
    if (!joins && before.metadata().equals(said)) {
      return;
    }
    common.requireMetadata(groupId, said.bytes(), config.memberMetadataMaxBytes());
    common.requireMemory(groupId, ConsumerMember.costOf(memberId, said) - (joins ? 0 : ConsumerMember.costOf(memberId, before.metadata())));
  }
}
