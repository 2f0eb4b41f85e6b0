package io.margay.groups.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorRecord;
import io.margay.groups.internal.offsets.CommittedOffset;
import io.margay.groups.internal.offsets.OffsetRecords;
import io.margay.model.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Kafka's own classes read what is written. */
@Timeout(value = 10, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupRecordsTest {
  private static ByteBufferAccessor after(byte[] bytes, int expectedPrefix) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    assertThat(buffer.getShort()).isEqualTo((short) expectedPrefix);
    return new ByteBufferAccessor(buffer);
  }

  @Test
  void offsets() {
    CoordinatorRecord r = OffsetRecords.offset("grp", new TopicPartition("top", 7),
        new CommittedOffset(123, 4, "meta", 99, -1, new UUID(5, 6)));
    OffsetCommitKey key = new OffsetCommitKey(after(r.key(), 1), (short) 0);
    assertThat(List.of(key.group(), key.topic(), key.partition())).isEqualTo(List.of("grp", "top", 7));
    OffsetCommitValue value = new OffsetCommitValue(after(r.value(), 4), (short) 4);
    assertThat(value.offset()).isEqualTo(123);
    assertThat(value.leaderEpoch()).isEqualTo(4);
    assertThat(value.metadata()).isEqualTo("meta");
    assertThat(value.commitTimestamp()).isEqualTo(99);
    assertThat(value.topicId()).isEqualTo(new Uuid(5, 6));
  }

  @Test
  void offsetsWithAnExpiryOfTheirOwn() {
    CoordinatorRecord r = OffsetRecords.offset("grp", new TopicPartition("top", 7),
        new CommittedOffset(123, 4, "meta", 99, 1099, new UUID(5, 6)));
    assertThat(new OffsetCommitValue(after(r.value(), 1), (short) 1).expireTimestamp()).isEqualTo(1099);
  }

  @Test
  void groups() {
    GroupsFixture f = new GroupsFixture();
    List<String> ids = f.stable(2);
    CoordinatorRecord r = f.log.records.get(f.log.records.size() - 1);
    assertThat(new GroupMetadataKey(after(r.key(), 2), (short) 0).group()).isEqualTo(GroupsFixture.GROUP);
    GroupMetadataValue value = new GroupMetadataValue(after(r.value(), 3), (short) 3);
    assertThat(value.generation()).isEqualTo(1);
    assertThat(value.protocolType()).isEqualTo("consumer");
    assertThat(value.protocol()).isEqualTo("range");
    assertThat(value.leader()).isEqualTo(ids.get(0));
    assertThat(value.members()).extracting(GroupMetadataValue.MemberMetadata::memberId).containsExactlyElementsOf(ids);
    GroupMetadataValue.MemberMetadata second = value.members().get(1);
    assertThat(second.assignment()).isEqualTo("a-1".getBytes());
    assertThat(second.clientId()).isEqualTo("client");
    assertThat(second.clientHost()).isEqualTo("/127.0.0.1");
    assertThat(second.sessionTimeout()).isEqualTo(GroupsFixture.SESSION);
    assertThat(second.rebalanceTimeout()).isEqualTo(GroupsFixture.REBALANCE);
    assertThat(second.subscription()).isEqualTo(new byte[] {1});
  }
}
