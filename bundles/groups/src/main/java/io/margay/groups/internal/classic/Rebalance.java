package io.margay.groups.internal.classic;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.protocol.Errors;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes groups through their rebalances: which members to wait for and how long, what to answer them, which to remove because they
 * are silent. All methods run with the shard held; what they return is the operation's result.
 */
public final class Rebalance {
  private static final Logger LOG = LoggerFactory.getLogger(Rebalance.class);
  /** How long a member that does not know its id yet may wait in a rebalance. */
  static final int NEW_MEMBER_TIMEOUT_MS = 300_000;
  /** How long an id that was handed out is kept for a member that does not join with it. */
  private static final int PENDING_TIMEOUT_MS = 60_000;
  /** How many lines of a kind all groups have in a minute. */
  private static final int LINES = 16;
  static final Result<Void> NOTHING = Result.of(null);

  private final ShardContext context;
  private final ClassicGroups groups;
  private final GroupConfig config;

  /**
   * @param context the shard's context
   * @param groups the shard's classic groups
   * @param config the settings
   */
  public Rebalance(ShardContext context, ClassicGroups groups, GroupConfig config) {
    this.context = context;
    this.groups = groups;
    this.config = config;
  }

  private boolean lives(ClassicGroup group) {
    return groups.keeps(group);
  }

  /** Clients decide how often groups change, so the lines about it have a rate. */
  private boolean mayLog(String cause) {
    return groups.memory().node().logs().pass(cause) >= 0;
  }

  /** A group has its line each minute, unless so many groups change that some share one. */
  private boolean mayLog(String cause, ClassicGroup group) {
    return mayLog(cause + Math.floorMod(group.id().hashCode(), LINES));
  }

  // ------------------------------------------------------------------------------------------------ answering

  void answer(ClassicMember member, JoinGroupResponse response) {
    CompletableFuture<JoinGroupResponse> parked = member.join;
    member.join = null;
    if (parked != null) {
      context.defer(() -> parked.complete(response));
    }
  }

  void answer(ClassicMember member, SyncGroupResponse response) {
    CompletableFuture<SyncGroupResponse> parked = member.sync;
    member.sync = null;
    if (parked != null) {
      context.defer(() -> parked.complete(response));
    }
  }

  /** Parks a JoinGroup; an earlier one that is still parked came over a connection that its client gave up. */
  void park(ClassicMember member, CompletableFuture<JoinGroupResponse> reply) {
    answer(member, Answers.join(member.id(), Errors.REBALANCE_IN_PROGRESS));
    member.join = reply;
  }

  void park(ClassicMember member, CompletableFuture<SyncGroupResponse> reply, Errors forTheOneBefore) {
    answer(member, Answers.sync(forTheOneBefore));
    member.sync = reply;
  }

  // ------------------------------------------------------------------------------------------------ sessions

  /** Starts the member's session timeout again. */
  void touch(ClassicGroup group, ClassicMember member) {
    touch(group, member, member.sessionTimeoutMs());
  }

  void touch(ClassicGroup group, ClassicMember member, int timeoutMs) {
    member.deadlineMs = context.elapsedMs() + timeoutMs;
    // a timer that fires too early is set again, so that a heartbeat costs nothing
    if (member.timer != null && member.timerAtMs > member.deadlineMs) {
      member.timer.cancel();
      member.timer = null;
    }
    if (member.timer == null) {
      setTimer(group, member);
    }
  }

  private void setTimer(ClassicGroup group, ClassicMember member) {
    long now = context.elapsedMs();
    member.timerAtMs = member.deadlineMs;
    member.timer = context.after(member.deadlineMs - now, nowMs -> onTimer(group, member, nowMs));
  }

  private Result<Void> onTimer(ClassicGroup group, ClassicMember member, long nowMs) {
    member.timer = null;
    if (!lives(group) || group.member(member.id()) != member) {
      return NOTHING;
    }
    if (context.elapsedMs() < member.deadlineMs) {
      setTimer(group, member);
      return NOTHING;
    }
    if (!member.isNew && (member.awaitsJoin() || member.awaitsSync())) {
      touch(group, member);
      return NOTHING;
    }
    LOG.debug("A member was silent for too long. group={} member={} state={}", group.id(), member.id(), group.state());
    expel(group, member);
    return afterDeparture(group, nowMs);
  }

  void awaitPending(ClassicGroup group, String memberId, int timeoutMs) {
    group.addPending(memberId, context.after(Math.min(timeoutMs, PENDING_TIMEOUT_MS), nowMs -> {
      if (!lives(group) || !group.forgetPending(memberId)) {
        return NOTHING;
      }
      groups.forgetIfUnused(group);
      return maybeCompleteJoin(group, nowMs);
    }));
  }

  /** Takes a member out and answers what it has parked, so that it joins again when it is still there. */
  void expel(ClassicGroup group, ClassicMember member) {
    answer(member, Answers.join("", Errors.UNKNOWN_MEMBER_ID));
    answer(member, Answers.sync(Errors.UNKNOWN_MEMBER_ID));
    group.remove(member);
  }

  /** What follows when members have gone. */
  Result<Void> afterDeparture(ClassicGroup group, long nowMs) {
    return group.in(GroupState.STABLE, GroupState.COMPLETING_REBALANCE) ? prepare(group, nowMs) : maybeCompleteJoin(group, nowMs);
  }

  // ------------------------------------------------------------------------------------------------ rebalancing

  Result<Void> prepareOrMaybeComplete(ClassicGroup group, long nowMs) {
    return group.in(GroupState.PREPARING_REBALANCE) ? maybeCompleteJoin(group, nowMs) : prepare(group, nowMs);
  }

  /** Begins a rebalance: all members are to join again. */
  public Result<Void> prepare(ClassicGroup group, long nowMs) {
    if (group.in(GroupState.COMPLETING_REBALANCE)) {
      failSyncs(group, Errors.REBALANCE_IN_PROGRESS);
    }
    endSyncTimer(group);
    boolean initial = group.in(GroupState.EMPTY);
    group.become(GroupState.PREPARING_REBALANCE, nowMs);
    if (initial) {
      int delay = config.initialRebalanceDelayMs();
      return delay <= 0 ? complete(group, nowMs) : delayInitial(group, delay, Math.max(group.rebalanceTimeoutMs() - delay, 0));
    }
    if (group.allHaveJoined()) {
      return complete(group, nowMs);
    }
    setJoinTimer(group);
    return NOTHING;
  }

  /** More members of a new group may come: each one prolongs the delay, up to the rebalance timeout. */
  private Result<Void> delayInitial(ClassicGroup group, int delayMs, int remainingMs) {
    endJoinTimer(group);
    group.joinTimer = context.after(delayMs, nowMs -> {
      group.joinTimer = null;
      if (!lives(group) || !group.in(GroupState.PREPARING_REBALANCE)) {
        return NOTHING;
      }
      if (group.newMemberAdded && remainingMs > 0) {
        group.newMemberAdded = false;
        int next = Math.min(config.initialRebalanceDelayMs(), remainingMs);
        return delayInitial(group, next, Math.max(remainingMs - delayMs, 0));
      }
      return complete(group, nowMs);
    });
    return NOTHING;
  }

  private void setJoinTimer(ClassicGroup group) {
    endJoinTimer(group);
    group.joinTimer = context.after(group.rebalanceTimeoutMs(), nowMs -> {
      group.joinTimer = null;
      return lives(group) && group.in(GroupState.PREPARING_REBALANCE) ? complete(group, nowMs) : NOTHING;
    });
  }

  private static void endJoinTimer(ClassicGroup group) {
    if (group.joinTimer != null) {
      group.joinTimer.cancel();
      group.joinTimer = null;
    }
  }

  /** Ends the joining when all members have joined; the delay of a group's first rebalance is not cut short. */
  Result<Void> maybeCompleteJoin(ClassicGroup group, long nowMs) {
    boolean delayed = group.previousState() == GroupState.EMPTY && group.joinTimer != null;
    return group.in(GroupState.PREPARING_REBALANCE) && group.allHaveJoined() && !delayed ? complete(group, nowMs) : NOTHING;
  }

  private Result<Void> complete(ClassicGroup group, long nowMs) {
    endJoinTimer(group);
    group.newMemberAdded = false;
    for (ClassicMember m : List.copyOf(group.members())) {
      // a static member keeps its place until its session ends
      if (!m.awaitsJoin() && m.instanceId() == null) {
        LOG.debug("A member did not join again in time. group={} member={}", group.id(), m.id());
        expel(group, m);
      }
    }
    if (!group.members().isEmpty() && !group.ensureJoinedLeader()) {
      // only silent static members are left: their sessions decide
      setJoinTimer(group);
      return NOTHING;
    }
    group.nextGeneration(nowMs);
    if (group.members().isEmpty()) {
      if (mayLog("empty", group)) {
        LOG.info("A group is empty. group={} generation={}", group.id(), group.generation());
      }
      CoordinatorRecord record = GroupRecords.group(group, Map.of());
      return Result.deferred(List.of(record), e -> {
        if (e != Errors.NONE && mayLog("cannot write that a group is empty")) {
          LOG.warn("Cannot write down that a group is empty. group={} errorCode={}", group.id(), e);
        }
      });
    }
    if (mayLog("generation", group)) {
      LOG.info("A group has a new generation. group={} generation={} members={} protocol={} leader={}", group.id(),
          group.generation(), group.members().size(), group.protocolName(), group.leaderId());
    }
    for (ClassicMember m : group.members()) {
      answer(m, Answers.joined(group, m, group.leaderId(), group.isLeader(m.id()), false));
      m.isNew = false;
      touch(group, m);
      group.pendingSync.add(m.id());
    }
    awaitSyncs(group);
    return NOTHING;
  }

  // ------------------------------------------------------------------------------------------------ syncing

  private void awaitSyncs(ClassicGroup group) {
    endSyncTimer(group, false);
    int generation = group.generation();
    group.syncTimer = context.after(group.rebalanceTimeoutMs(), nowMs -> {
      group.syncTimer = null;
      if (!lives(group) || group.generation() != generation || group.pendingSync.isEmpty()
          || !group.in(GroupState.COMPLETING_REBALANCE, GroupState.STABLE)) {
        return NOTHING;
      }
      for (String id : List.copyOf(group.pendingSync)) {
        ClassicMember m = group.member(id);
        if (m != null) {
          LOG.debug("A member did not ask for its assignment in time. group={} member={}", group.id(), id);
          expel(group, m);
        }
      }
      group.pendingSync.clear();
      return prepare(group, nowMs);
    });
  }

  void hasSynced(ClassicGroup group, String memberId) {
    group.pendingSync.remove(memberId);
    if (group.pendingSync.isEmpty()) {
      endSyncTimer(group, false);
    }
  }

  private void endSyncTimer(ClassicGroup group) {
    endSyncTimer(group, true);
  }

  private static void endSyncTimer(ClassicGroup group, boolean forget) {
    if (group.syncTimer != null) {
      group.syncTimer.cancel();
      group.syncTimer = null;
    }
    if (forget) {
      group.pendingSync.clear();
    }
  }

  /** Gives out the assignments; the group is stable. */
  void distribute(ClassicGroup group, Map<String, byte[]> assignments, long nowMs) {
    group.become(GroupState.STABLE, nowMs);
    for (ClassicMember m : group.members()) {
      group.assign(m, assignments.get(m.id()));
      if (m.awaitsSync()) {
        answer(m, Answers.synced(group, m));
        touch(group, m);
      }
    }
  }

  void failSyncs(ClassicGroup group, Errors error) {
    for (ClassicMember m : group.members()) {
      group.assign(m, ClassicMember.NOTHING);
      if (m.awaitsSync()) {
        answer(m, Answers.sync(error));
        touch(group, m);
      }
    }
  }

  // ------------------------------------------------------------------------------------------------ coming and going

  /** The groups were read from the log: each member gets a whole session timeout for its next request. */
  public Result<Void> onLoaded(long nowMs) {
    for (ClassicGroup g : groups.all()) {
      g.members().forEach(m -> touch(g, m));
      LOG.debug("Loaded a group. group={} state={} generation={} members={}", g.id(), g.state(), g.generation(),
          g.members().size());
    }
    return NOTHING;
  }

  /** Answers everything that is parked; clients look for their coordinator and join again. */
  public void onUnloaded() {
    for (ClassicGroup g : groups.all()) {
      for (ClassicMember m : g.members()) {
        answer(m, Answers.join(m.id(), Errors.NOT_COORDINATOR));
        answer(m, Answers.sync(Errors.NOT_COORDINATOR));
      }
    }
  }

  /**
   * Takes over a group whose members had another protocol before: their sessions begin, and they are to join again.
   *
   * @param group a stable group
   * @param nowMs milliseconds since the epoch
   * @return what is to be written
   */
  public Result<Void> adopt(ClassicGroup group, long nowMs) {
    group.members().forEach(m -> touch(group, m));
    return group.in(GroupState.STABLE) ? prepare(group, nowMs) : NOTHING;
  }

  /** Ends a group that was deleted, or has another protocol now; members that wait are to join again. */
  public void onDeleted(ClassicGroup group, long nowMs) {
    for (ClassicMember m : List.copyOf(group.members())) {
      answer(m, Answers.join(m.id(), Errors.REBALANCE_IN_PROGRESS));
      answer(m, Answers.sync(Errors.REBALANCE_IN_PROGRESS));
      group.remove(m);
    }
    endJoinTimer(group);
    endSyncTimer(group);
    group.forgetAllPending();
    group.become(GroupState.DEAD, nowMs);
  }
}
