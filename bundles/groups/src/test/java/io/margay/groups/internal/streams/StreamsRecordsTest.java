package io.margay.groups.internal.streams;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Tasks;
import io.margay.protocol.MessageReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.group.generated.StreamsGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTargetAssignmentMetadataValue;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyKey;
import org.apache.kafka.coordinator.group.generated.StreamsGroupTopologyValue;
import org.junit.jupiter.api.Test;

/** Kafka's own classes read what is written, and it is read back as it was. */
class StreamsRecordsTest {
  private static final TaskSets SOME = new TaskSets(new Tasks.Builder().add("0", 3, 5).add("0", 1, 4).build(),
      new Tasks.Builder().add("1", 0, -1).build(), new Tasks.Builder().add("1", 2, -1).build());
  private static final StreamsMember.Said SAID = new StreamsMember.Said(new StreamsMember.Client("c", "/h", "i", "r"), 60_000, 2, "process",
      new StreamsMember.Endpoint("host", 7000), Map.of("zone", "z"));
  private static final Topology TOPOLOGY = new Topology(2, List.of(new Topology.Sub("0", List.of("t"), List.of(),
      List.of(new Topology.Internal("changelog", 0, (short) 3, Map.of("cleanup.policy", "compact"))), List.of("sink"),
      List.of(new Topology.Internal("words", 4, (short) 0, Map.of())),
      List.of(new Topology.Copartitioned(List.of((short) 0), List.of(), List.of((short) 0))))));

  private static ByteBufferAccessor after(byte[] bytes, int expectedPrefix) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    assertThat(buffer.getShort()).isEqualTo((short) expectedPrefix);
    return new ByteBufferAccessor(buffer);
  }

  private static void replay(StreamsGroup group, CoordinatorRecord r) {
    MessageReader key = new MessageReader(r.key());
    GroupReplay.Read<StreamsGroup> read = StreamsReplay.read(key.readShort(), key, r.value());
    assertThat(read.groupId()).isEqualTo("g");
    if (!read.ends()) {
      read.apply().accept(group);
    }
  }

  private static StreamsGroup replayed(CoordinatorRecord... records) {
    StreamsGroup group = new StreamsGroup("g", 0);
    for (CoordinatorRecord r : records) {
      replay(group, r);
    }
    return group;
  }

  @Test
  void member() {
    CoordinatorRecord record = StreamsRecords.member("g", "m", SAID);
    assertThat(new StreamsGroupMemberMetadataKey(after(record.key(), 19), (short) 0))
        .isEqualTo(new StreamsGroupMemberMetadataKey().setGroupId("g").setMemberId("m"));
    assertThat(new StreamsGroupMemberMetadataValue(after(record.value(), 0), (short) 0)).isEqualTo(new StreamsGroupMemberMetadataValue()
        .setInstanceId("i").setRackId("r").setClientId("c").setClientHost("/h").setRebalanceTimeoutMs(60_000).setTopologyEpoch(2)
        .setProcessId("process").setUserEndpoint(new StreamsGroupMemberMetadataValue.Endpoint().setHost("host").setPort(7000))
        .setClientTags(List.of(new StreamsGroupMemberMetadataValue.KeyValue().setKey("zone").setValue("z"))));
    assertThat(replayed(record).member("m").said()).isEqualTo(SAID);
    assertThat(StreamsRecords.member("g", "m", null).value()).isNull();
  }

  @Test
  void current() {
    CurrentTasks current = new CurrentTasks(7, 6, MemberState.UNREVOKED, SOME,
        new TaskSets(new Tasks.Builder().add("0", 0, 3).build(), Tasks.NONE, Tasks.NONE));
    CoordinatorRecord record = StreamsRecords.current("g", "m", current);
    assertThat(new StreamsGroupCurrentMemberAssignmentKey(after(record.key(), 22), (short) 0))
        .isEqualTo(new StreamsGroupCurrentMemberAssignmentKey().setGroupId("g").setMemberId("m"));
    StreamsGroupCurrentMemberAssignmentValue value = new StreamsGroupCurrentMemberAssignmentValue(after(record.value(), 0), (short) 0);
    assertThat(value.memberEpoch()).isEqualTo(7);
    assertThat(value.previousMemberEpoch()).isEqualTo(6);
    assertThat(value.state()).as("Kafka's UNREVOKED_TASKS").isEqualTo((byte) 2);
    assertThat(value.activeTasks()).containsExactly(new StreamsGroupCurrentMemberAssignmentValue.TaskIds().setSubtopologyId("0")
        .setPartitions(List.of(1, 3)).setAssignmentEpochs(List.of(4, 5)));
    assertThat(value.warmupTasks()).containsExactly(new StreamsGroupCurrentMemberAssignmentValue.TaskIds().setSubtopologyId("1")
        .setPartitions(List.of(2)).setAssignmentEpochs(null));
    assertThat(value.activeTasksPendingRevocation()).hasSize(1);
    StreamsGroup group = replayed(record, StreamsRecords.member("g", "m", SAID));
    assertThat(group.member("m").current()).isEqualTo(current);
    assertThat(group.owner("0", 3)).isEqualTo("m");
    assertThat(group.owner("0", 0)).as("what it is to give back").isEqualTo("m");
    assertThat(group.owner("1", 0)).as("a copy").isNull();
  }

  @Test
  void target() {
    CoordinatorRecord record = StreamsRecords.target("g", "m", SOME);
    assertThat(new StreamsGroupTargetAssignmentMemberKey(after(record.key(), 21), (short) 0))
        .isEqualTo(new StreamsGroupTargetAssignmentMemberKey().setGroupId("g").setMemberId("m"));
    assertThat(new StreamsGroupTargetAssignmentMemberValue(after(record.value(), 0), (short) 0).standbyTasks()).containsExactly(
        new StreamsGroupTargetAssignmentMemberValue.TaskIds().setSubtopologyId("1").setPartitions(List.of(0)));
    CoordinatorRecord epoch = StreamsRecords.assignment("g", 5, 1_000);
    assertThat(new StreamsGroupTargetAssignmentMetadataValue(after(epoch.value(), 0), (short) 0)).isEqualTo(
        new StreamsGroupTargetAssignmentMetadataValue().setAssignmentEpoch(5).setAssignmentTimestamp(1_000));
    StreamsGroup group = replayed(record, epoch);
    assertThat(group.target("m").sameAs(SOME)).isTrue();
    assertThat(group.assignmentEpoch()).isEqualTo(5);
    assertThat(group.assignedAtMs()).isEqualTo(1_000);
  }

  @Test
  void groupAndTopology() {
    GroupMark mark = new GroupMark(9, 77, 2, new TreeMap<>(Map.of("num.standby.replicas", "1")));
    CoordinatorRecord record = StreamsRecords.epoch("g", mark);
    assertThat(new StreamsGroupMetadataKey(after(record.key(), 17), (short) 0)).isEqualTo(new StreamsGroupMetadataKey().setGroupId("g"));
    assertThat(new StreamsGroupMetadataValue(after(record.value(), 0), (short) 0)).isEqualTo(new StreamsGroupMetadataValue().setEpoch(9)
        .setMetadataHash(77).setValidatedTopologyEpoch(2).setLastAssignmentConfigs(List.of(
            new StreamsGroupMetadataValue.LastAssignmentConfig().setKey("num.standby.replicas").setValue("1"))));
    CoordinatorRecord topology = StreamsRecords.topology("g", TOPOLOGY);
    assertThat(new StreamsGroupTopologyKey(after(topology.key(), 23), (short) 0)).isEqualTo(new StreamsGroupTopologyKey().setGroupId("g"));
    StreamsGroupTopologyValue value = new StreamsGroupTopologyValue(after(topology.value(), 0), (short) 0);
    assertThat(value.epoch()).isEqualTo(2);
    assertThat(value.subtopologies().get(0).stateChangelogTopics()).containsExactly(new StreamsGroupTopologyValue.TopicInfo().setName("changelog")
        .setReplicationFactor((short) 3)
        .setTopicConfigs(List.of(new StreamsGroupTopologyValue.TopicConfig().setKey("cleanup.policy").setValue("compact"))));
    StreamsGroup group = replayed(record, topology);
    assertThat(group.mark()).isEqualTo(mark);
    assertThat(group.topology()).isEqualTo(TOPOLOGY);
  }

  @Test
  void whatEndsAGroupGivesItsMemoryBack() {
    long before = new StreamsGroup("g", 0).bytes();
    StreamsGroup full = replayed(StreamsRecords.epoch("g", new GroupMark(2, 1, 2, new TreeMap<>())), StreamsRecords.topology("g", TOPOLOGY),
        StreamsRecords.member("g", "m", SAID), StreamsRecords.target("g", "m", SOME), StreamsRecords.assignment("g", 2, 5),
        StreamsRecords.current("g", "m", new CurrentTasks(2, 1, MemberState.STABLE, SOME, TaskSets.NONE)));
    assertThat(full.bytes()).isGreaterThan(before + 1_000);
    full.tombstones().forEach(r -> replay(full, r));
    assertThat(full.bytes()).isEqualTo(before);
  }
}
