package io.margay.groups.internal.streams;

import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.GroupReplay.Read;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Tasks;
import io.margay.protocol.MessageReader;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads the records of streams groups. */
public final class StreamsReplay {
  private StreamsReplay() { }

  /**
   * @param type of the record
   * @param key what follows the type
   * @param value its value, or null
   * @return what it says; null for a type that is not of streams groups
   */
  public static Read<StreamsGroup> read(short type, MessageReader key, byte[] value) {
    boolean gone = value == null;
    switch (type) {
      case StreamsGroupMetadataKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new StreamsGroupMetadataKey()).groupId();
        GroupMark mark = gone ? null : mark(Messages.readVersioned(StreamsGroupMetadataValue::new, value));
        return new Read<>(group, 0, gone, gone, null, gone ? null : g -> g.replayMark(mark));
      }
      case StreamsGroupTopologyKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new StreamsGroupTopologyKey()).groupId();
        Topology topology = gone ? null : topology(Messages.readVersioned(StreamsGroupTopologyValue::new, value));
        return new Read<>(group, 0, false, gone, null, g -> g.replayTopology(topology));
      }
      case StreamsGroupMemberMetadataKey.RECORD_TYPE: {
        StreamsGroupMemberMetadataKey k = GroupReplay.key(key, new StreamsGroupMemberMetadataKey());
        StreamsMember.Said said = gone ? null : said(Messages.readVersioned(StreamsGroupMemberMetadataValue::new, value));
        return new Read<>(k.groupId(), 0, false, gone, gone ? k.memberId() : null, g -> g.replayMember(k.memberId(), said));
      }
      case StreamsGroupTargetAssignmentMetadataKey.RECORD_TYPE: {
        String group = GroupReplay.key(key, new StreamsGroupTargetAssignmentMetadataKey()).groupId();
        StreamsGroupTargetAssignmentMetadataValue v = gone ? new StreamsGroupTargetAssignmentMetadataValue()
            : Messages.readVersioned(StreamsGroupTargetAssignmentMetadataValue::new, value);
        return new Read<>(group, v.assignmentTimestamp(), false, gone, null,
            g -> g.replayAssignment(v.assignmentEpoch(), v.assignmentTimestamp()));
      }
      case StreamsGroupTargetAssignmentMemberKey.RECORD_TYPE: {
        StreamsGroupTargetAssignmentMemberKey k = GroupReplay.key(key, new StreamsGroupTargetAssignmentMemberKey());
        TaskSets target = gone ? null : target(Messages.readVersioned(StreamsGroupTargetAssignmentMemberValue::new, value));
        return new Read<>(k.groupId(), 0, false, gone, null, g -> g.replayTarget(k.memberId(), target));
      }
      case StreamsGroupCurrentMemberAssignmentKey.RECORD_TYPE: {
        StreamsGroupCurrentMemberAssignmentKey k = GroupReplay.key(key, new StreamsGroupCurrentMemberAssignmentKey());
        CurrentTasks current = gone ? null : current(Messages.readVersioned(StreamsGroupCurrentMemberAssignmentValue::new, value));
        return new Read<>(k.groupId(), 0, false, gone, null, g -> g.replayCurrent(k.memberId(), current));
      }
      default:
        return null;
    }
  }

  private static GroupMark mark(StreamsGroupMetadataValue v) {
    SortedMap<String, String> configs = new TreeMap<>();
    if (v.lastAssignmentConfigs() != null) {
      v.lastAssignmentConfigs().forEach(c -> configs.put(c.key(), c.value()));
    }
    return new GroupMark(v.epoch(), v.metadataHash(), v.validatedTopologyEpoch(), configs);
  }

  private static StreamsMember.Said said(StreamsGroupMemberMetadataValue v) {
    Map<String, String> tags = new HashMap<>();
    v.clientTags().forEach(t -> tags.put(t.key(), t.value()));
    return new StreamsMember.Said(new StreamsMember.Client(v.clientId(), v.clientHost(), v.instanceId(), v.rackId()), v.rebalanceTimeoutMs(),
        v.topologyEpoch(), v.processId(),
        v.userEndpoint() == null ? null : new StreamsMember.Endpoint(v.userEndpoint().host(), v.userEndpoint().port()), tags);
  }

  private static TaskSets target(StreamsGroupTargetAssignmentMemberValue v) {
    return new TaskSets(targetTasks(v.activeTasks()), targetTasks(v.standbyTasks()), targetTasks(v.warmupTasks()));
  }

  private static Tasks targetTasks(List<StreamsGroupTargetAssignmentMemberValue.TaskIds> list) {
    Tasks.Builder result = new Tasks.Builder();
    list.forEach(t -> t.partitions().forEach(p -> result.add(t.subtopologyId(), p, Tasks.NO_EPOCH)));
    return result.build();
  }

  private static CurrentTasks current(StreamsGroupCurrentMemberAssignmentValue v) {
    int state = v.state() - StreamsRecords.FIRST_STATE;
    return new CurrentTasks(v.memberEpoch(), v.previousMemberEpoch(), MemberState.forCode((byte) state),
        new TaskSets(currentTasks(v.activeTasks(), v.memberEpoch()), currentTasks(v.standbyTasks(), Tasks.NO_EPOCH),
            currentTasks(v.warmupTasks(), Tasks.NO_EPOCH)),
        new TaskSets(currentTasks(v.activeTasksPendingRevocation(), v.memberEpoch()),
            currentTasks(v.standbyTasksPendingRevocation(), Tasks.NO_EPOCH), currentTasks(v.warmupTasksPendingRevocation(), Tasks.NO_EPOCH)));
  }

  /** A task without an epoch was assigned in that of its member at the latest. */
  private static Tasks currentTasks(List<StreamsGroupCurrentMemberAssignmentValue.TaskIds> list, int otherwise) {
    Tasks.Builder result = new Tasks.Builder();
    for (StreamsGroupCurrentMemberAssignmentValue.TaskIds t : list) {
      List<Integer> epochs = t.assignmentEpochs();
      for (int i = 0; i < t.partitions().size(); i++) {
        result.add(t.subtopologyId(), t.partitions().get(i), epochs != null && i < epochs.size() ? epochs.get(i) : otherwise);
      }
    }
    return result.build();
  }

  private static Topology topology(StreamsGroupTopologyValue v) {
    List<Topology.Sub> parts = new ArrayList<>();
    for (StreamsGroupTopologyValue.Subtopology s : v.subtopologies()) {
      List<Topology.Copartitioned> groups = new ArrayList<>();
      s.copartitionGroups().forEach(c -> groups.add(
          new Topology.Copartitioned(c.sourceTopics(), c.sourceTopicRegex(), c.repartitionSourceTopics())));
      parts.add(new Topology.Sub(s.subtopologyId(), s.sourceTopics(), s.sourceTopicRegex(), internals(s.stateChangelogTopics()),
          s.repartitionSinkTopics(), internals(s.repartitionSourceTopics()), groups));
    }
    return new Topology(v.epoch(), parts);
  }

  private static List<Topology.Internal> internals(List<StreamsGroupTopologyValue.TopicInfo> topics) {
    List<Topology.Internal> result = new ArrayList<>();
    for (StreamsGroupTopologyValue.TopicInfo t : topics) {
      Map<String, String> configs = new HashMap<>();
      t.topicConfigs().forEach(c -> configs.put(c.key(), c.value()));
      result.add(new Topology.Internal(t.name(), t.partitions(), t.replicationFactor(), configs));
    }
    return result;
  }
}
