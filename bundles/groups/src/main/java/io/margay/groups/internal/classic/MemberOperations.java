package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.groups.internal.group.HeapSize;
import io.margay.groups.internal.group.MemberLiveness;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SyncGroup, Heartbeat and LeaveGroup. Errors are thrown as {@link CoordinatorException}. */
public final class MemberOperations implements MemberLiveness {
  private static final Logger LOG = LoggerFactory.getLogger(MemberOperations.class);

  private final ShardContext context;
  private final ClassicGroups groups;
  private final GroupConfig config;
  private final Rebalance rebalance;

  /**
   * @param context the shard's context
   * @param groups the shard's classic groups
   * @param config the settings
   * @param rebalance of the same shard
   */
  public MemberOperations(ShardContext context, ClassicGroups groups, GroupConfig config, Rebalance rebalance) {
    this.context = context;
    this.groups = groups;
    this.config = config;
    this.rebalance = rebalance;
  }

  // ------------------------------------------------------------------------------------------------ SyncGroup

  /**
   * @param request the request
   * @param reply takes the answer, once the leader has sent the assignment and it is committed
   * @param nowMs milliseconds since the epoch
   * @return what is to be written
   */
  public Result<Void> sync(SyncGroupRequest request, CompletableFuture<SyncGroupResponse> reply, long nowMs) {
    ClassicGroup group = groups.require(request.groupId());
    group.requireMember(request.memberId(), request.groupInstanceId());
    if (request.generationId() != group.generation()) {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }
    if (differs(request.protocolType(), group.protocolTypeOrNull()) || differs(request.protocolName(), group.protocolName())) {
      throw new CoordinatorException(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    ClassicMember member = group.member(request.memberId());
    return switch (group.state()) {
      case PREPARING_REBALANCE -> throw new CoordinatorException(Errors.REBALANCE_IN_PROGRESS);
      case COMPLETING_REBALANCE -> {
        rebalance.hasSynced(group, member.id());
        rebalance.park(member, reply, Errors.REBALANCE_IN_PROGRESS);
        yield group.isLeader(member.id()) ? assign(group, request, nowMs) : Rebalance.NOTHING;
      }
      case STABLE -> {
        rebalance.hasSynced(group, member.id());
        rebalance.touch(group, member);
        SyncGroupResponse response = Answers.synced(group, member);
        context.defer(() -> reply.complete(response));
        yield Rebalance.NOTHING;
      }
      case EMPTY, DEAD -> throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    };
  }

  private static boolean differs(String claimed, String actual) {
    return claimed != null && !claimed.equals(actual);
  }

  private Result<Void> assign(ClassicGroup group, SyncGroupRequest request, long nowMs) {
    Map<String, byte[]> assignments = new HashMap<>();
    group.members().forEach(m -> assignments.put(m.id(), ClassicMember.NOTHING));
    request.assignments().forEach(a -> assignments.computeIfPresent(a.memberId(), (id, none) -> a.assignment()));
    Errors tooLarge = tooLarge(group, assignments);
    if (tooLarge != Errors.NONE) {
      rebalance.failSyncs(group, tooLarge);
      return rebalance.prepare(group, nowMs);
    }
    int generation = group.generation();
    return Result.deferred(List.of(GroupRecords.group(group, assignments)), e -> {
      // another rebalance may have begun while the record was on its way
      if (!awaitsAssignment(group, generation)) {
        return;
      }
      if (e == Errors.NONE) {
        rebalance.distribute(group, assignments, group.stateSinceMs());
        return;
      }
      if (groups.memory().node().logs().pass("assignment not written") >= 0) {
        LOG.warn("Cannot write down an assignment. group={} generation={} errorCode={}", group.id(), generation, e);
      }
      rebalance.failSyncs(group, e);
      // an operation of its own, so that what it has to write is written
      context.after(0, now -> awaitsAssignment(group, generation) ? rebalance.prepare(group, now) : Rebalance.NOTHING);
    });
  }

  private boolean awaitsAssignment(ClassicGroup group, int generation) {
    return groups.keeps(group) && group.in(GroupState.COMPLETING_REBALANCE) && group.generation() == generation;
  }

  private Errors tooLarge(ClassicGroup group, Map<String, byte[]> assignments) {
    long grows = 0;
    for (ClassicMember m : group.members()) {
      byte[] assignment = assignments.get(m.id());
      if (assignment.length > config.memberMetadataMaxBytes()) {
        groups.memory().node().refused("an assignment that is too large", "margay.groups.member.metadata.max.bytes", group.id());
        return Errors.MESSAGE_TOO_LARGE;
      }
      grows += HeapSize.of(assignment) - HeapSize.of(m.assignment());
    }
    if (!groups.memory().admits(grows, ShardMemory.Use.MEMBERS)) {
      groups.memory().node().refused("an assignment for want of memory", "margay.groups.memory.bytes", group.id());
      return Errors.GROUP_MAX_SIZE_REACHED;
    }
    return Errors.NONE;
  }

  // ------------------------------------------------------------------------------------------------ Heartbeat

  /**
   * @param request the request
   * @return NONE or REBALANCE_IN_PROGRESS
   */
  public Result<Errors> heartbeat(HeartbeatRequest request) {
    ClassicGroup group = groups.require(request.groupId());
    group.requireMember(request.memberId(), request.groupInstanceId());
    if (request.generationId() != group.generation()) {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }
    rebalance.touch(group, group.member(request.memberId()));
    return Result.of(group.in(GroupState.PREPARING_REBALANCE) ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE);
  }

  @Override
  public void onAlive(Group group, String memberId) {
    if (group instanceof ClassicGroup classic && classic.in(GroupState.STABLE, GroupState.PREPARING_REBALANCE)) {
      ClassicMember member = classic.member(memberId);
      if (member != null) {
        rebalance.touch(classic, member);
      }
    }
  }

  // ------------------------------------------------------------------------------------------------ LeaveGroup

  /**
   * @param request the request, with members
   * @param nowMs milliseconds since the epoch
   * @return one answer per member
   */
  public Result<LeaveGroupResponse> leave(LeaveGroupRequest request, long nowMs) {
    ClassicGroup group = groups.get(request.groupId());
    LeaveGroupResponse response = new LeaveGroupResponse();
    boolean left = false;
    List<LeaveGroupRequest.MemberIdentity> leaving = new ArrayList<>(request.members());
    for (LeaveGroupRequest.MemberIdentity m : leaving) {
      Errors error = group == null ? Errors.UNKNOWN_MEMBER_ID : leave(group, m);
      left |= error == Errors.NONE;
      response.members().add(new LeaveGroupResponse.MemberResponse().setMemberId(m.memberId())
          .setGroupInstanceId(m.groupInstanceId()).setErrorCode(error.code()));
    }
    Result<Void> after = left ? rebalance.afterDeparture(group, nowMs) : Rebalance.NOTHING;
    if (left) {
      groups.forgetIfUnused(group);
    }
    return after.answering(response);
  }

  private Errors leave(ClassicGroup group, LeaveGroupRequest.MemberIdentity identity) {
    String memberId = identity.memberId();
    String instanceId = identity.groupInstanceId();
    if (memberId.isEmpty()) {
      // an administrator names the instance only
      memberId = instanceId == null ? null : group.staticMemberId(instanceId);
      if (memberId == null) {
        return Errors.UNKNOWN_MEMBER_ID;
      }
    } else if (group.forgetPending(memberId)) {
      return Errors.NONE;
    } else {
      try {
        group.requireMember(memberId, instanceId);
      } catch (CoordinatorException e) {
        return e.error();
      }
    }
    LOG.debug("A member left. group={} member={} reason={}", group.id(), memberId, identity.reason());
    rebalance.expel(group, group.member(memberId));
    return Errors.NONE;
  }
}
