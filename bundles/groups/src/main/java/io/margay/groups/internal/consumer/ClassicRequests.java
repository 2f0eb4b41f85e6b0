package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.classic.Answers;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.classic.ClassicMember;
import io.margay.groups.internal.classic.JoinLimits;
import io.margay.groups.internal.classic.JoinOperations;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Sessions;
import io.margay.protocol.Errors;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * JoinGroup, SyncGroup, Heartbeat and LeaveGroup of members that follow the classic protocol in a consumer group. The generation of such a
 * member is its member epoch, and no member leads: a heartbeat tells it to join again when it has to give partitions back or can get some,
 * JoinGroup takes it to its next epoch, and SyncGroup tells it what it has. No request waits for other members.
 */
public final class ClassicRequests {
  private final ShardContext context;
  private final Membership membership;
  private final Sessions sessions;
  private final ClassicAssignments bytes;
  private final HeartbeatLimits limits;
  private final JoinLimits joinLimits;
  private final Migration migration;

  ClassicRequests(ShardContext context, Membership membership, Sessions sessions, ClassicAssignments bytes, HeartbeatLimits limits,
      JoinLimits joinLimits, Migration migration) {
    this.context = context;
    this.membership = membership;
    this.sessions = sessions;
    this.bytes = bytes;
    this.limits = limits;
    this.joinLimits = joinLimits;
    this.migration = migration;
  }

  // ------------------------------------------------------------------------------------------------ JoinGroup

  /**
   * @param group a group with members
   * @param join the request
   * @param nowMs milliseconds since the epoch
   * @return what is to be written; the reply is completed when it is committed
   */
  public Result<Void> join(ConsumerGroup group, JoinOperations.Join join, long nowMs) {
    joinLimits.requireTimeout(join.request());
    joinLimits.requireSizes(join);
    ClassicAssignments.Subscription subscription = subscription(group, join);
    String memberId = join.request().memberId();
    String instanceId = join.request().groupInstanceId();
    if (memberId.isEmpty() && instanceId == null && join.needsMemberId()) {
      String newId = newId(join, null);
      context.defer(() -> join.reply().complete(Answers.join(newId, Errors.MEMBER_ID_REQUIRED)));
      return Membership.NOTHING;
    }
    Draft draft = new Draft(group, new ArrayList<>());
    ConsumerMember before = memberOf(draft, join);
    boolean joins = before == null;
    String id = joins ? memberId.isEmpty() ? newId(join, instanceId) : memberId : before.id();
    MemberMetadata said = new MemberMetadata(
        new MemberMetadata.Client(joinLimits.shortened(join.clientId()), join.clientHost(), instanceId, subscription.rackId()),
        subscription.topics(), "", join.rebalanceTimeoutMs(), null,
        new MemberMetadata.Classic(join.request().sessionTimeoutMs(), join.protocols()));
    limits.requireRoom(draft, before, id, said);
    ConsumerMember member = joins ? new ConsumerMember(id, said, CurrentAssignment.NEW) : before.with(said);
    if (member != draft.member(id)) {
      draft.put(member);
    }
    membership.settle(draft, joins || !before.metadata().topics().equals(said.topics()) || !before.metadata().pattern().isEmpty(), nowMs);
    ConsumerMember after = membership.reconcile(draft, member, subscription.owned());
    membership.touch(group.id(), after);
    awaitNext(group.id(), after);
    JoinGroupResponse answer = new JoinGroupResponse().setMemberId(id).setGenerationId(after.epoch()).setProtocolType(ClassicGroup.CONSUMER)
        .setProtocolName(join.protocols().get(0).name()).setLeader("");
    return Result.<Void>of(draft.records(), null).followedBy(error -> complete(join.reply(), answer, error));
  }

  private <T> void complete(CompletableFuture<T> reply, T answer, Errors error) {
    context.defer(() -> {
      if (error == Errors.NONE) {
        reply.complete(answer);
      } else {
        reply.completeExceptionally(new CoordinatorException(error));
      }
    });
  }

  private String newId(JoinOperations.Join join, String instanceId) {
    return (instanceId == null ? joinLimits.shortened(join.clientId()) : instanceId) + "-" + UUID.randomUUID();
  }

  private ClassicAssignments.Subscription subscription(ConsumerGroup group, JoinOperations.Join join) {
    boolean consumes = ClassicGroup.CONSUMER.equals(join.request().protocolType()) && !join.protocols().isEmpty();
    ClassicAssignments.Subscription subscription = consumes ? bytes.subscription(join.protocols().get(0).metadata()) : null;
    if (subscription == null || !sharesProtocol(group, join)) {
      throw new CoordinatorException(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    return subscription;
  }

  /** Should the group become classic, its members need a protocol in common. */
  private static boolean sharesProtocol(ConsumerGroup group, JoinOperations.Join join) {
    Set<String> common = names(join.protocols());
    for (ConsumerMember m : group.members()) {
      if (m.isClassic() && !m.id().equals(join.request().memberId())) {
        common.retainAll(names(m.metadata().classic().protocols()));
      }
    }
    return !common.isEmpty();
  }

  private static Set<String> names(List<ClassicMember.Protocol> protocols) {
    Set<String> names = new HashSet<>();
    protocols.forEach(p -> names.add(p.name()));
    return names;
  }

  /** The member that a request is of; null when it is new. */
  private static ConsumerMember memberOf(Draft draft, JoinOperations.Join join) {
    String memberId = join.request().memberId();
    String instanceId = join.request().groupInstanceId();
    if (instanceId == null) {
      return memberId.isEmpty() ? null : draft.member(memberId);
    }
    ConsumerMember holder = draft.staticMember(instanceId);
    if (!memberId.isEmpty()) {
      return draft.group().requireMember(memberId, instanceId);
    }
    if (holder == null) {
      return null;
    }
    // the same instance came back: it takes its old place, whether the one before has left or not
    return draft.replace(holder, instanceId + "-" + UUID.randomUUID());
  }

  // ------------------------------------------------------------------------------------------------ SyncGroup and Heartbeat

  /** A member is to send its next request within its rebalance timeout, or it is removed. */
  private void awaitNext(String groupId, ConsumerMember member) {
    sessions.await(groupId, member.id(), member.metadata().rebalanceTimeoutMs(),
        nowMs -> membership.expel(groupId, member.id(), nowMs));
  }

  private static ConsumerMember requireClassic(ConsumerGroup group, String memberId, String instanceId, int generation) {
    ConsumerMember member = group.requireMember(memberId, instanceId);
    if (!member.isClassic()) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (generation != member.epoch()) {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }
    return member;
  }

  /**
   * @param group a group with members
   * @param request the request; assignments in it are ignored
   * @param reply takes the answer
   * @return nothing to be written
   */
  public Result<Void> sync(ConsumerGroup group, SyncGroupRequest request, CompletableFuture<SyncGroupResponse> reply) {
    ConsumerMember member = requireClassic(group, request.memberId(), request.groupInstanceId(), request.generationId());
    List<ClassicMember.Protocol> protocols = member.metadata().classic().protocols();
    String name = request.protocolName() == null ? protocols.get(0).name() : request.protocolName();
    boolean fits = request.protocolType() == null || request.protocolType().equals(ClassicGroup.CONSUMER);
    if (!fits || protocols.stream().noneMatch(p -> p.name().equals(name))) {
      throw new CoordinatorException(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    sessions.arrived(group.id(), member.id());
    membership.touch(group.id(), member);
    migration.maybeDowngrade(group);
    SyncGroupResponse answer = new SyncGroupResponse().setProtocolType(ClassicGroup.CONSUMER).setProtocolName(name)
        .setAssignment(bytes.bytes(member.current().assigned(), protocols.get(0).metadata()));
    return Membership.NOTHING.followedBy(error -> complete(reply, answer, error));
  }

  /**
   * @param group a group with members
   * @param request the request
   * @param nowMs milliseconds since the epoch
   * @return NONE, or REBALANCE_IN_PROGRESS when the member is to join again
   */
  public Result<Errors> heartbeat(ConsumerGroup group, HeartbeatRequest request, long nowMs) {
    ConsumerMember member = requireClassic(group, request.memberId(), request.groupInstanceId(), request.generationId());
    membership.touch(group.id(), member);
    Draft draft = new Draft(group, new ArrayList<>());
    membership.settle(draft, false, nowMs);
    boolean mayMove = member.epoch() < draft.epoch() || member.current().state() == MemberState.UNREVOKED
        || member.current().state() == MemberState.UNRELEASED && getsMore(draft, member);
    if (mayMove && !sessions.awaits(group.id(), member.id())) {
      awaitNext(group.id(), member);
    }
    return Result.of(draft.records(), mayMove ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE);
  }

  private static boolean getsMore(Draft draft, ConsumerMember member) {
    return !draft.target(member.id()).minus(member.current().assigned())
        .where((topic, partition) -> draft.owner(topic, partition) == null).isEmpty();
  }

  // ------------------------------------------------------------------------------------------------ LeaveGroup

  /**
   * @param group a group with members
   * @param request the request, with members of either protocol
   * @param nowMs milliseconds since the epoch
   * @return one answer per member
   */
  public Result<LeaveGroupResponse> leave(ConsumerGroup group, LeaveGroupRequest request, long nowMs) {
    LeaveGroupResponse response = new LeaveGroupResponse();
    Map<String, ConsumerMember> gone = new LinkedHashMap<>();
    for (LeaveGroupRequest.MemberIdentity who : request.members()) {
      Errors error = Errors.NONE;
      try {
        ConsumerMember member = who.memberId().isEmpty() && who.groupInstanceId() != null ? group.staticMember(who.groupInstanceId())
            : group.requireMember(who.memberId(), who.groupInstanceId());
        if (member == null || gone.putIfAbsent(member.id(), member) != null) {
          error = Errors.UNKNOWN_MEMBER_ID;
        }
      } catch (CoordinatorException e) {
        error = e.error();
      }
      response.members().add(new LeaveGroupResponse.MemberResponse().setMemberId(who.memberId())
          .setGroupInstanceId(who.groupInstanceId()).setErrorCode(error.code()));
    }
    return gone.isEmpty() ? Result.of(response)
        : membership.depart(new Draft(group, new ArrayList<>()), gone.values(), response, nowMs);
  }
}
