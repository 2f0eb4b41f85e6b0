package io.margay.groups.internal.share;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.GroupDraft;
import io.margay.groups.internal.group.Partitions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Set;

/** A share group as an operation is about to leave it. Lives for one operation. */
final class ShareDraft extends GroupDraft<ShareMember, Partitions> {
  private final ShareGroup group;
  private StateTopics states;

  /** @param group the group; not changed */
  ShareDraft(ShareGroup group) {
    super(group, new ArrayList<>());
    this.group = group;
    this.states = group.states();
  }

  ShareGroup group() {
    return group;
  }

  StateTopics states() {
    return states;
  }

  Set<String> subscribedTopics() {
    Set<String> all = new HashSet<>();
    members().forEach(m -> all.addAll(m.topics()));
    return all;
  }

  /** Puts a member, and writes what differs. */
  void put(ShareMember member) {
    ShareMember before = member(member.id());
    if (!member.saysTheSameAs(before)) {
      records().add(ShareRecords.member(group.id(), member));
    }
    if (before == null ? member.epoch() != ShareMember.JOIN : !member.hasTheSameAs(before)) {
      records().add(ShareRecords.current(group.id(), member));
    }
    change(member.id(), member);
  }

  /** Takes a member out, with its target. */
  void remove(ShareMember member) {
    records().add(ShareRecords.currentTombstone(group.id(), member.id()));
    putTarget(member.id(), Partitions.NONE);
    records().add(ShareRecords.memberTombstone(group.id(), member.id()));
    change(member.id(), null);
  }

  void putTarget(String memberId, Partitions target) {
    if (!target.equals(target(memberId))) {
      records().add(ShareRecords.target(group.id(), memberId, target.isEmpty() ? null : target));
      setTarget(memberId, target);
    }
  }

  void putStates(StateTopics newStates) {
    if (!newStates.equals(states)) {
      records().add(ShareRecords.states(group.id(), newStates));
      states = newStates;
    }
  }

  @Override
  protected CoordinatorRecord epochRecord(int newEpoch, long hash) {
    return ShareRecords.epoch(group.id(), newEpoch, hash);
  }

  @Override
  protected CoordinatorRecord assignmentRecord(int newEpoch, long atMs) {
    return ShareRecords.assignment(group.id(), newEpoch, atMs);
  }
}
