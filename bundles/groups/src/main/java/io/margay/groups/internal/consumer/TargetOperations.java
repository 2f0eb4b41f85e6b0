package io.margay.groups.internal.consumer;

import io.margay.coordinator.Result;
import io.margay.groups.internal.group.AssignorCall;
import io.margay.groups.internal.group.GroupTable;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Gives a group a target assignment for its epoch. Small groups are assigned at once; the assignor of a large one runs on another thread, and
 * members have their last target until it is ready. When the assignor is not there, or fails, the last target stays, and each heartbeat
 * tries again.
 */
final class TargetOperations {
  /** Members and partitions up to which a shard is held while the assignor runs. */
  private static final long INLINE = 1_000;

  private final GroupTable groups;
  private final ConsumerConfig config;
  private final TargetAssignment assignment;
  private final Background background;

  TargetOperations(GroupTable groups, ConsumerConfig config, TargetAssignment assignment, Background background) {
    this.groups = groups;
    this.config = config;
    this.assignment = assignment;
    this.background = background;
  }

  /** Assigns now, or begins to, unless the last assignment was a moment ago. */
  void assign(Draft draft, long nowMs) {
    if (draft.members().isEmpty()) {
      draft.assigned(draft.epoch(), nowMs);
      return;
    }
    long sinceMs = nowMs - draft.group().assignedAtMs();
    boolean early = draft.assignmentEpoch() > 0 && sinceMs >= 0 && sinceMs < config.assignmentIntervalMs(draft.group().id());
    if (early || draft.group().assigning().isUnderWay(nowMs)) {
      return;
    }
    TargetAssignment.Question question = assignment.question(draft);
    if (question.size() > INLINE && config.offloadsAssignors(draft.group().id()) && groups.keeps(draft.group())) {
      begin(draft.group(), question, nowMs);
      return;
    }
    Map<String, List<TopicPartition>> found = answer(draft.group().id(), question);
    if (found != null) {
      assignment.apply(draft, found, question.epoch(), nowMs);
    }
  }

  private void begin(ConsumerGroup group, TargetAssignment.Question question, long nowMs) {
    group.assigning().begins(nowMs);
    background.run(group.assigning().tracked(() -> new Found(answer(group.id(), question))),
        (now, found, endMs) -> now.targets().end(group.id(), question, found.targets, endMs));
  }

  private record Found(Map<String, List<TopicPartition>> targets) { }

  private Result<Void> end(String groupId, TargetAssignment.Question question, Map<String, List<TopicPartition>> found, long nowMs) {
    if (!(groups.get(groupId) instanceof ConsumerGroup group)) {
      return Membership.NOTHING;
    }
    group.assigning().ends();
    if (found == null || question.epoch() <= group.assignmentEpoch() || question.epoch() > group.epoch()) {
      return Membership.NOTHING;
    }
    Draft draft = new Draft(group, new ArrayList<>());
    assignment.apply(draft, found, question.epoch(), nowMs);
    return Result.of(draft.records(), null);
  }

  /** Null when there is no answer. */
  private Map<String, List<TopicPartition>> answer(String groupId, TargetAssignment.Question question) {
    return AssignorCall.ask(groupId, question.name(), groups.memory().node().logs(), () -> assignment.answer(question));
  }
}
