package io.margay.groups.internal.share;

import io.margay.groups.internal.group.Assignors;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.group.Topics;
import io.margay.model.LineLimit;
import io.margay.model.TopicPartition;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.AssignorMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks an assignor which member consumes which partitions, and checks what it says. Only partitions with state are given out. When the assignor
 * is not there, or fails, the last target stays, and each heartbeat tries again.
 */
final class ShareTarget {
  private static final Logger LOG = LoggerFactory.getLogger(ShareTarget.class);

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
    List<ShareMember> members = draft.members();
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

  /** Null when there is no answer; the reason is logged, at a rate. */
  private Map<String, Partitions> answer(ShareDraft draft, List<ShareMember> members) {
    String name = config.assignor();
    try {
      AssignorGroup question = question(draft, members);
      Map<String, List<TopicPartition>> found = assignors.assign(name, question);
      if (found != null) {
        return checked(name, question, found, draft.states().initialized());
      }
      if (lines.pass("assignor missing") >= 0) {
        LOG.warn("An assignor is not installed, so a group keeps its last assignment. group={} assignor={}", draft.group().id(), name);
      }
    } catch (RuntimeException e) {
      if (lines.pass("assignor failed") >= 0) {
        LOG.error("An assignor failed, so a group keeps its last assignment. group={} assignor={}", draft.group().id(), name, e);
      }
    }
    return null;
  }

  private AssignorGroup question(ShareDraft draft, List<ShareMember> members) {
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
      current.put(m.id(), byName(draft.target(m.id())));
    }
    return new AssignorGroup(asked, counts, current);
  }

  private Set<TopicPartition> byName(Partitions partitions) {
    Set<TopicPartition> result = new HashSet<>();
    partitions.forEachTopic((id, numbers, epochs) -> {
      String name = topics.name(id);
      if (name != null) {
        for (int n : numbers) {
          result.add(new TopicPartition(name, n));
        }
      }
    });
    return result;
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
