package io.margay.shell.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.message.StreamsGroupDescribeRequest;
import io.margay.protocol.message.StreamsGroupDescribeResponse;
import io.margay.spi.assignor.Subtopology;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.assignor.TaskId;
import io.margay.spi.assignor.TaskMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Asks for streams groups, their members and tasks. */
final class StreamsGroups {
  private final Requests requests;

  StreamsGroups(Requests requests) {
    this.requests = requests;
  }

  /** A group as its coordinator shows it. */
  StreamsGroupDescribeResponse.DescribedGroup describe(String group) throws InterruptedException {
    StreamsGroupDescribeRequest request = new StreamsGroupDescribeRequest().setGroupIds(List.of(group));
    var response = new Coordinators(requests).call(group,
        broker -> requests.send(broker, StreamsGroupDescribeRequest.API, request, new StreamsGroupDescribeResponse()).groups().get(0),
        g -> g.errorCode());
    Requests.check(response.errorCode(), response.errorMessage(), "cannot describe group " + group);
    return response;
  }

  /** The same as of other kinds of groups: a member has the partitions that its active tasks read. */
  Groups.Description description(StreamsGroupDescribeResponse.DescribedGroup g) {
    List<Groups.Member> members = new ArrayList<>();
    for (StreamsGroupDescribeResponse.Member m : g.members()) {
      List<TopicPartition> reads = new ArrayList<>();
      for (StreamsGroupDescribeResponse.Subtopology s : parts(g)) {
        for (String topic : read(s)) {
          int count = partitions(topic);
          tasks(m.assignment().activeTasks()).stream().filter(t -> t.subtopology().equals(s.subtopologyId()) && t.partition() < count)
              .forEach(t -> reads.add(new TopicPartition(topic, t.partition())));
        }
      }
      members.add(new Groups.Member(m.memberId(), m.instanceId(), m.clientId(), m.clientHost(), reads));
    }
    return new Groups.Description(g.groupId(), "streams", g.groupState(), g.assignorName(), g.groupEpoch(), g.assignmentEpoch(), members);
  }

  /** Its members with their tasks. */
  static Table members(StreamsGroupDescribeResponse.DescribedGroup g) {
    Table table = new Table("member", "instance", "client", "host", "process", "memberEpoch", "topologyEpoch", "active", "standby", "warmup",
        "targetActive");
    for (StreamsGroupDescribeResponse.Member m : g.members()) {
      table.row(m.memberId(), m.instanceId(), m.clientId(), m.clientHost(), m.processId(), m.memberEpoch(), m.topologyEpoch(),
          names(tasks(m.assignment().activeTasks())), names(tasks(m.assignment().standbyTasks())), names(tasks(m.assignment().warmupTasks())),
          names(tasks(m.targetAssignment().activeTasks())));
    }
    return table;
  }

  static List<String> names(Set<TaskId> tasks) {
    return new TreeSet<>(tasks).stream().map(TaskId::toString).toList();
  }

  private static List<StreamsGroupDescribeResponse.Subtopology> parts(StreamsGroupDescribeResponse.DescribedGroup g) {
    return g.topology() == null || g.topology().subtopologies() == null ? List.of() : g.topology().subtopologies();
  }

  private static Set<String> read(StreamsGroupDescribeResponse.Subtopology s) {
    Set<String> topics = new LinkedHashSet<>(s.sourceTopics());
    s.repartitionSourceTopics().forEach(t -> topics.add(t.name()));
    return topics;
  }

  private int partitions(String topic) {
    return requests.image().topic(topic) == null ? 0 : requests.image().topic(topic).partitions().size();
  }

  private static Set<TaskId> tasks(List<StreamsGroupDescribeResponse.TaskIds> list) {
    Set<TaskId> result = new HashSet<>();
    list.forEach(t -> t.partitions().forEach(p -> result.add(new TaskId(t.subtopologyId(), p))));
    return result;
  }

  /**
   * What an assignor would be asked now.
   *
   * @param standby how many copies of each state there are to be
   * @param warmup how many tasks may be warmed up at a time
   * @param acceptableLag up to how many records behind a copy counts as caught up
   */
  TaskGroup question(StreamsGroupDescribeResponse.DescribedGroup g, int standby, int warmup, long acceptableLag) {
    List<Subtopology> parts = new ArrayList<>();
    parts(g).forEach(s -> parts.add(new Subtopology(s.subtopologyId(), read(s).stream().mapToInt(this::partitions).max().orElse(0),
        !s.stateChangelogTopics().isEmpty())));
    List<TaskMember> members = new ArrayList<>();
    for (StreamsGroupDescribeResponse.Member m : g.members()) {
      Map<String, String> tags = new HashMap<>();
      m.clientTags().forEach(t -> tags.put(t.key(), t.value()));
      Map<TaskId, Long> ends = new HashMap<>();
      m.taskEndOffsets().forEach(o -> ends.put(new TaskId(o.subtopologyId(), o.partition()), o.offset()));
      Map<TaskId, Long> lags = new HashMap<>();
      m.taskOffsets().forEach(o -> {
        TaskId task = new TaskId(o.subtopologyId(), o.partition());
        if (ends.containsKey(task)) {
          lags.put(task, Math.max(0, ends.get(task) - o.offset()));
        }
      });
      members.add(new TaskMember(m.memberId(), m.instanceId(), m.rackId(), m.processId(), tags, target(m), lags));
    }
    return new TaskGroup(members, parts, standby, warmup, acceptableLag, List.of());
  }

  /** What a member is to have now. */
  static TaskAssignment target(StreamsGroupDescribeResponse.Member m) {
    return new TaskAssignment(tasks(m.targetAssignment().activeTasks()), tasks(m.targetAssignment().standbyTasks()),
        tasks(m.targetAssignment().warmupTasks()));
  }
}
