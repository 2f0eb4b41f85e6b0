package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.Partitions;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/**
 * A consumer group as an operation is about to leave it: what it changes lies over the group, which stays as it is until the records are
 * replayed. So nothing has to be undone when they are not appended. Lives for one operation.
 */
final class Draft {
  private final ConsumerGroup group;
  private final List<CoordinatorRecord> records;
  /** The members that differ from the group's; null for those that have gone. */
  private final Map<String, ConsumerMember> changed = new LinkedHashMap<>();
  private final Map<String, Partitions> targets = new HashMap<>();
  private final Map<String, Pattern> patterns = new HashMap<>();
  private int epoch;
  private long metadataHash;
  private int assignmentEpoch;

  /**
   * @param group the group; not changed
   * @param records takes what is to be written
   */
  Draft(ConsumerGroup group, List<CoordinatorRecord> records) {
    this.group = group;
    this.records = records;
    this.epoch = group.epoch();
    this.metadataHash = group.metadataHash();
    this.assignmentEpoch = group.assignmentEpoch();
  }

  ConsumerGroup group() {
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

  // ------------------------------------------------------------------------------------------------ members

  ConsumerMember member(String memberId) {
    return changed.containsKey(memberId) ? changed.get(memberId) : group.member(memberId);
  }

  ConsumerMember staticMember(String instanceId) {
    for (ConsumerMember m : changed.values()) {
      if (m != null && instanceId.equals(m.instanceId())) {
        return m;
      }
    }
    ConsumerMember known = group.staticMember(instanceId);
    return known == null ? null : member(known.id());
  }

  Collection<ConsumerMember> members() {
    if (changed.isEmpty()) {
      return group.members();
    }
    List<ConsumerMember> all = new ArrayList<>(group.members().size() + 1);
    for (ConsumerMember m : group.members()) {
      ConsumerMember now = member(m.id());
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

  /** Puts a member, and writes what differs. */
  void put(ConsumerMember member) {
    ConsumerMember before = member(member.id());
    if (before == null || !before.metadata().equals(member.metadata())) {
      records.add(ConsumerRecords.member(group.id(), member.id(), member.metadata()));
    }
    if (before == null ? !member.current().equals(CurrentAssignment.NEW) : !before.current().equals(member.current())) {
      records.add(ConsumerRecords.current(group.id(), member.id(), member.current()));
    }
    if (!member.equals(before)) {
      changed.put(member.id(), member);
    }
    if (before != null) {
      dropPattern(before.metadata().pattern());
    }
  }

  /** Takes a member out, with its target. */
  void remove(ConsumerMember member) {
    records.add(ConsumerRecords.current(group.id(), member.id(), null));
    putTarget(member.id(), null);
    records.add(ConsumerRecords.member(group.id(), member.id(), null));
    changed.put(member.id(), null);
    dropPattern(member.metadata().pattern());
  }

  /** A static member comes back under another id: it takes its old place, with what was kept for it, and begins in epoch 0. */
  ConsumerMember replace(ConsumerMember holder, String memberId) {
    Partitions target = target(holder.id());
    remove(holder);
    ConsumerMember member = new ConsumerMember(memberId, holder.metadata(),
        new CurrentAssignment(CurrentAssignment.JOIN, CurrentAssignment.JOIN, MemberState.STABLE, holder.current().assigned(), Partitions.NONE));
    put(member);
    putTarget(memberId, target);
    return member;
  }

  /** Forgets the topics of a regular expression that no member uses any more. */
  private void dropPattern(String text) {
    if (!text.isEmpty() && pattern(text) != null && !usedPatterns().contains(text)) {
      putPattern(text, null);
    }
  }

  /** Which member has a partition, or is to give it back; null for none. */
  String owner(UUID topic, int partition) {
    String owner = group.owner(topic, partition);
    if (owner != null && changed.containsKey(owner)) {
      ConsumerMember now = changed.get(owner);
      owner = now != null && has(now, topic, partition) ? owner : null;
    }
    if (owner == null) {
      for (ConsumerMember m : changed.values()) {
        if (m != null && has(m, topic, partition)) {
          return m.id();
        }
      }
    }
    return owner;
  }

  private static boolean has(ConsumerMember member, UUID topic, int partition) {
    return member.current().assigned().contains(topic, partition) || member.current().revoking().contains(topic, partition);
  }

  // ------------------------------------------------------------------------------------------------ subscriptions

  private void count(Map<String, Integer> users, Collection<String> names, int by) {
    names.forEach(name -> users.merge(name, by, Integer::sum));
  }

  /** The names of all topics that members subscribe to, whether they exist or not. */
  Set<String> subscribedTopics() {
    if (changed.isEmpty() && patterns.isEmpty()) {
      return group.subscribedTopics();
    }
    Map<String, Integer> users = new HashMap<>(group.topics());
    changed.forEach((id, m) -> {
      ConsumerMember before = group.member(id);
      count(users, before == null ? Set.of() : before.metadata().topics(), -1);
      count(users, m == null ? Set.of() : m.metadata().topics(), 1);
    });
    users.values().removeIf(n -> n <= 0);
    Set<String> all = new HashSet<>(users.keySet());
    for (String text : usedPatterns()) {
      Pattern pattern = pattern(text);
      if (pattern != null) {
        all.addAll(pattern.topics());
      }
    }
    return all;
  }

  /** What one member subscribes to, by name. */
  Set<String> topicsOf(ConsumerMember member) {
    Pattern pattern = member.metadata().pattern().isEmpty() ? null : pattern(member.metadata().pattern());
    if (pattern == null || pattern.topics().isEmpty()) {
      return member.metadata().topics();
    }
    if (member.metadata().topics().isEmpty()) {
      return pattern.topics();
    }
    Set<String> all = new HashSet<>(member.metadata().topics());
    all.addAll(pattern.topics());
    return all;
  }

  /** The regular expressions that members use. */
  Set<String> usedPatterns() {
    Map<String, Integer> users = new HashMap<>(group.patternUsers());
    changed.forEach((id, m) -> {
      ConsumerMember before = group.member(id);
      if (before != null && !before.metadata().pattern().isEmpty()) {
        users.merge(before.metadata().pattern(), -1, Integer::sum);
      }
      if (m != null && !m.metadata().pattern().isEmpty()) {
        users.merge(m.metadata().pattern(), 1, Integer::sum);
      }
    });
    users.values().removeIf(n -> n <= 0);
    return users.keySet();
  }

  Pattern pattern(String text) {
    return patterns.containsKey(text) ? patterns.get(text) : group.patterns().get(text);
  }

  /** The topics of a regular expression; null for one that is not used any more. */
  void putPattern(String text, Pattern pattern) {
    patterns.put(text, pattern);
    records.add(ConsumerRecords.pattern(group.id(), text, pattern));
  }

  // ------------------------------------------------------------------------------------------------ epochs and target

  /** An assignment is needed. */
  void bump(long hash) {
    epoch++;
    metadataHash = hash;
    records.add(ConsumerRecords.epoch(group.id(), epoch, hash));
  }

  Partitions target(String memberId) {
    Partitions changedTarget = targets.get(memberId);
    return changedTarget == null ? group.target(memberId) : changedTarget;
  }

  /** A member's target; null for none. */
  void putTarget(String memberId, Partitions target) {
    Partitions next = Objects.requireNonNullElse(target, Partitions.NONE);
    boolean written = group.withTarget().contains(memberId) || targets.containsKey(memberId);
    if (target == null ? written : !written || !next.equals(target(memberId))) {
      records.add(ConsumerRecords.target(group.id(), memberId, target));
    }
    targets.put(memberId, next);
  }

  /** The targets are those that were computed for an epoch. */
  void assigned(int forEpoch, long nowMs) {
    assignmentEpoch = forEpoch;
    records.add(ConsumerRecords.assignment(group.id(), forEpoch, nowMs));
  }
}
