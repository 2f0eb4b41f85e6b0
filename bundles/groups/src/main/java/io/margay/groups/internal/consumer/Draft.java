package io.margay.groups.internal.consumer;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.GroupDraft;
import io.margay.groups.internal.group.Partitions;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** A consumer group as an operation is about to leave it. Lives for one operation. */
final class Draft extends GroupDraft<ConsumerMember, Partitions> {
  private final ConsumerGroup group;
  private final Map<String, Pattern> patterns = new HashMap<>();

  /**
   * @param group the group; not changed
   * @param records takes what is to be written
   */
  Draft(ConsumerGroup group, List<CoordinatorRecord> records) {
    super(group, records);
    this.group = group;
  }

  ConsumerGroup group() {
    return group;
  }

  // ------------------------------------------------------------------------------------------------ members

  ConsumerMember staticMember(String instanceId) {
    return staticMember(instanceId, group.staticMember(instanceId));
  }

  /** Puts a member, and writes what differs. */
  void put(ConsumerMember member) {
    ConsumerMember before = member(member.id());
    if (before == null || !before.metadata().equals(member.metadata())) {
      records().add(ConsumerRecords.member(group.id(), member.id(), member.metadata()));
    }
    if (before == null ? !member.current().equals(CurrentAssignment.NEW) : !before.current().equals(member.current())) {
      records().add(ConsumerRecords.current(group.id(), member.id(), member.current()));
    }
    if (!member.equals(before)) {
      change(member.id(), member);
    }
    if (before != null) {
      dropPattern(before.metadata().pattern());
    }
  }

  /** Takes a member out, with its target. */
  void remove(ConsumerMember member) {
    records().add(ConsumerRecords.current(group.id(), member.id(), null));
    putTarget(member.id(), null);
    records().add(ConsumerRecords.member(group.id(), member.id(), null));
    change(member.id(), null);
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
    if (owner != null && changed().containsKey(owner)) {
      ConsumerMember now = changed().get(owner);
      owner = now != null && has(now, topic, partition) ? owner : null;
    }
    if (owner == null) {
      for (ConsumerMember m : changed().values()) {
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
    if (changed().isEmpty() && patterns.isEmpty()) {
      return group.subscribedTopics();
    }
    Map<String, Integer> users = new HashMap<>(group.topics());
    changed().forEach((id, m) -> {
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
    changed().forEach((id, m) -> {
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
    records().add(ConsumerRecords.pattern(group.id(), text, pattern));
  }

  // ------------------------------------------------------------------------------------------------ epochs and target

  /** A member's target; null for none. */
  void putTarget(String memberId, Partitions target) {
    Partitions next = Objects.requireNonNullElse(target, Partitions.NONE);
    boolean written = group.withTarget().contains(memberId) || hasNewTarget(memberId);
    if (target == null ? written : !written || !next.equals(target(memberId))) {
      records().add(ConsumerRecords.target(group.id(), memberId, target));
    }
    setTarget(memberId, next);
  }

  @Override
  protected CoordinatorRecord epochRecord(int newEpoch, long hash) {
    return ConsumerRecords.epoch(group.id(), newEpoch, hash);
  }

  @Override
  protected CoordinatorRecord assignmentRecord(int newEpoch, long atMs) {
    return ConsumerRecords.assignment(group.id(), newEpoch, atMs);
  }
}
