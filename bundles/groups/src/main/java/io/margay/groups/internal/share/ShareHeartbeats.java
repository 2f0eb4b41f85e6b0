package io.margay.groups.internal.share;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.MemberLimits;
import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ShareGroupHeartbeatRequest;
import io.margay.protocol.message.ShareGroupHeartbeatResponse;
import java.util.HashSet;
import java.util.Set;

/** ShareGroupHeartbeat: joining, staying and leaving. Errors are thrown as {@link CoordinatorException}. */
public final class ShareHeartbeats {
  private final GroupTable groups;
  private final ShareConfig config;
  private final ShareMembership membership;
  private final StateOperations states;
  private final MemberLimits limits;

  ShareHeartbeats(GroupTable groups, ShareConfig config, ShareMembership membership, StateOperations states) {
    this.groups = groups;
    this.config = config;
    this.membership = membership;
    this.states = states;
    this.limits = new MemberLimits(groups);
  }

  /**
   * @param request the request
   * @param clientId what the client calls itself
   * @param clientHost where it comes from, with a leading slash
   * @param nowMs milliseconds since the epoch
   * @return what is to be written, and the answer
   */
  public Result<ShareGroupHeartbeatResponse> heartbeat(ShareGroupHeartbeatRequest request, String clientId, String clientHost, long nowMs) {
    requireValid(request);
    return request.memberEpoch() == ShareMember.LEAVE ? leave(request, nowMs) : stay(request, clientId, clientHost, nowMs);
  }

  private static void requireValid(ShareGroupHeartbeatRequest r) {
    MemberLimits.require(!r.memberId().isEmpty(), "MemberId can't be empty.");
    MemberLimits.require(r.memberEpoch() >= ShareMember.LEAVE, "MemberEpoch is invalid.");
    MemberLimits.require(r.rackId() == null || !r.rackId().isEmpty(), "RackId can't be empty.");
    MemberLimits.require(r.memberEpoch() != ShareMember.JOIN || r.subscribedTopicNames() != null && !r.subscribedTopicNames().isEmpty(),
        "SubscribedTopicNames must be set in first request.");
  }

  // ------------------------------------------------------------------------------------------------ joining and staying

  private Result<ShareGroupHeartbeatResponse> stay(ShareGroupHeartbeatRequest request, String clientId, String clientHost, long nowMs) {
    limits.requireLengths(config.idMaxLength(), request.groupId(), request.memberId(), request.rackId());
    ShareDraft draft = new ShareDraft(group(request, nowMs));
    ShareMember before = draft.member(request.memberId());
    if (before == null && request.memberEpoch() != ShareMember.JOIN) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (before != null) {
      requireEpoch(before, request.memberEpoch());
    }
    ShareMember member = said(request, clientId, clientHost, before);
    requireRoom(draft, before, member);
    if (member != before) {
      draft.put(member);
    }
    membership.settle(draft, before == null || !before.topics().equals(member.topics()), nowMs);
    ShareMember after = membership.reconcile(draft, member);
    membership.touch(request.groupId(), after.id());
    Partitions missing = states.missing(draft);
    ShareGroupHeartbeatResponse answer = answer(request, draft, before, after, !missing.isEmpty());
    return states.maybeInitialize(draft, missing, Result.of(draft.records(), answer));
  }

  private ShareGroup group(ShareGroupHeartbeatRequest request, long nowMs) {
    Group known = groups.get(request.groupId());
    if (known instanceof ShareGroup group) {
      return group;
    }
    if (request.memberEpoch() != ShareMember.JOIN) {
      // not GROUP_ID_NOT_FOUND, at which clients give up: they join again
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (known != null) {
      throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND, "Group " + request.groupId() + " is not a share group.");
    }
    return new ShareGroup(request.groupId(), nowMs);
  }

  private static void requireEpoch(ShareMember member, int epoch) {
    // the previous one: its last answer was lost
    if (epoch != ShareMember.JOIN && epoch != member.epoch() && epoch != member.previousEpoch()) {
      throw new CoordinatorException(Errors.FENCED_MEMBER_EPOCH);
    }
  }

  private ShareMember said(ShareGroupHeartbeatRequest r, String clientId, String clientHost, ShareMember before) {
    String rack = r.rackId() == null && before != null ? before.client().rackId() : r.rackId();
    ShareMember.Client client = new ShareMember.Client(MemberLimits.shortened(clientId, config.idMaxLength()), clientHost, rack);
    Set<String> topics = r.subscribedTopicNames() == null ? before.topics() : new HashSet<>(r.subscribedTopicNames());
    if (before == null) {
      return ShareMember.joining(r.memberId(), client, topics);
    }
    return before.client().equals(client) && before.topics().equals(topics) ? before : before.says(client, topics);
  }

  // ------------------------------------------------------------------------------------------------ limits

  private void requireRoom(ShareDraft draft, ShareMember before, ShareMember member) {
    String groupId = draft.group().id();
    if (before == null && draft.members().size() >= config.maxSize()) {
      throw limits.refused("a member of a group that is full", "group.share.max.size", groupId, Errors.GROUP_MAX_SIZE_REACHED);
    }
    if (member != before) {
      limits.requireMetadata(groupId, member.bytes() - member.assigned().bytes(), config.memberMetadataMaxBytes());
      limits.requireMemory(groupId, member.bytes() - (before == null ? 0 : before.bytes()));
    }
  }

  // ------------------------------------------------------------------------------------------------ answering

  private ShareGroupHeartbeatResponse answer(ShareGroupHeartbeatRequest request, ShareDraft draft, ShareMember before, ShareMember after,
      boolean missing) {
    int interval = config.heartbeatIntervalMs(request.groupId());
    if (missing || draft.epoch() > draft.assignmentEpoch()) {
      // it is to hear soon what it gets. Of a large group not all at once
      interval = Math.min(interval, Math.max(config.rebalanceHeartbeatIntervalMs(), draft.group().members().size()));
    }
    ShareGroupHeartbeatResponse response = new ShareGroupHeartbeatResponse().setMemberId(after.id()).setMemberEpoch(after.epoch())
        .setHeartbeatIntervalMs(interval);
    boolean whole = request.memberEpoch() == ShareMember.JOIN || request.memberEpoch() != after.epoch();
    if (whole || request.subscribedTopicNames() != null || before == null || !before.assigned().equals(after.assigned())) {
      response.setAssignment(assignment(after.assigned()));
    }
    return response;
  }

  private static ShareGroupHeartbeatResponse.Assignment assignment(Partitions assigned) {
    ShareGroupHeartbeatResponse.Assignment result = new ShareGroupHeartbeatResponse.Assignment();
    assigned.forEachTopic((topic, numbers, epochs) -> result.topicPartitions().add(
        new ShareGroupHeartbeatResponse.TopicPartitions().setTopicId(topic).setPartitions(ShareRecords.list(numbers))));
    return result;
  }

  // ------------------------------------------------------------------------------------------------ leaving

  private Result<ShareGroupHeartbeatResponse> leave(ShareGroupHeartbeatRequest request, long nowMs) {
    ShareGroup group = membership.find(request.groupId());
    ShareMember member = group == null ? null : group.member(request.memberId());
    if (member == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    return membership.depart(group, member,
        new ShareGroupHeartbeatResponse().setMemberId(member.id()).setMemberEpoch(ShareMember.LEAVE), nowMs);
  }
}
