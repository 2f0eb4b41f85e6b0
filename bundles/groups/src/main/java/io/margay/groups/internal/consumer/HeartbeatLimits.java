package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;

/**
 * What a ConsumerGroupHeartbeat may say and take: its form, lengths, counts and memory. None of the errors is one that clients retry,
 * because the same request would be refused again.
 */
final class HeartbeatLimits {
  private final GroupTable groups;
  private final ConsumerConfig config;

  HeartbeatLimits(GroupTable groups, ConsumerConfig config) {
    this.groups = groups;
    this.config = config;
  }

  /** @throws CoordinatorException INVALID_REQUEST when it contradicts itself */
  static void requireValid(ConsumerGroupHeartbeatRequest r, boolean ownId) {
    require(r.instanceId() == null || !r.instanceId().isEmpty(), "InstanceId can't be empty.");
    require(r.rackId() == null || !r.rackId().isEmpty(), "RackId can't be empty.");
    require(r.memberEpoch() >= CurrentAssignment.AWAY, "MemberEpoch is invalid.");
    if (ownId || r.memberEpoch() != CurrentAssignment.JOIN) {
      require(!r.memberId().isEmpty(), "MemberId can't be empty.");
    }
    if (r.memberEpoch() == CurrentAssignment.AWAY) {
      require(r.instanceId() != null, "InstanceId can't be null.");
    }
    if (r.memberEpoch() == CurrentAssignment.JOIN) {
      require(r.rebalanceTimeoutMs() > 0, "RebalanceTimeoutMs must be provided in first request.");
      require(r.topicPartitions() == null || r.topicPartitions().isEmpty(), "TopicPartitions must be empty when (re-)joining.");
      require(r.subscribedTopicNames() != null || r.subscribedTopicRegex() != null,
          "SubscribedTopicNames or SubscribedTopicRegex must be set in first request.");
    }
  }

  private static void require(boolean valid, String why) {
    if (!valid) {
      throw new CoordinatorException(Errors.INVALID_REQUEST, why);
    }
  }

  /** @throws CoordinatorException INVALID_GROUP_ID, INVALID_REQUEST, MESSAGE_TOO_LARGE or UNSUPPORTED_ASSIGNOR */
  void requireSizes(ConsumerGroupHeartbeatRequest r) {
    int longest = config.idMaxLength();
    if (r.groupId().length() > longest) {
      throw refused("a group id that is too long", "margay.groups.id.max.length", r.groupId(), Errors.INVALID_GROUP_ID);
    }
    if (length(r.memberId()) > longest || length(r.instanceId()) > longest || length(r.rackId()) > longest) {
      throw refused("a member whose ids are too long", "margay.groups.id.max.length", r.groupId(), Errors.INVALID_REQUEST);
    }
    if (r.serverAssignor() != null && !config.assignors().contains(r.serverAssignor())) {
      throw new CoordinatorException(Errors.UNSUPPORTED_ASSIGNOR,
          "ServerAssignor " + r.serverAssignor() + " is not supported. Supported assignors: " + String.join(", ", config.assignors()) + ".");
    }
  }

  /** The part of a client id that is kept; it is only shown to people. */
  String shortened(String clientId) {
    return clientId.length() <= config.idMaxLength() ? clientId : clientId.substring(0, config.idMaxLength());
  }

  private static int length(String text) {
    return text == null ? 0 : text.length();
  }

  /** @throws CoordinatorException MESSAGE_TOO_LARGE or GROUP_MAX_SIZE_REACHED */
  void requireRoom(Draft draft, ConsumerMember before, String memberId, MemberMetadata said) {
    String groupId = draft.group().id();
    boolean joins = before == null;
    if (joins && draft.members().size() >= config.consumerMaxSize()) {
      throw refused("a member of a group that is full", "group.consumer.max.size", groupId, Errors.GROUP_MAX_SIZE_REACHED);
    }
    if (!joins && before.metadata().equals(said)) {
      return;
    }
    if (said.bytes() > config.memberMetadataMaxBytes()) {
      throw refused("a subscription that is too large", "margay.groups.member.metadata.max.bytes", groupId, Errors.MESSAGE_TOO_LARGE);
    }
    boolean known = groups.get(groupId) != null;
    long more = ConsumerMember.costOf(memberId, said) - (joins ? 0 : ConsumerMember.costOf(memberId, before.metadata()))
        + (known ? 0 : Group.costOf(groupId));
    if (!groups.memory().admits(more, known ? ShardMemory.Use.MEMBERS : ShardMemory.Use.NEW_MEMBERS)) {
      throw refused("members for want of memory", "margay.groups.memory.bytes", groupId, Errors.GROUP_MAX_SIZE_REACHED);
    }
  }

  private CoordinatorException refused(String what, String setting, String groupId, Errors error) {
    groups.memory().node().refused(what, setting, groupId);
    return new CoordinatorException(error);
  }
}
