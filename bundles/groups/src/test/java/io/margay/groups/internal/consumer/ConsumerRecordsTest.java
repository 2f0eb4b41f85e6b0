package io.margay.groups.internal.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.classic.ClassicMember;
import io.margay.groups.internal.group.GroupReplay;
import io.margay.groups.internal.group.MemberState;
import io.margay.groups.internal.group.Partitions;
import io.margay.protocol.MessageReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupCurrentMemberAssignmentValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMemberMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupRegularExpressionValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberKey;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMemberValue;
import org.apache.kafka.coordinator.group.generated.ConsumerGroupTargetAssignmentMetadataValue;
import org.junit.jupiter.api.Test;

/** Kafka's own classes read what is written, and it is read back as it was. */
class ConsumerRecordsTest {
  private static final UUID T = new UUID(1, 2);
  private static final Partitions SOME = new Partitions.Builder().add(T, 3, 7).add(T, 1, 9).add(new UUID(5, 5), 0, 2).build();

  private static ByteBufferAccessor after(byte[] bytes, int expectedPrefix) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    assertThat(buffer.getShort()).isEqualTo((short) expectedPrefix);
    return new ByteBufferAccessor(buffer);
  }

  private static ConsumerGroup replayed(CoordinatorRecord... records) {
    ConsumerGroup group = new ConsumerGroup("g", 0);
    for (CoordinatorRecord r : records) {
      MessageReader key = new MessageReader(r.key());
      GroupReplay.Read<ConsumerGroup> read = ConsumerReplay.read(key.readShort(), key, r.value());
      assertThat(read.groupId()).isEqualTo("g");
      read.apply().accept(group);
    }
    return group;
  }

  private static MemberMetadata metadata(MemberMetadata.Classic classic) {
    return new MemberMetadata(new MemberMetadata.Client("client", "/127.0.0.1", "i", "rack"), Set.of("b", "a"), "x.*", 60_000, "range",
        classic);
  }

  @Test
  void members() {
    CoordinatorRecord r = ConsumerRecords.member("g", "m", metadata(null));
    ConsumerGroupMemberMetadataKey key = new ConsumerGroupMemberMetadataKey(after(r.key(), 5), (short) 0);
    assertThat(List.of(key.groupId(), key.memberId())).containsExactly("g", "m");
    ConsumerGroupMemberMetadataValue value = new ConsumerGroupMemberMetadataValue(after(r.value(), 0), (short) 0);
    assertThat(List.of(value.instanceId(), value.rackId(), value.clientId(), value.clientHost(), value.subscribedTopicRegex(),
        value.serverAssignor())).containsExactly("i", "rack", "client", "/127.0.0.1", "x.*", "range");
    assertThat(value.subscribedTopicNames()).containsExactly("a", "b");
    assertThat(value.rebalanceTimeoutMs()).isEqualTo(60_000);
    assertThat(value.classicMemberMetadata()).isNull();
    assertThat(replayed(r).member("m").metadata()).isEqualTo(metadata(null));
  }

  @Test
  void classicMembers() {
    MemberMetadata said = metadata(new MemberMetadata.Classic(10_000, List.of(new ClassicMember.Protocol("range", new byte[] {1, 2}))));
    CoordinatorRecord r = ConsumerRecords.member("g", "m", said);
    ConsumerGroupMemberMetadataValue value = new ConsumerGroupMemberMetadataValue(after(r.value(), 0), (short) 0);
    assertThat(value.classicMemberMetadata().sessionTimeoutMs()).isEqualTo(10_000);
    assertThat(value.classicMemberMetadata().supportedProtocols().get(0).metadata()).isEqualTo(new byte[] {1, 2});
    assertThat(replayed(r).member("m").metadata()).isEqualTo(said);
  }

  @Test
  void currentAssignments() {
    CurrentAssignment has = new CurrentAssignment(9, 7, MemberState.UNREVOKED, SOME, new Partitions.Builder().add(T, 5, 7).build());
    CoordinatorRecord r = ConsumerRecords.current("g", "m", has);
    ConsumerGroupCurrentMemberAssignmentKey key = new ConsumerGroupCurrentMemberAssignmentKey(after(r.key(), 8), (short) 0);
    assertThat(List.of(key.groupId(), key.memberId())).containsExactly("g", "m");
    ConsumerGroupCurrentMemberAssignmentValue value = new ConsumerGroupCurrentMemberAssignmentValue(after(r.value(), 0), (short) 0);
    assertThat(List.of(value.memberEpoch(), value.previousMemberEpoch(), (int) value.state())).containsExactly(9, 7, 1);
    assertThat(value.assignedPartitions()).hasSize(2);
    assertThat(value.assignedPartitions().get(0).topicId()).isEqualTo(new Uuid(1, 2));
    assertThat(value.assignedPartitions().get(0).partitions()).containsExactly(1, 3);
    assertThat(value.partitionsPendingRevocation().get(0).partitions()).containsExactly(5);
    ConsumerGroup group = replayed(ConsumerRecords.member("g", "m", metadata(null)), r);
    assertThat(group.member("m").current()).isEqualTo(has);
    assertThat(group.owner(T, 5)).isEqualTo("m");
    assertThat(replayed(r, ConsumerRecords.member("g", "m", metadata(null))).member("m"))
        .as("after compaction the order may differ").isEqualTo(group.member("m"));
  }

  @Test
  void targetsAndEpochs() {
    CoordinatorRecord target = ConsumerRecords.target("g", "m", SOME.in(Partitions.NO_EPOCH));
    ConsumerGroupTargetAssignmentMemberKey key = new ConsumerGroupTargetAssignmentMemberKey(after(target.key(), 7), (short) 0);
    assertThat(key.memberId()).isEqualTo("m");
    assertThat(new ConsumerGroupTargetAssignmentMemberValue(after(target.value(), 0), (short) 0).topicPartitions()).hasSize(2);
    CoordinatorRecord assignment = ConsumerRecords.assignment("g", 9, 99);
    assertThat(new ConsumerGroupTargetAssignmentMetadataValue(after(assignment.value(), 0), (short) 0).assignmentEpoch()).isEqualTo(9);
    CoordinatorRecord epoch = ConsumerRecords.epoch("g", 10, 1234567890123L);
    assertThat(new ConsumerGroupMetadataKey(after(epoch.key(), 3), (short) 0).groupId()).isEqualTo("g");
    ConsumerGroupMetadataValue value = new ConsumerGroupMetadataValue(after(epoch.value(), 0), (short) 0);
    assertThat(value.epoch()).isEqualTo(10);
    assertThat(value.metadataHash()).isEqualTo(1234567890123L);
    ConsumerGroup group = replayed(target, assignment, epoch);
    assertThat(group.target("m")).isEqualTo(SOME.in(Partitions.NO_EPOCH));
    assertThat(List.of(group.epoch(), group.assignmentEpoch())).containsExactly(10, 9);
  }

  @Test
  void patterns() {
    CoordinatorRecord r = ConsumerRecords.pattern("g", "x.*", new Pattern(Set.of("x2", "x1"), 5, 6));
    assertThat(new ConsumerGroupRegularExpressionKey(after(r.key(), 16), (short) 0).regularExpression()).isEqualTo("x.*");
    ConsumerGroupRegularExpressionValue value = new ConsumerGroupRegularExpressionValue(after(r.value(), 0), (short) 0);
    assertThat(value.topics()).containsExactly("x1", "x2");
    assertThat(List.of(value.version(), value.timestamp())).containsExactly(5L, 6L);
    assertThat(replayed(r).patterns()).containsEntry("x.*", new Pattern(Set.of("x1", "x2"), 5, 6));
  }

  @Test
  void setsOfPartitions() {
    Random random = new Random(1);
    for (int i = 0; i < 500; i++) {
      Partitions a = random(random);
      Partitions b = random(random);
      assertThat(a.minus(b).plus(a.and(b))).isEqualTo(a);
      assertThat(a.plus(b).size()).isEqualTo(a.size() + b.minus(a).size());
      assertThat(a.minus(b).intersects(b)).isFalse();
      assertThat(a.and(b).sameAs(b.and(a))).isTrue();
      assertThat(a.in(5).sameAs(a)).isTrue();
      assertThat(a.intersects(b)).isEqualTo(!a.and(b).isEmpty());
    }
  }

  private static Partitions random(Random random) {
    Partitions.Builder result = new Partitions.Builder();
    for (int n = random.nextInt(8); n > 0; n--) {
      result.add(new UUID(0, random.nextInt(3)), random.nextInt(5), 1 + random.nextInt(3));
    }
    return result.build();
  }
}
