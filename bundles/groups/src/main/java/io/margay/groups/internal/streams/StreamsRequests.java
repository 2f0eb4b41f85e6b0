package io.margay.groups.internal.streams;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.Tasks;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.spi.assignor.TaskId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import static io.margay.groups.internal.group.MemberLimits.require;

/** Reads what a StreamsGroupHeartbeat says. */
final class StreamsRequests {
  private StreamsRequests() { }

  /** INVALID_REQUEST when it contradicts itself. */
  static void requireValid(StreamsGroupHeartbeatRequest r) {
    require(!r.memberId().isEmpty(), "MemberId can't be empty.");
    require(r.instanceId() == null || !r.instanceId().isEmpty(), "InstanceId can't be empty.");
    require(r.rackId() == null || !r.rackId().isEmpty(), "RackId can't be empty.");
    require(r.memberEpoch() >= CurrentTasks.AWAY, "MemberEpoch is invalid.");
    require(r.memberEpoch() != CurrentTasks.AWAY || r.instanceId() != null, "InstanceId can't be null.");
    boolean all = r.activeTasks() != null && r.standbyTasks() != null && r.warmupTasks() != null;
    require(all || r.activeTasks() == null && r.standbyTasks() == null && r.warmupTasks() == null,
        "If one task-type is non-null, all must be non-null.");
    if (r.memberEpoch() == CurrentTasks.JOIN) {
      require(r.rebalanceTimeoutMs() > 0, "RebalanceTimeoutMs must be provided in first request.");
      require(r.processId() != null && !r.processId().isEmpty(), "ProcessId must be provided in first request.");
      require(isEmpty(r.activeTasks()), "ActiveTasks must be empty when (re-)joining.");
      require(isEmpty(r.standbyTasks()), "StandbyTasks must be empty when (re-)joining.");
      require(isEmpty(r.warmupTasks()), "WarmupTasks must be empty when (re-)joining.");
      require(r.topology() != null, "Topology must be non-null when (re-)joining.");
      requireTopology(r.topology());
    } else {
      require(r.topology() == null, "Topology can only be provided when (re-)joining.");
    }
  }

  private static boolean isEmpty(List<?> list) {
    return list == null || list.isEmpty();
  }

  private static void requireTopology(StreamsGroupHeartbeatRequest.Topology t) {
    requireFit(t.epoch() >= 0, "Topology epoch must be non-negative.");
    requireFit(!t.subtopologies().isEmpty(), "Topology must have subtopologies.");
    Set<String> ids = new HashSet<>();
    for (StreamsGroupHeartbeatRequest.Subtopology s : t.subtopologies()) {
      requireFit(ids.add(s.subtopologyId()), "Subtopology " + s.subtopologyId() + " is there twice.");
      requireFit(s.sourceTopicRegex().isEmpty(), "Regular expressions for source topics are not supported yet.");
      for (StreamsGroupHeartbeatRequest.TopicInfo c : s.stateChangelogTopics()) {
        requireFit(c.partitions() == 0, "Changelog topic " + c.name() + " must have an undefined partition count, but it is set to "
            + c.partitions() + ".");
      }
      s.repartitionSourceTopics().forEach(r -> requireFit(r.partitions() >= 0, "Topic " + r.name() + " has a negative partition count."));
      s.copartitionGroups().forEach(c -> requireFit(areIndexes(c.sourceTopics(), s.sourceTopics().size())
          && areIndexes(c.repartitionSourceTopics(), s.repartitionSourceTopics().size()) && c.sourceTopicRegex().isEmpty(),
          "A copartition group of subtopology " + s.subtopologyId() + " names topics that the subtopology does not have."));
    }
  }

  private static boolean areIndexes(List<Short> indexes, int size) {
    return indexes.stream().allMatch(i -> i >= 0 && i < size);
  }

  private static void requireFit(boolean fits, String why) {
    if (!fits) {
      throw new CoordinatorException(Errors.STREAMS_INVALID_TOPOLOGY, why);
    }
  }

  static Topology topology(StreamsGroupHeartbeatRequest.Topology t) {
    List<Topology.Sub> parts = new ArrayList<>();
    for (StreamsGroupHeartbeatRequest.Subtopology s : t.subtopologies()) {
      List<Topology.Copartitioned> groups = new ArrayList<>();
      s.copartitionGroups().forEach(c -> groups.add(
          new Topology.Copartitioned(c.sourceTopics(), c.sourceTopicRegex(), c.repartitionSourceTopics())));
      parts.add(new Topology.Sub(s.subtopologyId(), sorted(s.sourceTopics(), groups), s.sourceTopicRegex(), internals(s.stateChangelogTopics()),
          s.repartitionSinkTopics(), internals(s.repartitionSourceTopics()), groups));
    }
    return new Topology(t.epoch(), parts);
  }

  /** In order, where no index depends on it. */
  private static List<String> sorted(List<String> topics, List<Topology.Copartitioned> groups) {
    return groups.isEmpty() ? topics.stream().sorted().toList() : topics;
  }

  private static List<Topology.Internal> internals(List<StreamsGroupHeartbeatRequest.TopicInfo> topics) {
    List<Topology.Internal> result = new ArrayList<>();
    for (StreamsGroupHeartbeatRequest.TopicInfo t : topics) {
      Map<String, String> configs = new HashMap<>();
      t.topicConfigs().forEach(c -> configs.put(c.key(), c.value()));
      result.add(new Topology.Internal(t.name(), t.partitions(), t.replicationFactor(), configs));
    }
    return result;
  }

  /** What a member says that it has; null when it says nothing. */
  static TaskSets owned(StreamsGroupHeartbeatRequest r) {
    return r.activeTasks() == null ? null : new TaskSets(tasks(r.activeTasks()), tasks(r.standbyTasks()), tasks(r.warmupTasks()));
  }

  private static Tasks tasks(List<StreamsGroupHeartbeatRequest.TaskIds> list) {
    Tasks.Builder result = new Tasks.Builder();
    list.forEach(t -> t.partitions().forEach(p -> result.add(t.subtopologyId(), p, Tasks.NO_EPOCH)));
    return result.build();
  }

  /** INVALID_REQUEST when it names tasks that there are not, beside those that the member had before they went and is to give back. */
  static void requireTasks(TaskSets owned, CurrentTasks has, Plan plan) {
    if (owned != null && plan.isReady()) {
      TaskSets others = owned.minus(has.assigned()).minus(has.revoking());
      for (Tasks role : List.of(others.active(), others.standby(), others.warmup())) {
        role.forEachKey((id, numbers, epochs) -> {
          Integer count = plan.tasks().get(id);
          require(count != null, "Subtopology " + id + " does not exist in the topology.");
          int last = numbers[numbers.length - 1];
          require(numbers[0] >= 0 && last < count, "Task " + last + " for subtopology " + id
              + " is invalid. Number of tasks for this subtopology: " + count);
        });
      }
    }
  }

  /** A member stays in its process; it may only come back in another one. */
  static StreamsMember.Said said(StreamsGroupHeartbeatRequest r, StreamsMember.Client client, StreamsMember.Said before) {
    Map<String, String> tags = before.tags();
    if (r.clientTags() != null) {
      Map<String, String> all = new HashMap<>();
      r.clientTags().forEach(t -> all.put(t.key(), t.value()));
      tags = all;
    }
    return new StreamsMember.Said(client, r.rebalanceTimeoutMs() < 0 ? before.rebalanceTimeoutMs() : r.rebalanceTimeoutMs(),
        r.topology() == null ? before.topologyEpoch() : r.topology().epoch(), r.memberEpoch() == CurrentTasks.JOIN ? r.processId() : before.process(),
        r.userEndpoint() == null ? before.endpoint() : new StreamsMember.Endpoint(r.userEndpoint().host(), r.userEndpoint().port()), tags);
  }

  /** How far the states of a member's tasks have come; null when it says nothing. What it says of tasks that have no state is left out. */
  static Map<TaskId, SoftState.Progress> progress(StreamsGroupHeartbeatRequest r, Topology topology, Plan plan,
      Map<TaskId, SoftState.Progress> before) {
    if (r.taskOffsets() == null && r.taskEndOffsets() == null) {
      return null;
    }
    Map<TaskId, Long> at = new HashMap<>();
    Map<TaskId, Long> end = new HashMap<>();
    before.forEach((task, p) -> {
      at.put(task, p.at());
      end.put(task, p.end());
    });
    Map<String, Topology.Sub> parts = new HashMap<>();
    topology.subtopologies().stream().filter(Topology.Sub::isStateful).forEach(s -> parts.put(s.id(), s));
    take(r.taskOffsets(), parts, plan, at);
    take(r.taskEndOffsets(), parts, plan, end);
    Map<TaskId, SoftState.Progress> now = new HashMap<>();
    at.forEach((task, offset) -> now.put(task, new SoftState.Progress(offset, end.getOrDefault(task, -1L))));
    return now;
  }

  /** What is said replaces what was said before. */
  private static void take(List<StreamsGroupHeartbeatRequest.TaskOffset> said, Map<String, Topology.Sub> parts, Plan plan, Map<TaskId, Long> into) {
    if (said != null) {
      into.clear();
      for (StreamsGroupHeartbeatRequest.TaskOffset o : said) {
        Topology.Sub part = parts.get(o.subtopologyId());
        if (part != null && o.partition() >= 0 && o.partition() < plan.tasks().getOrDefault(part.id(), 0)) {
          // with the id that the group holds anyway
          into.put(new TaskId(part.id(), o.partition()), o.offset());
        }
      }
    }
  }
}
