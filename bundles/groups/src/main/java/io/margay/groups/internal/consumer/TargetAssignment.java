package io.margay.groups.internal.consumer;

import io.margay.groups.internal.group.Assignors;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Asks an assignor who is to have which partitions, and checks what it says. */
final class TargetAssignment {
  private final Topics topics;
  private final Assignors assignors;
  private final ConsumerConfig config;

  TargetAssignment(Topics topics, Assignors assignors, ConsumerConfig config) {
    this.topics = topics;
    this.assignors = assignors;
    this.config = config;
  }

  /** The assignor that most members prefer, or the first of the settings. */
  String assignorOf(Collection<ConsumerMember> members) {
    List<String> known = config.assignors();
    Map<String, Integer> votes = new HashMap<>();
    for (ConsumerMember m : members) {
      String preferred = m.metadata().assignor();
      if (preferred != null && known.contains(preferred)) {
        votes.merge(preferred, 1, Integer::sum);
      }
    }
    String best = known.isEmpty() ? "" : known.get(0);
    int most = 0;
    for (String name : known) {
      int n = votes.getOrDefault(name, 0);
      if (n > most) {
        best = name;
        most = n;
      }
    }
    return best;
  }

  /**
   * What an assignor is asked.
   *
   * @param name of the assignor
   * @param epoch the group epoch that it is for
   * @param group its input
   */
  record Question(String name, int epoch, AssignorGroup group) {
    /** How large it is: members and partitions. */
    long size() {
      return group.members().size() + group.partitionCounts().values().stream().mapToLong(n -> n).sum();
    }
  }

  Question question(Draft draft) {
    Collection<ConsumerMember> members = draft.members();
    List<AssignorMember> asked = new ArrayList<>(members.size());
    Map<String, Integer> counts = new HashMap<>();
    Map<String, Set<TopicPartition>> current = new HashMap<>();
    Map<Set<String>, Set<String>> shared = new HashMap<>();
    for (ConsumerMember m : members) {
      Set<String> subscribed = shared.computeIfAbsent(draft.topicsOf(m), Set::copyOf);
      for (String topic : subscribed) {
        counts.computeIfAbsent(topic, topics::partitions);
      }
      asked.add(new AssignorMember(m.id(), m.instanceId(), m.metadata().client().rackId(), subscribed));
      current.put(m.id(), topics.named(draft.target(m.id())));
    }
    counts.values().removeIf(n -> n <= 0);
    return new Question(assignorOf(members), draft.epoch(), new AssignorGroup(asked, counts, current));
  }

  /**
   * Asks the assignor; safe for all threads.
   *
   * @return what each member gets; null when the assignor is not there now
   * @throws RuntimeException when it fails, or assigns what it may not
   */
  Map<String, List<TopicPartition>> answer(Question question) {
    Map<String, List<TopicPartition>> assignment = assignors.assign(question.name, question.group);
    if (assignment != null) {
      check(question.name, question.group.members(), question.group.partitionCounts(), assignment);
    }
    return assignment;
  }

  /** Writes the targets into a draft; members that the assignor did not know get nothing. */
  void apply(Draft draft, Map<String, List<TopicPartition>> assignment, int epoch, long nowMs) {
    for (ConsumerMember m : draft.members()) {
      draft.putTarget(m.id(), byId(assignment.getOrDefault(m.id(), List.of())));
    }
    draft.assigned(epoch, nowMs);
  }

  private static void check(String name, List<AssignorMember> members, Map<String, Integer> counts,
      Map<String, List<TopicPartition>> assignment) {
    Set<TopicPartition> given = new HashSet<>();
    for (AssignorMember m : members) {
      for (TopicPartition tp : assignment.getOrDefault(m.id(), List.of())) {
        boolean exists = tp.partition() >= 0 && tp.partition() < counts.getOrDefault(tp.topic(), 0);
        if (!exists || !m.topics().contains(tp.topic()) || !given.add(tp)) {
          throw new IllegalStateException("assignor " + name + " is broken: it gave " + tp + " to member " + m.id());
        }
      }
    }
  }

  /** A topic that was deleted since then is left out. */
  private Partitions byId(List<TopicPartition> partitions) {
    Partitions.Builder result = new Partitions.Builder();
    Map<String, UUID> ids = new HashMap<>();
    for (TopicPartition tp : partitions) {
      UUID id = ids.computeIfAbsent(tp.topic(), topics::id);
      if (id != null) {
        result.add(id, tp.partition(), Partitions.NO_EPOCH);
      }
    }
    return result.build();
  }
}
