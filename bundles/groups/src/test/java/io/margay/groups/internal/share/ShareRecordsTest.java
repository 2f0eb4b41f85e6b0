package io.margay.groups.internal.share;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.MessageReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.group.generated.ShareGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupStatePartitionMetadataValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.ShareGroupTargetAssignmentMetadataValue;
import org.junit.jupiter.api.Test;

/** Kafka's own classes read what is written, and it is read back as it was. */
class ShareRecordsTest {
  private static final UUID T = new UUID(1, 2);
  private static final Uuid KAFKA_T = new Uuid(1, 2);
  private static final Partitions SOME =
      new Partitions.Builder().add(T, 3, -1).add(T, 1, -1).add(new UUID(5, 5), 0, -1).build();

  private static ByteBufferAccessor after(byte[] bytes, int expectedPrefix) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    assertThat(buffer.getShort()).isEqualTo((short) expectedPrefix);
    return new ByteBufferAccessor(buffer);
  }

  private static ShareGroup replayed(CoordinatorRecord... records) {
    ShareGroup group = new ShareGroup("g", 0);
    for (CoordinatorRecord r : records) {
      MessageReader key = new MessageReader(r.key());
      ShareReplay.read(key.readShort(), key, r.value()).apply().accept(group);
    }
    return group;
  }

  @Test
  void member() {
    ShareMember member = ShareMember.joining("m", new ShareMember.Client("c", "/h", "r"), Set.of("b", "a")).has(7, 6, SOME);
    CoordinatorRecord record = ShareRecords.member("g", member);
    assertThat(new ShareGroupMemberMetadataKey(after(record.key(), 10), (short) 0))
        .isEqualTo(new ShareGroupMemberMetadataKey().setGroupId("g").setMemberId("m"));
    assertThat(new ShareGroupMemberMetadataValue(after(record.value(), 0), (short) 0)).isEqualTo(new ShareGroupMemberMetadataValue()
        .setRackId("r").setClientId("c").setClientHost("/h").setSubscribedTopicNames(List.of("a", "b")));
    CoordinatorRecord current = ShareRecords.current("g", member);
    assertThat(new ShareGroupCurrentMemberAssignmentKey(after(current.key(), 14), (short) 0))
        .isEqualTo(new ShareGroupCurrentMemberAssignmentKey().setGroupId("g").setMemberId("m"));
    ShareGroupCurrentMemberAssignmentValue value = new ShareGroupCurrentMemberAssignmentValue(after(current.value(), 0), (short) 0);
    assertThat(value.memberEpoch()).isEqualTo(7);
    assertThat(value.previousMemberEpoch()).isEqualTo(6);
    assertThat(value.assignedPartitions().get(0).topicId()).isEqualTo(KAFKA_T);
    assertThat(value.assignedPartitions().get(0).partitions()).containsExactly(1, 3);
    assertThat(replayed(record, current).member("m")).isEqualTo(member);
    assertThat(replayed(record, current, ShareRecords.memberTombstone("g", "m")).member("m")).isNull();
    assertThat(replayed(record, current, ShareRecords.currentTombstone("g", "m")).member("m").epoch()).isZero();
  }

  @Test
  void target() {
    CoordinatorRecord record = ShareRecords.target("g", "m", SOME);
    assertThat(new ShareGroupTargetAssignmentMemberKey(after(record.key(), 13), (short) 0))
        .isEqualTo(new ShareGroupTargetAssignmentMemberKey().setGroupId("g").setMemberId("m"));
    assertThat(new ShareGroupTargetAssignmentMemberValue(after(record.value(), 0), (short) 0).topicPartitions()).hasSize(2);
    assertThat(replayed(record).target("m")).isEqualTo(SOME);
    assertThat(replayed(record, ShareRecords.target("g", "m", null)).target("m")).isEqualTo(Partitions.NONE);
    CoordinatorRecord epoch = ShareRecords.assignment("g", 5, 1234);
    ShareGroupTargetAssignmentMetadataValue value = new ShareGroupTargetAssignmentMetadataValue(after(epoch.value(), 0), (short) 0);
    assertThat(value.assignmentEpoch()).isEqualTo(5);
    assertThat(value.assignmentTimestamp()).isEqualTo(1234);
    assertThat(after(epoch.key(), 12).remaining()).isPositive();
    assertThat(replayed(epoch).assignmentEpoch()).isEqualTo(5);
  }

  @Test
  void group() {
    CoordinatorRecord record = ShareRecords.epoch("g", 4, 99);
    assertThat(new ShareGroupMetadataKey(after(record.key(), 11), (short) 0)).isEqualTo(new ShareGroupMetadataKey().setGroupId("g"));
    assertThat(new ShareGroupMetadataValue(after(record.value(), 0), (short) 0))
        .isEqualTo(new ShareGroupMetadataValue().setEpoch(4).setMetadataHash(99));
    assertThat(replayed(record).epoch()).isEqualTo(4);
    assertThat(ShareRecords.epochTombstone("g").value()).isNull();
  }

  @Test
  void states() {
    StateTopics states = new StateTopics(SOME, new Partitions.Builder().add(T, 9, -1).build(), Map.of(T, "t", new UUID(5, 5), "u"));
    CoordinatorRecord record = ShareRecords.states("g", states);
    assertThat(new ShareGroupStatePartitionMetadataKey(after(record.key(), 15), (short) 0))
        .isEqualTo(new ShareGroupStatePartitionMetadataKey().setGroupId("g"));
    ShareGroupStatePartitionMetadataValue value = new ShareGroupStatePartitionMetadataValue(after(record.value(), 0), (short) 0);
    assertThat(value.initializingTopics()).hasSize(2);
    assertThat(value.initializedTopics().get(0).topicName()).isEqualTo("t");
    assertThat(value.initializedTopics().get(0).partitions()).containsExactly(9);
    assertThat(value.deletingTopics()).isEmpty();
    assertThat(replayed(record).states()).isEqualTo(states);
    assertThat(replayed(record, ShareRecords.statesTombstone("g")).states()).isEqualTo(StateTopics.NONE);
  }

  @Test
  void bytesAreCountedUpAndDown() {
    ShareGroup group = replayed();
    long before = group.bytes();
    ShareMember member = ShareMember.joining("m", new ShareMember.Client("c", "/h", null), Set.of("a")).has(1, 0, SOME);
    ShareGroup full = replayed(ShareRecords.member("g", member), ShareRecords.current("g", member), ShareRecords.target("g", "m", SOME),
        ShareRecords.states("g", new StateTopics(SOME, Partitions.NONE, Map.of())));
    assertThat(full.bytes()).isGreaterThan(before + 500);
    for (CoordinatorRecord r : full.tombstones()) {
      MessageReader key = new MessageReader(r.key());
      GroupReplay.Read<ShareGroup> read = ShareReplay.read(key.readShort(), key, r.value());
      if (!read.ends()) {
        read.apply().accept(full);
      }
    }
    assertThat(full.bytes()).isEqualTo(before);
  }
}
