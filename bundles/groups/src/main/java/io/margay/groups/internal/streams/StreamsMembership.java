package io.margay.groups.internal.streams;

import io.margay.coordinator.Result;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Liveness;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Sessions;
import io.margay.groups.internal.group.Tasks;
import io.margay.groups.internal.group.Topics;
import io.margay.groups.internal.group.TopicsHash;
import java.util.Set;
import java.util.SortedMap;

/**
 * What requests and timers do to the members of a streams group: a change of members, topology, topics or settings makes a new group epoch, a
 * new group epoch a new target, and each member is taken towards its target when it is heard of. All methods run with the shard held.
 */
final class StreamsMembership {
  static final Result<Void> NOTHING = Result.of(null);

  private final GroupTable groups;
  private final StreamsConfig config;
  private final Topics topics;
  private final Sessions sessions;
  private final Liveness liveness;
  private final StreamsTarget targets;

  StreamsMembership(GroupTable groups, StreamsConfig config, Topics topics, Sessions sessions, StreamsTarget targets) {
    this.groups = groups;
    this.config = config;
    this.topics = topics;
    this.sessions = sessions;
    this.liveness = new Liveness(sessions, this::expel);
    this.targets = targets;
    targets.onWaited((draft, nowMs) -> settle(draft, false, nowMs));
  }

  StreamsGroup find(String groupId) {
    return groups.get(groupId) instanceof StreamsGroup group ? group : null;
  }

  // ------------------------------------------------------------------------------------------------ epochs

  /** The group's topology among the topics of the cluster. */
  Plan plan(StreamsDraft draft) {
    Topology topology = draft.topology();
    long version = topics.version();
    SoftState soft = draft.group().soft();
    Plan known = soft.plan(topology, version);
    if (known != null) {
      return known;
    }
    Plan plan = Plan.of(topology, topics, config.maxTasks());
    soft.keep(topology, version, plan, TopicsHash.of(topology == null ? Set.of() : topology.topics(), topics));
    return plan;
  }

  /** Bumps the group epoch when members, topology, its topics or settings have changed, and assigns when that is due. */
  Plan settle(StreamsDraft draft, boolean changed, long nowMs) {
    Plan plan = plan(draft);
    SortedMap<String, String> configs = config.assignmentConfigs(draft.group().id());
    int validated = plan.isReady() ? draft.topology().epoch() : -1;
    long hash = draft.group().soft().topicsHash();
    if (changed || hash != draft.metadataHash() || validated != draft.validatedEpoch() || !configs.equals(draft.configs())) {
      draft.bump(hash, validated, configs);
    }
    if (draft.epoch() > draft.assignmentEpoch()) {
      targets.assign(draft, plan, nowMs);
    }
    return plan;
  }

  // ------------------------------------------------------------------------------------------------ reconciliation

  /** Takes a member towards its target; returns it as it is then. */
  StreamsMember reconcile(StreamsDraft draft, StreamsMember member, TaskSets owned, Plan plan) {
    TaskSets target = existing(draft.target(member.id()), plan);
    StreamsMember next = member.with(TaskReconciliation.next(member, draft, target, draft.assignmentEpoch(), owned));
    if (next != member) {
      draft.put(next);
    }
    return next;
  }

  /** Without tasks that are gone since the target was made. */
  private static TaskSets existing(TaskSets target, Plan plan) {
    return new TaskSets(existing(target.active(), plan), existing(target.standby(), plan), existing(target.warmup(), plan));
  }

  private static Tasks existing(Tasks tasks, Plan plan) {
    return tasks.where((subtopology, partition) -> partition < plan.tasks().getOrDefault(subtopology, 0));
  }

  /** Whether a member has what it is to have. */
  static boolean settled(StreamsDraft draft, StreamsMember member) {
    return draft.epoch() == draft.assignmentEpoch() && member.epoch() == draft.assignmentEpoch()
        && member.current().state() == MemberState.STABLE;
  }

  // ------------------------------------------------------------------------------------------------ time

  /** Starts the session timeout of a member again, and its rebalance timeout when it is to give tasks back. */
  void touch(String groupId, StreamsMember member) {
    liveness.touch(groupId, member.id(), config.sessionTimeoutMs(groupId));
    liveness.awaitRevocation(groupId, member.id(), member.said().rebalanceTimeoutMs(), member.current().state() == MemberState.UNREVOKED, () -> {
      StreamsGroup group = find(groupId);
      StreamsMember late = group == null ? null : group.member(member.id());
      return late != null && late.current().state() == MemberState.UNREVOKED;
    });
  }

  /** A static member is away: nothing is awaited from it but its return. */
  void leaves(String groupId, String memberId) {
    sessions.arrived(groupId, memberId);
  }

  private Result<Void> expel(String groupId, String memberId, long nowMs) {
    StreamsGroup group = find(groupId);
    StreamsMember member = group == null ? null : group.member(memberId);
    if (member == null) {
      sessions.end(groupId, memberId);
      return NOTHING;
    }
    return depart(group, member, null, nowMs);
  }

  /** Takes a member out for good. */
  <R> Result<R> depart(StreamsGroup group, StreamsMember member, R response, long nowMs) {
    StreamsDraft draft = new StreamsDraft(group);
    draft.remove(member);
    group.soft().endpointsChanged();
    settle(draft, true, nowMs);
    return Result.of(draft.records(), response);
  }

  /** The groups were read from the log: each member gets a whole timeout for its next request. */
  void onLoaded(long nowMs) {
    for (Group g : groups.all()) {
      if (g instanceof StreamsGroup group) {
        group.soft().loadedAt(nowMs);
        group.members().forEach(m -> touch(group.id(), m));
      }
    }
  }
}
