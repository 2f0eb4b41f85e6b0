package io.margay.groups.internal.streams;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.Numbered;
import io.margay.groups.internal.group.Tasks;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.state.StreamsGroupCurrentMemberAssignmentKey;
import io.margay.protocol.state.StreamsGroupCurrentMemberAssignmentValue;
import io.margay.protocol.state.StreamsGroupMemberMetadataKey;
import io.margay.protocol.state.StreamsGroupMemberMetadataValue;
import io.margay.protocol.state.StreamsGroupMetadataKey;
import io.margay.protocol.state.StreamsGroupMetadataValue;
import io.margay.protocol.state.StreamsGroupTargetAssignmentMemberKey;
import io.margay.protocol.state.StreamsGroupTargetAssignmentMemberValue;
import io.margay.protocol.state.StreamsGroupTargetAssignmentMetadataKey;
import io.margay.protocol.state.StreamsGroupTargetAssignmentMetadataValue;
import io.margay.protocol.state.StreamsGroupTopologyKey;
import io.margay.protocol.state.StreamsGroupTopologyValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the records of streams groups in Kafka's format. {@link StreamsReplay} reads them. */
final class StreamsRecords {
  private static final short VERSION = 0;
  /** Kafka's codes of a member's state begin with 1, where those of consumer groups begin with 0. */
  static final int FIRST_STATE = 1;

  private StreamsRecords() { }

  private static CoordinatorRecord record(Message key, short type, Message value) {
    return new CoordinatorRecord(Messages.toPrefixedBytes(key, type, VERSION),
        value == null ? null : Messages.toVersionedBytes(value, VERSION));
  }

  // ------------------------------------------------------------------------------------------------ members

  /** Null is a tombstone. */
  static CoordinatorRecord member(String groupId, String memberId, StreamsMember.Said said) {
    StreamsGroupMemberMetadataValue value = null;
    if (said != null) {
      value = new StreamsGroupMemberMetadataValue().setInstanceId(said.client().instanceId()).setRackId(said.client().rackId())
          .setClientId(said.client().id()).setClientHost(said.client().host()).setRebalanceTimeoutMs(said.rebalanceTimeoutMs())
          .setTopologyEpoch(said.topologyEpoch()).setProcessId(said.process());
      if (said.endpoint() != null) {
        value.setUserEndpoint(new StreamsGroupMemberMetadataValue.Endpoint().setHost(said.endpoint().host()).setPort(said.endpoint().port()));
      }
      for (Map.Entry<String, String> tag : new TreeMap<>(said.tags()).entrySet()) {
        value.clientTags().add(new StreamsGroupMemberMetadataValue.KeyValue().setKey(tag.getKey()).setValue(tag.getValue()));
      }
    }
    return record(new StreamsGroupMemberMetadataKey().setGroupId(groupId).setMemberId(memberId), StreamsGroupMemberMetadataKey.RECORD_TYPE,
        value);
  }

  /** Null is a tombstone. */
  static CoordinatorRecord current(String groupId, String memberId, CurrentTasks c) {
    return record(new StreamsGroupCurrentMemberAssignmentKey().setGroupId(groupId).setMemberId(memberId),
        StreamsGroupCurrentMemberAssignmentKey.RECORD_TYPE, c == null ? null : new StreamsGroupCurrentMemberAssignmentValue()
            .setMemberEpoch(c.epoch()).setPreviousMemberEpoch(c.previousEpoch()).setState((byte) (c.state().code() + FIRST_STATE))
            .setActiveTasks(current(c.assigned().active(), true)).setStandbyTasks(current(c.assigned().standby(), false))
            .setWarmupTasks(current(c.assigned().warmup(), false))
            .setActiveTasksPendingRevocation(current(c.revoking().active(), true))
            .setStandbyTasksPendingRevocation(current(c.revoking().standby(), false))
            .setWarmupTasksPendingRevocation(current(c.revoking().warmup(), false)));
  }

  private static List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> current(Tasks tasks, boolean withEpochs) {
    List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> result = new ArrayList<>();
    tasks.forEachKey((id, numbers, epochs) -> result.add(new StreamsGroupCurrentMemberAssignmentValue.TaskIds().setSubtopologyId(id)
        .setPartitions(list(numbers)).setAssignmentEpochs(withEpochs ? list(epochs) : null)));
    return result;
  }

  static List<Integer> list(int[] numbers) {
    return new ArrayList<>(Arrays.stream(numbers).boxed().toList());
  }

  // ------------------------------------------------------------------------------------------------ target

  /** Null is a tombstone. */
  static CoordinatorRecord target(String groupId, String memberId, TaskSets t) {
    return record(new StreamsGroupTargetAssignmentMemberKey().setGroupId(groupId).setMemberId(memberId),
        StreamsGroupTargetAssignmentMemberKey.RECORD_TYPE, t == null ? null : new StreamsGroupTargetAssignmentMemberValue()
            .setActiveTasks(target(t.active())).setStandbyTasks(target(t.standby())).setWarmupTasks(target(t.warmup())));
  }

  private static List<StreamsGroupTargetAssignmentMemberValue.TaskIds> target(Numbered<String, Tasks> tasks) {
    List<StreamsGroupTargetAssignmentMemberValue.TaskIds> result = new ArrayList<>();
    tasks.forEachKey((id, numbers, epochs) -> result.add(
        new StreamsGroupTargetAssignmentMemberValue.TaskIds().setSubtopologyId(id).setPartitions(list(numbers))));
    return result;
  }

  static CoordinatorRecord assignment(String groupId, int epoch, long atMs) {
    return assignment(groupId, new StreamsGroupTargetAssignmentMetadataValue().setAssignmentEpoch(epoch).setAssignmentTimestamp(atMs));
  }

  static CoordinatorRecord assignmentTombstone(String groupId) {
    return assignment(groupId, null);
  }

  private static CoordinatorRecord assignment(String groupId, StreamsGroupTargetAssignmentMetadataValue value) {
    return record(new StreamsGroupTargetAssignmentMetadataKey().setGroupId(groupId), StreamsGroupTargetAssignmentMetadataKey.RECORD_TYPE,
        value);
  }

  // ------------------------------------------------------------------------------------------------ the group

  /** Null is a tombstone. */
  static CoordinatorRecord epoch(String groupId, GroupMark mark) {
    StreamsGroupMetadataValue value = null;
    if (mark != null) {
      List<StreamsGroupMetadataValue.LastAssignmentConfig> configs = new ArrayList<>();
      mark.configs().forEach((key, v) -> configs.add(new StreamsGroupMetadataValue.LastAssignmentConfig().setKey(key).setValue(v)));
      value = new StreamsGroupMetadataValue().setEpoch(mark.epoch()).setMetadataHash(mark.metadataHash())
          .setValidatedTopologyEpoch(mark.validatedEpoch()).setLastAssignmentConfigs(configs);
    }
    return record(new StreamsGroupMetadataKey().setGroupId(groupId), StreamsGroupMetadataKey.RECORD_TYPE, value);
  }

  /** Null is a tombstone. */
  static CoordinatorRecord topology(String groupId, Topology t) {
    StreamsGroupTopologyValue value = null;
    if (t != null) {
      List<StreamsGroupTopologyValue.Subtopology> parts = new ArrayList<>();
      for (Topology.Sub s : t.subtopologies()) {
        List<StreamsGroupTopologyValue.CopartitionGroup> groups = new ArrayList<>();
        s.copartitioned().forEach(c -> groups.add(new StreamsGroupTopologyValue.CopartitionGroup().setSourceTopics(new ArrayList<>(c.sources()))
            .setSourceTopicRegex(new ArrayList<>(c.patterns())).setRepartitionSourceTopics(new ArrayList<>(c.repartitionSources()))));
        parts.add(new StreamsGroupTopologyValue.Subtopology().setSubtopologyId(s.id()).setSourceTopics(new ArrayList<>(s.sources()))
            .setSourceTopicRegex(new ArrayList<>(s.patterns())).setStateChangelogTopics(internals(s.changelogs()))
            .setRepartitionSinkTopics(new ArrayList<>(s.repartitionSinks())).setRepartitionSourceTopics(internals(s.repartitionSources()))
            .setCopartitionGroups(groups));
      }
      value = new StreamsGroupTopologyValue().setEpoch(t.epoch()).setSubtopologies(parts);
    }
    return record(new StreamsGroupTopologyKey().setGroupId(groupId), StreamsGroupTopologyKey.RECORD_TYPE, value);
  }

  private static List<StreamsGroupTopologyValue.TopicInfo> internals(List<Topology.Internal> topics) {
    List<StreamsGroupTopologyValue.TopicInfo> result = new ArrayList<>();
    for (Topology.Internal t : topics) {
      List<StreamsGroupTopologyValue.TopicConfig> configs = new ArrayList<>();
      new TreeMap<>(t.configs()).forEach((key, v) -> configs.add(new StreamsGroupTopologyValue.TopicConfig().setKey(key).setValue(v)));
      result.add(new StreamsGroupTopologyValue.TopicInfo().setName(t.name()).setPartitions(t.partitions())
          .setReplicationFactor(t.replicationFactor()).setTopicConfigs(configs));
    }
    return result;
  }
}
