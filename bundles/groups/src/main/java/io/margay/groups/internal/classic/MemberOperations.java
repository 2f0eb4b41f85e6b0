package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.groups.internal.GroupRecords;
import io.margay.groups.internal.GroupShard;
import io.margay.coordinator.ShardContext;
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
public final class MemberOperations {
  private static final Logger LOG = LoggerFactory.getLogger(MemberOperations.class);

  private final ShardContext<GroupShard> context;
  private final Map<String, ClassicGroup> groups;
  private final Rebalance rebalance;

  /**
   * @param context the shard's context
   * @param groups the shard's groups by id
   * @param rebalance of the same shard
   */
  public MemberOperations(ShardContext<GroupShard> context, Map<String, ClassicGroup> groups, Rebalance rebalance) {
    this.context = context;
    this.groups = groups;
    this.rebalance = rebalance;
  }

  private ClassicGroup group(String groupId) {
    ClassicGroup group = groups.get(groupId);
    if (group == null) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    return group;
  }

  // ------------------------------------------------------------------------------------------------ SyncGroup

  /**
   * @param request the request
   * @param reply takes the answer, once the leader has sent the assignment and it is committed
   * @param nowMs milliseconds since the epoch
   * @return what is to be written
   */
  public Result<Void> sync(SyncGroupRequest request, CompletableFuture<SyncGroupResponse> reply, long nowMs) {
    ClassicGroup group = group(request.groupId());
    group.requireMember(request.memberId(), request.groupInstanceId());
    if (request.generationId() != group.generation()) {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }
    if (differs(request.protocolType(), group.protocolType()) || differs(request.protocolName(), group.protocolName())) {
      throw new CoordinatorException(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    ClassicMember member = group.member(request.memberId());
    return switch (group.state()) {
      case PREPARING_REBALANCE -> throw new CoordinatorException(Errors.REBALANCE_IN_PROGRESS);
      case COMPLETING_REBALANCE -> {
        rebalance.hasSynced(group, member.id());
        rebalance.park(member, reply, Errors.REBALANCE_IN_PROGRESS);
        yield group.isLeader(member.id()) ? assign(group, request) : Rebalance.NOTHING;
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

  private Result<Void> assign(ClassicGroup group, SyncGroupRequest request) {
    Map<String, byte[]> assignments = new HashMap<>();
    request.assignments().forEach(a -> assignments.put(a.memberId(), a.assignment()));
    group.members().forEach(m -> assignments.putIfAbsent(m.id(), ClassicMember.NOTHING));
    int generation = group.generation();
    return Result.deferred(List.of(GroupRecords.group(group, assignments)), e -> {
      // another rebalance may have begun while the record was on its way
      if (groups.get(group.id()) != group || !group.in(GroupState.COMPLETING_REBALANCE) || group.generation() != generation) {
        return;
      }
      long nowMs = group.stateSinceMs();
      if (e == Errors.NONE) {
        rebalance.distribute(group, assignments, nowMs);
      } else {
        LOG.warn("Cannot write down an assignment. group={} generation={} errorCode={}", group.id(), generation, e);
        rebalance.failSyncs(group, e);
        rebalance.prepare(group, nowMs);
      }
    });
  }

  // ------------------------------------------------------------------------------------------------ Heartbeat

  /**
   * @param request the request
   * @return NONE or REBALANCE_IN_PROGRESS
   */
  public Result<Errors> heartbeat(HeartbeatRequest request) {
    ClassicGroup group = group(request.groupId());
    group.requireMember(request.memberId(), request.groupInstanceId());
    if (request.generationId() != group.generation()) {
      throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
    }
    rebalance.touch(group, group.member(request.memberId()));
    return Result.of(group.in(GroupState.PREPARING_REBALANCE) ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE);
  }

  /**
   * A commit shows that its member is alive.
   *
   * @param group the group
   * @param memberId who committed; may be unknown
   */
  public void onCommit(ClassicGroup group, String memberId) {
    ClassicMember member = group.member(memberId);
    if (member != null && group.in(GroupState.STABLE, GroupState.PREPARING_REBALANCE)) {
      rebalance.touch(group, member);
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
    return new Result<>(after.records(), response, after.replay(), after.afterCommit());
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
    } else if (group.pendingJoin.containsKey(memberId)) {
      group.forgetPending(memberId);
      return Errors.NONE;
    } else {
      try {
        group.requireMember(memberId, instanceId);
      } catch (CoordinatorException e) {
        return e.error();
      }
    }
    LOG.info("A member left. group={} member={} reason={}", group.id(), memberId, identity.reason());
    rebalance.expel(group, group.member(memberId));
    return Errors.NONE;
  }
}
