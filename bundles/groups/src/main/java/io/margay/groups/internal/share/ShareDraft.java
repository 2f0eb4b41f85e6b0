package io.margay.groups.internal.share;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.Partitions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A share group as an operation is about to leave it: what it changes lies over the group, which stays as it is until the records are
 * replayed. Lives for one operation.
 */
final class ShareDraft {
  private final ShareGroup group;
  private final List<CoordinatorRecord> records = new ArrayList<>();
  /** The members that differ from the group's; null for those that have gone. */
  private final Map<String, ShareMember> changed = new LinkedHashMap<>();
  private final Map<String, Partitions> targets = new HashMap<>();
  private StateTopics states;
  private int epoch;
  private long metadataHash;
  private int assignmentEpoch;

  /** @param group the group; not changed */
  ShareDraft(ShareGroup group) {
    this.group = group;
    this.states = group.states();
    this.epoch = group.epoch();
    this.metadataHash = group.metadataHash();
    this.assignmentEpoch = group.assignmentEpoch();
  }

  ShareGroup group() {
    return group;
  }

  List<CoordinatorRecord> records() {
    return records;
  }

  int epoch() {
    return epoch;
  }

  long metadataHash() {
    return metadataHash;
  }

  int assignmentEpoch() {
    return assignmentEpoch;
  }

  StateTopics states() {
    return states;
  }

  ShareMember member(String memberId) {
    return changed.containsKey(memberId) ? changed.get(memberId) : group.member(memberId);
  }

  List<ShareMember> members() {
    List<ShareMember> all = new ArrayList<>(group.members().size() + 1);
    for (ShareMember m : group.members()) {
      ShareMember now = member(m.id());
      if (now != null) {
        all.add(now);
      }
    }
    changed.forEach((id, m) -> {
      if (m != null && group.member(id) == null) {
        all.add(m);
      }
    });
    return all;
  }

  Set<String> subscribedTopics() {
    Set<String> all = new HashSet<>();
    members().forEach(m -> all.addAll(m.topics()));
    return all;
  }

  Partitions target(String memberId) {
    return targets.containsKey(memberId) ? targets.get(memberId) : group.target(memberId);
  }

  /** Puts a member, and writes what differs. */
  void put(ShareMember member) {
    ShareMember before = member(member.id());
    if (!member.saysTheSameAs(before)) {
      records.add(ShareRecords.member(group.id(), member));
    }
    if (before == null ? member.epoch() != ShareMember.JOIN : !member.hasTheSameAs(before)) {
      records.add(ShareRecords.current(group.id(), member));
    }
    changed.put(member.id(), member);
  }

  /** Takes a member out, with its target. */
  void remove(ShareMember member) {
    records.add(ShareRecords.currentTombstone(group.id(), member.id()));
    putTarget(member.id(), Partitions.NONE);
    records.add(ShareRecords.memberTombstone(group.id(), member.id()));
    changed.put(member.id(), null);
  }

  void putTarget(String memberId, Partitions target) {
    if (!target.equals(target(memberId))) {
      records.add(ShareRecords.target(group.id(), memberId, target.isEmpty() ? null : target));
      targets.put(memberId, target);
    }
  }

  void putStates(StateTopics newStates) {
    if (!newStates.equals(states)) {
      records.add(ShareRecords.states(group.id(), newStates));
      states = newStates;
    }
  }

  /** Makes a new group epoch. */
  void bump(long hash) {
    epoch++;
    metadataHash = hash;
    records.add(ShareRecords.epoch(group.id(), epoch, hash));
  }

  /** The targets are those of an epoch. */
  void assigned(int newEpoch, long nowMs) {
    assignmentEpoch = newEpoch;
    records.add(ShareRecords.assignment(group.id(), newEpoch, nowMs));
  }
}
