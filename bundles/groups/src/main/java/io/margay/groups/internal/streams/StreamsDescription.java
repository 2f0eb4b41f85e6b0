package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.Tasks;
import io.margay.protocol.Errors;
import io.margay.protocol.message.StreamsGroupDescribeResponse;
import io.margay.protocol.message.StreamsGroupDescribeResponse.DescribedGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Shows streams groups as StreamsGroupDescribe does. */
final class StreamsDescription {
  private static final byte NOT_STORED = 1;
  private static final byte AVAILABLE = 3;

  private final StreamsConfig config;

  StreamsDescription(StreamsConfig config) {
    this.config = config;
  }

  DescribedGroup describe(String groupId, Group group, boolean topology, AnswerMemory memory) {
    if (!(group instanceof StreamsGroup streams)) {
      return new DescribedGroup().setGroupId(groupId).setErrorCode(Errors.GROUP_ID_NOT_FOUND.code()).setErrorMessage(
          group == null ? "Group " + groupId + " not found." : "Group " + groupId + " is not a streams group.");
    }
    memory.take(2 * streams.bytes());
    DescribedGroup result = new DescribedGroup().setGroupId(groupId).setGroupState(streams.stateTitle()).setGroupEpoch(streams.epoch())
        .setAssignmentEpoch(streams.assignmentEpoch()).setAssignorName(config.assigning(groupId).assignor())
        .setTopology(topology(streams.topology(), streams.mark().validatedEpoch()));
    for (StreamsMember m : streams.members()) {
      result.members().add(member(streams, m));
    }
    if (topology) {
      DescribedTopology said = streams.topology() == null ? null : streams.soft().description(streams.topology().epoch());
      result.setTopologyDescriptionStatus(said == null ? NOT_STORED : AVAILABLE).setTopologyDescription(said == null ? null : said.shown());
    }
    return result;
  }

  private static StreamsGroupDescribeResponse.Topology topology(Topology t, int validatedEpoch) {
    if (t == null) {
      return null;
    }
    StreamsGroupDescribeResponse.Topology result = new StreamsGroupDescribeResponse.Topology().setEpoch(t.epoch());
    if (validatedEpoch != t.epoch()) {
      return result.setSubtopologies(null);
    }
    List<StreamsGroupDescribeResponse.Subtopology> parts = new ArrayList<>();
    for (Topology.Sub s : t.subtopologies()) {
      parts.add(new StreamsGroupDescribeResponse.Subtopology().setSubtopologyId(s.id()).setSourceTopics(new ArrayList<>(s.sources()))
          .setRepartitionSinkTopics(new ArrayList<>(s.repartitionSinks())).setStateChangelogTopics(internals(s.changelogs()))
          .setRepartitionSourceTopics(internals(s.repartitionSources())));
    }
    return result.setSubtopologies(parts);
  }

  private static List<StreamsGroupDescribeResponse.TopicInfo> internals(List<Topology.Internal> topics) {
    List<StreamsGroupDescribeResponse.TopicInfo> result = new ArrayList<>();
    for (Topology.Internal t : topics) {
      result.add(new StreamsGroupDescribeResponse.TopicInfo().setName(t.name()).setPartitions(t.partitions())
          .setReplicationFactor(t.replicationFactor()).setTopicConfigs(pairs(t.configs())));
    }
    return result;
  }

  private static List<StreamsGroupDescribeResponse.KeyValue> pairs(Map<String, String> map) {
    List<StreamsGroupDescribeResponse.KeyValue> result = new ArrayList<>();
    new TreeMap<>(map).forEach((key, value) -> result.add(new StreamsGroupDescribeResponse.KeyValue().setKey(key).setValue(value)));
    return result;
  }

  private static StreamsGroupDescribeResponse.Member member(StreamsGroup group, StreamsMember m) {
    StreamsMember.Said said = m.said();
    StreamsGroupDescribeResponse.Member result = new StreamsGroupDescribeResponse.Member().setMemberId(m.id()).setMemberEpoch(m.epoch())
        .setInstanceId(m.instanceId()).setRackId(said.client().rackId()).setClientId(said.client().id()).setClientHost(said.client().host())
        .setTopologyEpoch(said.topologyEpoch()).setProcessId(said.process()).setClientTags(pairs(said.tags()))
        .setAssignment(assignment(m.current().assigned())).setTargetAssignment(assignment(group.target(m.id())));
    if (said.endpoint() != null) {
      result.setUserEndpoint(new StreamsGroupDescribeResponse.Endpoint().setHost(said.endpoint().host()).setPort(said.endpoint().port()));
    }
    new TreeMap<>(group.soft().progress(m.id())).forEach((task, progress) -> {
      result.taskOffsets().add(new StreamsGroupDescribeResponse.TaskOffset().setSubtopologyId(task.subtopology())
          .setPartition(task.partition()).setOffset(progress.at()));
      if (progress.end() >= 0) {
        result.taskEndOffsets().add(new StreamsGroupDescribeResponse.TaskOffset().setSubtopologyId(task.subtopology())
            .setPartition(task.partition()).setOffset(progress.end()));
      }
    });
    return result;
  }

  private static StreamsGroupDescribeResponse.Assignment assignment(TaskSets tasks) {
    return new StreamsGroupDescribeResponse.Assignment().setActiveTasks(list(tasks.active())).setStandbyTasks(list(tasks.standby()))
        .setWarmupTasks(list(tasks.warmup()));
  }

  private static List<StreamsGroupDescribeResponse.TaskIds> list(Tasks tasks) {
    List<StreamsGroupDescribeResponse.TaskIds> result = new ArrayList<>();
    tasks.forEachKey((id, numbers, epochs) -> result.add(
        new StreamsGroupDescribeResponse.TaskIds().setSubtopologyId(id).setPartitions(StreamsRecords.list(numbers))));
    return result;
  }
}
