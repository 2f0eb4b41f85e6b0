package io.margay.shares.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.coordinator.CoordinatorRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotKey;
import org.apache.kafka.coordinator.share.generated.ShareSnapshotValue;
import org.apache.kafka.coordinator.share.generated.ShareUpdateKey;
import org.apache.kafka.coordinator.share.generated.ShareUpdateValue;
import org.junit.jupiter.api.Test;

/** Kafka's own classes read what is written. */
class StateRecordsTest {
  private static final StateKey KEY = new StateKey("g", new UUID(1, 2), 7);
  private static final StateBatch BATCH = new StateBatch(5, 9, StateBatch.ACKED, (short) 3);

  private static ByteBufferAccessor after(byte[] bytes, int expectedPrefix) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    assertThat(buffer.getShort()).isEqualTo((short) expectedPrefix);
    return new ByteBufferAccessor(buffer);
  }

  @Test
  void snapshot() {
    ShareState state = new ShareState(new ShareState.Epochs(4, 3, 2), 5, 6, List.of(BATCH), 100, 200);
    CoordinatorRecord record = StateRecords.snapshot(KEY, state);
    assertThat(new ShareSnapshotKey(after(record.key(), 0), (short) 0))
        .isEqualTo(new ShareSnapshotKey().setGroupId("g").setTopicId(new Uuid(1, 2)).setPartition(7));
    ShareSnapshotValue value = new ShareSnapshotValue(after(record.value(), 0), (short) 0);
    assertThat(value).isEqualTo(new ShareSnapshotValue().setSnapshotEpoch(4).setStateEpoch(3).setLeaderEpoch(2).setStartOffset(5)
        .setDeliveryCompleteCount(6).setCreateTimestamp(100).setWriteTimestamp(200).setStateBatches(List.of(
            new ShareSnapshotValue.StateBatch().setFirstOffset(5).setLastOffset(9).setDeliveryState((byte) 2).setDeliveryCount((short) 3))));
    assertThat(StateRecords.tombstone(KEY).value()).isNull();
  }

  @Test
  void update() {
    ShareState state = new ShareState(new ShareState.Epochs(4, 3, 2), 5, 6, List.of(), 100, 200);
    CoordinatorRecord record = StateRecords.update(KEY, state, 5, List.of(BATCH));
    assertThat(new ShareUpdateKey(after(record.key(), 1), (short) 0))
        .isEqualTo(new ShareUpdateKey().setGroupId("g").setTopicId(new Uuid(1, 2)).setPartition(7));
    assertThat(new ShareUpdateValue(after(record.value(), 0), (short) 0)).isEqualTo(new ShareUpdateValue().setSnapshotEpoch(4)
        .setLeaderEpoch(2).setStartOffset(5).setDeliveryCompleteCount(6).setStateBatches(List.of(
            new ShareUpdateValue.StateBatch().setFirstOffset(5).setLastOffset(9).setDeliveryState((byte) 2).setDeliveryCount((short) 3))));
  }

  @Test
  void theCoordinatorIsFoundByKafkasKey() {
    assertThat(KEY.coordinatorKey()).isEqualTo("g:" + new Uuid(1, 2) + ":7");
  }
}
