package io.margay.groups.internal.consumer;

import io.margay.coordinator.Result;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Liveness;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Sessions;
import io.margay.groups.internal.group.Topics;
import io.margay.groups.internal.group.TopicsHash;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What requests of both protocols and timers do to the members of a consumer group: a change of who subscribes to what makes a new group epoch,
 * a new group epoch a new target, and each member is taken towards its target when it is heard of. All methods run with the shard held.
 */
final class Membership {
  static final Result<Void> NOTHING = Result.of(null);

  private final GroupTable groups;
  private final ConsumerConfig config;
  private final Topics topics;
  private final Sessions sessions;
  private final Liveness liveness;
  private final TargetOperations targets;
  private Consumer<ConsumerGroup> settled = group -> { };

  Membership(GroupTable groups, ConsumerConfig config, Topics topics, Sessions sessions, TargetOperations targets) {
    this.groups = groups;
    this.config = config;
    this.topics = topics;
    this.sessions = sessions;
    this.liveness = new Liveness(sessions, this::expel);
    this.targets = targets;
  }

  /** What may follow when members have settled; set once, before the first operation. */
  void onSettled(Consumer<ConsumerGroup> what) {
    settled = what;
  }

  ConsumerGroup find(String groupId) {
    return groups.get(groupId) instanceof ConsumerGroup group ? group : null;
  }

  // ------------------------------------------------------------------------------------------------ epochs

  /** Bumps the group epoch when subscriptions or their topics have changed, and assigns when that is due. */
  void settle(Draft draft, boolean subscriptionsChanged, long nowMs) {
    long version = topics.version();
    if (subscriptionsChanged || draft.group().topicsVersion() != version) {
      long hash = TopicsHash.of(draft.subscribedTopics(), topics);
      if (subscriptionsChanged || hash != draft.metadataHash()) {
        draft.bump(hash);
      } else {
        // only now: a bump that is not written would be forgotten
        draft.group().sawTopics(version);
      }
    }
    if (draft.epoch() > draft.assignmentEpoch()) {
      targets.assign(draft, nowMs);
    }
  }

  // ------------------------------------------------------------------------------------------------ reconciliation

  /** Takes a member towards its target; returns it as it is then. */
  ConsumerMember reconcile(Draft draft, ConsumerMember member, Partitions owned) {
    Partitions target = draft.target(member.id());
    if (draft.epoch() > draft.assignmentEpoch()) {
      // the target is older than the subscription
      Set<String> subscribed = draft.topicsOf(member);
      target = target.where((topic, partition) -> subscribed.contains(String.valueOf(topics.name(topic))));
    }
    ConsumerMember next = member.with(Reconciliation.next(member, draft, target, draft.assignmentEpoch(), owned));
    if (next != member) {
      draft.put(next);
    }
    return next;
  }

  /** Whether a member has what it is to have. */
  static boolean settled(Draft draft, ConsumerMember member) {
    return draft.epoch() == draft.assignmentEpoch() && member.epoch() == draft.assignmentEpoch()
        && member.current().state() == MemberState.STABLE;
  }

  // ------------------------------------------------------------------------------------------------ time

  int sessionTimeoutMs(String groupId, ConsumerMember member) {
    return member.isClassic() ? member.metadata().classic().sessionTimeoutMs() : config.sessionTimeoutMs(groupId);
  }

  /** Starts the session timeout of a member again. */
  void touch(String groupId, ConsumerMember member) {
    liveness.touch(groupId, member.id(), sessionTimeoutMs(groupId, member));
  }

  /** A member that is to give partitions back has its rebalance timeout for that. */
  void awaitRevocation(String groupId, ConsumerMember member) {
    if (!member.isClassic()) {
      liveness.awaitRevocation(groupId, member.id(), member.metadata().rebalanceTimeoutMs(),
          member.current().state() == MemberState.UNREVOKED, () -> {
            ConsumerGroup group = find(groupId);
            ConsumerMember late = group == null ? null : group.member(member.id());
            return late != null && late.current().state() == MemberState.UNREVOKED;
          });
    }
  }

  Result<Void> expel(String groupId, String memberId, long nowMs) {
    ConsumerGroup group = find(groupId);
    ConsumerMember member = group == null ? null : group.member(memberId);
    if (member == null) {
      sessions.end(groupId, memberId);
      return NOTHING;
    }
    return depart(new Draft(group, new ArrayList<>()), List.of(member), null, nowMs);
  }

  /** Takes members out for good. */
  <R> Result<R> depart(Draft draft, Collection<ConsumerMember> gone, R response, long nowMs) {
    gone.forEach(draft::remove);
    settle(draft, true, nowMs);
    return Result.of(draft.records(), response);
  }

  /** The groups were read from the log: each member gets a whole timeout for its next request. */
  void onLoaded() {
    for (ConsumerGroup group : all()) {
      for (ConsumerMember member : group.members()) {
        touch(group.id(), member);
        awaitRevocation(group.id(), member);
      }
      settled.accept(group);
    }
  }

  List<ConsumerGroup> all() {
    List<ConsumerGroup> result = new ArrayList<>();
    groups.all().forEach(g -> {
      if (g instanceof ConsumerGroup group) {
        result.add(group);
      }
    });
    return result;
  }
}
