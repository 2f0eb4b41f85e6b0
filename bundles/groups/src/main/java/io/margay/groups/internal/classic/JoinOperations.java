package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** JoinGroup. Errors are thrown as {@link CoordinatorException}; the answer may wait for the other members. */
public final class JoinOperations {
  /**
   * One request.
   *
   * @param request the request
   * @param protocols its protocols
   * @param clientId what the client calls itself
   * @param clientHost where it comes from
   * @param needsMemberId whether a new dynamic member must join again with the id that it is given (v4 and later)
   * @param maySkipAssignment whether the answer can tell a leader to leave the assignment as it is (v9 and later)
   * @param reply takes the answer
   */
  public record Join(JoinGroupRequest request, List<ClassicMember.Protocol> protocols, String clientId, String clientHost,
      boolean needsMemberId, boolean maySkipAssignment, CompletableFuture<JoinGroupResponse> reply) {
    /**
     * @param request the request
     * @param version its version
     * @param clientId what the client calls itself
     * @param clientHost where it comes from
     * @param reply takes the answer
     * @return all that joining needs
     */
    public static Join of(JoinGroupRequest request, int version, String clientId, String clientHost,
        CompletableFuture<JoinGroupResponse> reply) {
      List<ClassicMember.Protocol> protocols = new ArrayList<>(request.protocols().size());
      request.protocols().forEach(p -> protocols.add(new ClassicMember.Protocol(p.name(), p.metadata())));
      return new Join(request, protocols, clientId, clientHost, version >= 4, version >= 9, reply);
    }

    /** @return how long others wait for the member, in milliseconds */
    public int rebalanceTimeoutMs() {
      return request.rebalanceTimeoutMs() < 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs();
    }
  }

  private final ShardContext context;
  private final ClassicGroups groups;
  private final GroupConfig config;
  private final Rebalance rebalance;
  private final JoinLimits limits;

  /**
   * @param context the shard's context
   * @param groups the shard's classic groups
   * @param config the settings
   * @param rebalance of the same shard
   */
  public JoinOperations(ShardContext context, ClassicGroups groups, GroupConfig config, Rebalance rebalance) {
    this.context = context;
    this.groups = groups;
    this.config = config;
    this.rebalance = rebalance;
    this.limits = new JoinLimits(groups, config);
  }

  /** @return what a JoinGroup may take */
  public JoinLimits limits() {
    return limits;
  }

  /**
   * @param join the request
   * @param nowMs milliseconds since the epoch
   * @return what is to be written
   */
  public Result<Void> join(Join join, long nowMs) {
    JoinGroupRequest request = join.request();
    limits.requireTimeout(request);
    String memberId = request.memberId();
    ClassicGroup known = groups.get(request.groupId());
    if (known == null && !memberId.isEmpty()) {
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    limits.requireSizes(join);
    ClassicGroup group = known == null ? new ClassicGroup(request.groupId(), nowMs) : known;
    if (!hasRoom(group, memberId)) {
      group.forgetPending(memberId);
      ClassicMember surplus = group.member(memberId);
      if (surplus != null) {
        rebalance.expel(group, surplus);
      }
      throw new CoordinatorException(Errors.GROUP_MAX_SIZE_REACHED);
    }
    if (!group.accepts(request.protocolType(), join.protocols())) {
      throw new CoordinatorException(Errors.INCONSISTENT_GROUP_PROTOCOL);
    }
    limits.requireMemory(group, known != null, join);
    if (known == null) {
      groups.put(group);
    }
    return memberId.isEmpty() ? joinNew(group, join, nowMs) : joinKnown(group, join, nowMs);
  }

  private boolean hasRoom(ClassicGroup group, String memberId) {
    ClassicMember member = group.member(memberId);
    return switch (group.state()) {
      case EMPTY, DEAD -> true;
      // count waiting joins, not members: when the group is over its limit, the last to rejoin are refused
      case PREPARING_REBALANCE -> member != null && member.awaitsJoin() || group.awaitingJoin() < config.maxSize();
      case COMPLETING_REBALANCE, STABLE -> member != null || group.members().size() < config.maxSize();
    };
  }

  private Result<Void> joinNew(ClassicGroup group, Join join, long nowMs) {
    String instanceId = join.request().groupInstanceId();
    String newId = ClassicGroup.newMemberId(limits.shortened(join.clientId()), instanceId);
    if (instanceId != null) {
      String current = group.staticMemberId(instanceId);
      return current == null ? add(group, newId, join, nowMs) : replace(group, group.member(current), newId, join, nowMs);
    }
    if (!join.needsMemberId()) {
      return add(group, newId, join, nowMs);
    }
    if (group.pendingCount() >= config.maxSize()) {
      throw new CoordinatorException(Errors.GROUP_MAX_SIZE_REACHED);
    }
    rebalance.awaitPending(group, newId, join.request().sessionTimeoutMs());
    answer(join, Answers.join(newId, Errors.MEMBER_ID_REQUIRED));
    return Rebalance.NOTHING;
  }

  private Result<Void> joinKnown(ClassicGroup group, Join join, long nowMs) {
    String memberId = join.request().memberId();
    if (group.isPending(memberId)) {
      if (join.request().groupInstanceId() != null) {
        throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
      }
      return add(group, memberId, join, nowMs);
    }
    group.requireMember(memberId, join.request().groupInstanceId());
    ClassicMember member = group.member(memberId);
    boolean same = member.protocols().equals(join.protocols());
    return switch (group.state()) {
      case PREPARING_REBALANCE -> update(group, member, join, nowMs);
      // the answer to its first JoinGroup was lost
      case COMPLETING_REBALANCE -> same ? current(group, member, join, group.isLeader(memberId))
          : update(group, member, join, nowMs);
      // the leader joins again when what it assigns has changed, such as the number of partitions
      case STABLE -> same && !group.isLeader(memberId) ? current(group, member, join, false) : update(group, member, join, nowMs);
      case EMPTY, DEAD -> throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    };
  }

  private Result<Void> current(ClassicGroup group, ClassicMember member, Join join, boolean tellMembers) {
    answer(join, Answers.joined(group, member, group.leaderId(), tellMembers, false));
    return Rebalance.NOTHING;
  }

  private Result<Void> add(ClassicGroup group, String memberId, Join join, long nowMs) {
    ClassicMember member = new ClassicMember(memberId, join.request().groupInstanceId(), limits.shortened(join.clientId()),
        join.clientHost(), join.rebalanceTimeoutMs(), join.request().sessionTimeoutMs(), join.protocols());
    member.isNew = true;
    if (group.in(GroupState.PREPARING_REBALANCE) && group.previousState() == GroupState.EMPTY) {
      group.newMemberAdded = true;
    }
    group.add(member, join.request().protocolType());
    rebalance.park(member, join.reply());
    // It cannot send heartbeats before it knows its id; should its client go away, this timer removes it.
    rebalance.touch(group, member, Rebalance.NEW_MEMBER_TIMEOUT_MS);
    return rebalance.prepareOrMaybeComplete(group, nowMs);
  }

  private Result<Void> update(ClassicGroup group, ClassicMember member, Join join, long nowMs) {
    group.update(member, join.rebalanceTimeoutMs(), join.request().sessionTimeoutMs(), join.protocols());
    rebalance.park(member, join.reply());
    return rebalance.prepareOrMaybeComplete(group, nowMs);
  }

  // ------------------------------------------------------------------------------------------------ static members

  private Result<Void> replace(ClassicGroup group, ClassicMember old, String newId, Join join, long nowMs) {
    String leaderBefore = group.leaderId();
    rebalance.answer(old, Answers.join(old.id(), Errors.FENCED_INSTANCE_ID));
    rebalance.answer(old, Answers.sync(Errors.FENCED_INSTANCE_ID));
    ClassicMember member = group.replace(old, newId);
    rebalance.touch(group, member);
    group.update(member, join.rebalanceTimeoutMs(), join.request().sessionTimeoutMs(), join.protocols());
    rebalance.park(member, join.reply());
    return switch (group.state()) {
      case STABLE -> group.selectProtocol().equals(group.protocolName())
          ? keepAssignment(group, old, member, leaderBefore, join)
          : rebalance.prepare(group, nowMs);
      // the leader knows the old id only, so the new one would get no assignment
      case COMPLETING_REBALANCE -> rebalance.prepare(group, nowMs);
      case PREPARING_REBALANCE -> rebalance.maybeCompleteJoin(group, nowMs);
      case EMPTY, DEAD -> throw new IllegalStateException("group " + group.id() + " is " + group.state() + " and has a member");
    };
  }

  /** The same instance came back: it takes its old place without a rebalance. */
  private Result<Void> keepAssignment(ClassicGroup group, ClassicMember old, ClassicMember member, String leaderBefore,
      Join join) {
    Map<String, byte[]> assignments = new HashMap<>();
    group.members().forEach(m -> assignments.put(m.id(), m.assignment()));
    return Result.deferred(List.of(GroupRecords.group(group, assignments)), e -> {
      if (group.member(member.id()) != member) {
        return;
      }
      if (e != Errors.NONE) {
        ClassicMember back = group.replace(member, old.id());
          group.update(back, old.rebalanceTimeoutMs(), old.sessionTimeoutMs(), old.protocols());
        rebalance.touch(group, back);
        rebalance.answer(member, Answers.join("", e));
      } else if (join.maySkipAssignment()) {
        boolean leads = group.isLeader(member.id());
        rebalance.answer(member, Answers.joined(group, member, group.leaderId(), leads, leads));
      } else {
        // A client that believes it is the leader would send an assignment, so it is given the previous leader's id.
        rebalance.answer(member, Answers.joined(group, member, leaderBefore, false, false));
      }
      group.updateSubscribedTopics();
    });
  }

  private void answer(Join join, JoinGroupResponse response) {
    context.defer(() -> join.reply().complete(response));
  }
}
