package io.margay.assignors.internal;

import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One assignment in the making. First each member keeps what it may keep; then unassigned partitions go to the subscriber with the
 * fewest; then, while it helps, one partition after the other moves from a member to one that has at least two fewer, directly or
 * along a chain of members that pass one on each (a chain is needed when their subscriptions differ). Each such move is needed,
 * so there are no more than balance asks for. Everything is walked through in the order of names, so the result is deterministic.
 *
 * <p>Used by one thread, once.
 */
final class UniformAssignment {
  private static final class Member {
    private final String id;
    private final Set<String> topics;
    private final NavigableMap<String, TreeSet<Integer>> owned = new TreeMap<>();
    private int load;

    Member(AssignorMember member) {
      id = member.id();
      topics = member.topics();
    }

    void add(String topic, int partition) {
      owned.computeIfAbsent(topic, t -> new TreeSet<>()).add(partition);
      load++;
    }

    /** Gives the last partition of a topic away. */
    int take(String topic) {
      TreeSet<Integer> partitions = owned.get(topic);
      int partition = partitions.pollLast();
      if (partitions.isEmpty()) {
        owned.remove(topic);
      }
      load--;
      return partition;
    }
  }

  /** How a member was reached: from whom, with a partition of which topic. */
  private record Step(Member giver, String topic) { }

  private final AssignorGroup group;
  private final List<Member> members = new ArrayList<>();
  private final NavigableMap<String, List<Member>> subscribers = new TreeMap<>();
  private final Map<String, Set<Integer>> assigned = new HashMap<>();

  UniformAssignment(AssignorGroup group) {
    this.group = group;
    group.members().stream().sorted(Comparator.comparing(AssignorMember::id)).map(Member::new).forEach(members::add);
    for (Member member : members) {
      for (String topic : member.topics) {
        if (group.partitionCounts().containsKey(topic)) {
          subscribers.computeIfAbsent(topic, t -> new ArrayList<>()).add(member);
        }
      }
    }
    subscribers.keySet().forEach(topic -> assigned.put(topic, new HashSet<>()));
  }

  /** Members keep partitions that exist, of topics that they subscribe to; of two that claim one, the first by name. */
  void keepCurrent() {
    for (Member member : members) {
      for (TopicPartition p : group.current().getOrDefault(member.id, Set.of())) {
        boolean exists = p.partition() >= 0 && p.partition() < group.partitionCounts().getOrDefault(p.topic(), 0);
        if (exists && member.topics.contains(p.topic()) && assigned.get(p.topic()).add(p.partition())) {
          member.add(p.topic(), p.partition());
        }
      }
    }
  }

  /** Topics that few may have come first, since the others can fill what they leave uneven. */
  void assignRest() {
    List<String> topics = new ArrayList<>(subscribers.keySet());
    topics.sort(Comparator.comparingInt(t -> subscribers.get(t).size()));
    for (String topic : topics) {
      TreeSet<Member> byLoad = new TreeSet<>(Comparator.comparingInt((Member m) -> m.load).thenComparing(m -> m.id));
      byLoad.addAll(subscribers.get(topic));
      for (int p = 0; p < group.partitionCounts().get(topic); p++) {
        if (assigned.get(topic).add(p)) {
          Member least = byLoad.pollFirst();
          least.add(topic, p);
          byLoad.add(least);
        }
      }
    }
  }

  void balance() {
    boolean moved = true;
    while (moved) {
      moved = false;
      List<Member> byLoad = new ArrayList<>(members);
      byLoad.sort(Comparator.comparingInt((Member m) -> -m.load).thenComparing(m -> m.id));
      for (Member giver : byLoad) {
        if (relieve(giver)) {
          moved = true;
          break;
        }
      }
    }
  }

  /** Moves one partition away from a member if a member that it can reach has at least two fewer. */
  private boolean relieve(Member from) {
    Map<Member, Step> reached = new HashMap<>();
    reached.put(from, new Step(null, null));
    Set<String> walked = new HashSet<>();
    Deque<Member> queue = new ArrayDeque<>(List.of(from));
    Member best = null;
    while (!queue.isEmpty()) {
      Member giver = queue.poll();
      for (String topic : giver.owned.keySet()) {
        // all members that can be reached through a topic were reached from the first that has some of it
        if (walked.add(topic)) {
          for (Member taker : subscribers.get(topic)) {
            if (reached.putIfAbsent(taker, new Step(giver, topic)) == null) {
              queue.add(taker);
              best = best == null || taker.load < best.load ? taker : best;
            }
          }
        }
      }
    }
    if (best == null || from.load - best.load < 2) {
      return false;
    }
    for (Member taker = best; taker != from; ) {
      Step step = reached.get(taker);
      taker.add(step.topic(), step.giver().take(step.topic()));
      taker = step.giver();
    }
    return true;
  }

  Map<String, List<TopicPartition>> result() {
    Map<String, List<TopicPartition>> result = new TreeMap<>();
    for (Member member : members) {
      List<TopicPartition> partitions = new ArrayList<>(member.load);
      member.owned.forEach((topic, owned) -> owned.forEach(p -> partitions.add(new TopicPartition(topic, p))));
      result.put(member.id, partitions);
    }
    return result;
  }
}
