package io.margay.groups.internal.share;

import io.margay.groups.internal.group.AssignorCall;
import io.margay.groups.internal.group.Assignors;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.model.LineLimit;
import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Asks an assignor which member consumes which partitions, and checks what it says. Only partitions with state are given out. When the assignor
 * is not there, or fails, the last target stays, and each heartbeat tries again.
 */
final class ShareTarget {
  private final Topics topics;
  private final Assignors assignors;
  private final ShareConfig config;
  private final LineLimit lines;

  ShareTarget(Topics topics, Assignors assignors, ShareConfig config, LineLimit lines) {
    this.topics = topics;
    this.assignors = assignors;
    this.config = config;
    this.lines = lines;
  }

  String assignor() {
    return config.assignor();
  }

  /** Assigns now, unless the last assignment was a moment ago. */
  void assign(ShareDraft draft, long nowMs) {
    long sinceMs = nowMs - draft.group().assignedAtMs();
    boolean early = draft.assignmentEpoch() > 0 && sinceMs >= 0 && sinceMs < config.assignmentIntervalMs(draft.group().id());
    if (!early || draft.members().isEmpty()) {
      assignNow(draft, nowMs);
    }
  }

  /** Assigns now. */
  void assignNow(ShareDraft draft, long nowMs) {
    Collection<ShareMember> members = draft.members();
    if (members.isEmpty()) {
      draft.assigned(draft.epoch(), nowMs);
      return;
    }
    Map<String, Partitions> found = answer(draft, members);
    if (found != null) {
      members.forEach(m -> draft.putTarget(m.id(), found.getOrDefault(m.id(), Partitions.NONE)));
      draft.assigned(draft.epoch(), nowMs);
    }
  }

  /** Null when there is no answer. */
  private Map<String, Partitions> answer(ShareDraft draft, Collection<ShareMember> members) {
    String name = config.assignor();
    return AssignorCall.ask(draft.group().id(), name, lines, () -> {
      AssignorGroup question = question(draft, members);
      Map<String, List<TopicPartition>> found = assignors.assign(name, question);
      return found == null ? null : checked(name, question, found, draft.states().initialized());
    });
  }

  private AssignorGroup question(ShareDraft draft, Collection<ShareMember> members) {
    Map<String, Integer> counts = new HashMap<>();
    Set<UUID> ready = draft.states().initialized().topics();
    for (String topic : draft.subscribedTopics()) {
      UUID id = topics.id(topic);
      if (id != null && ready.contains(id)) {
        counts.put(topic, topics.partitions(topic));
      }
    }
    List<AssignorMember> asked = new ArrayList<>(members.size());
    Map<String, Set<TopicPartition>> current = new HashMap<>();
    for (ShareMember m : members) {
      asked.add(new AssignorMember(m.id(), null, m.client().rackId(), m.topics()));
      current.put(m.id(), topics.named(draft.target(m.id())));
    }
    return new AssignorGroup(asked, counts, current);
  }

  /** Several members may have a partition; each must exist and be one that its member subscribes to. */
  private Map<String, Partitions> checked(String name, AssignorGroup question, Map<String, List<TopicPartition>> found,
      Partitions ready) {
    Map<String, Partitions> result = new HashMap<>();
    for (AssignorMember m : question.members()) {
      Partitions.Builder given = new Partitions.Builder();
      for (TopicPartition tp : found.getOrDefault(m.id(), List.of())) {
        boolean exists = tp.partition() >= 0 && tp.partition() < question.partitionCounts().getOrDefault(tp.topic(), 0);
        if (!exists || !m.topics().contains(tp.topic())) {
          throw new IllegalStateException("assignor " + name + " is broken: it gave " + tp + " to member " + m.id());
        }
        UUID id = topics.id(tp.topic());
        if (id != null && ready.contains(id, tp.partition())) {
          given.add(id, tp.partition(), Partitions.NO_EPOCH);
        }
      }
      result.put(m.id(), given.build());
    }
    return result;
  }
}
