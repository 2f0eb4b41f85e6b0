package io.margay.groups.internal.share;

import io.margay.coordinator.Result;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.Liveness;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Sessions;
import io.margay.groups.internal.group.Topics;
import io.margay.groups.internal.group.TopicsHash;

/**
 * What requests and timers do to the members of a share group: a change of who subscribes to what makes a new group epoch, a new group epoch a
 * new target, and each member gets its target when it is heard of. All methods run with the shard held.
 */
final class ShareMembership {
  static final Result<Void> NOTHING = Result.of(null);

  private final GroupTable groups;
  private final ShareConfig config;
  private final Topics topics;
  private final Sessions sessions;
  private final Liveness liveness;
  private final ShareTarget targets;
  private final StateOperations states;

  ShareMembership(GroupTable groups, ShareConfig config, Topics topics, Sessions sessions, ShareTarget targets, StateOperations states) {
    this.groups = groups;
    this.config = config;
    this.topics = topics;
    this.sessions = sessions;
    this.liveness = new Liveness(sessions, this::expel);
    this.targets = targets;
    this.states = states;
  }

  ShareGroup find(String groupId) {
    return groups.get(groupId) instanceof ShareGroup group ? group : null;
  }

  /** Bumps the group epoch when subscriptions, their topics or what can be assigned have changed, and assigns when that is due. */
  void settle(ShareDraft draft, boolean changed, long nowMs) {
    long version = topics.version();
    if (changed || draft.group().topicsVersion() != version) {
      states.forgetDeleted(draft);
      long hash = TopicsHash.of(draft.subscribedTopics(), topics);
      if (changed || hash != draft.metadataHash()) {
        draft.bump(hash);
      } else {
        draft.group().sawTopics(version);
      }
    }
    if (draft.epoch() > draft.assignmentEpoch()) {
      targets.assign(draft, nowMs);
    }
  }

  /** Gives a member its target; returns it as it is then. */
  ShareMember reconcile(ShareDraft draft, ShareMember member) {
    Partitions target = draft.target(member.id()).where((topic, p) -> member.topics().contains(String.valueOf(topics.name(topic))));
    if (member.epoch() == draft.assignmentEpoch() && member.assigned().equals(target)) {
      return member;
    }
    ShareMember next = member.has(draft.assignmentEpoch(),
        member.epoch() == draft.assignmentEpoch() ? member.previousEpoch() : member.epoch(), target);
    draft.put(next);
    return next;
  }

  /** Starts the session timeout of a member again. */
  void touch(String groupId, String memberId) {
    liveness.touch(groupId, memberId, config.sessionTimeoutMs(groupId));
  }

  private Result<Void> expel(String groupId, String memberId, long nowMs) {
    ShareGroup group = find(groupId);
    ShareMember member = group == null ? null : group.member(memberId);
    if (member == null) {
      sessions.end(groupId, memberId);
      return NOTHING;
    }
    return depart(group, member, null, nowMs);
  }

  /** Takes a member out. */
  <R> Result<R> depart(ShareGroup group, ShareMember member, R response, long nowMs) {
    ShareDraft draft = new ShareDraft(group);
    draft.remove(member);
    settle(draft, true, nowMs);
    return Result.of(draft.records(), response);
  }

  /** Partitions have state now, so they can be assigned. */
  Result<Void> initialized(String groupId, Partitions done, long nowMs) {
    states.answered(groupId);
    ShareGroup group = find(groupId);
    if (group == null || done.and(group.states().initializing()).isEmpty()) {
      return NOTHING;
    }
    ShareDraft draft = new ShareDraft(group);
    draft.putStates(draft.states().end(done));
    draft.bump(draft.metadataHash());
    // at once: the members have waited for this
    targets.assignNow(draft, nowMs);
    return Result.of(draft.records(), null);
  }

  /** The groups were read from the log: each member gets a whole timeout for its next request. */
  void onLoaded() {
    for (Group g : groups.all()) {
      if (g instanceof ShareGroup group) {
        group.members().forEach(m -> touch(group.id(), m.id()));
      }
    }
  }
}
