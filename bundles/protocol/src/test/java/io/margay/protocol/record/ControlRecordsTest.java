package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.record.ControlRecords.EndTransactionMarker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.message.LeaderChangeMessage;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ControlRecordsTest {
  @ParameterizedTest
  @EnumSource(value = ControlRecordType.class, names = {"ABORT", "COMMIT"})
  void endTransactionMarkerHasKafkasBytes(ControlRecordType type) {
    var kafkaType = org.apache.kafka.common.record.internal.ControlRecordType.fromTypeId(type.id());
    var kafkaMarker = new org.apache.kafka.common.record.internal.EndTransactionMarker(kafkaType, 33);
    ByteBuf kafka = Unpooled.wrappedBuffer(
        MemoryRecords.withEndTransactionMarker(100, 5000, 7, 9, (short) 2, kafkaMarker).buffer());
    ByteBuf ours = ControlRecords.buildEndTransaction(Samples.HEAP, 100, 5000, 7, 9, (short) 2,
        new EndTransactionMarker(type, 33));
    assertThat(ours).isEqualTo(kafka);
    Record record = onlyRecord(kafka);
    assertThat(ControlRecords.typeOf(record)).isEqualTo(type);
    assertThat(ControlRecords.parseEndTransaction(record)).isEqualTo(new EndTransactionMarker(type, 33));
  }

  @Test
  void otherTypesAreRecognised() {
    ByteBuf bytes = Unpooled.wrappedBuffer(
        MemoryRecords.withLeaderChangeMessage(0, 1, 2, ByteBuffer.allocate(512), new LeaderChangeMessage()).buffer());
    Record record = onlyRecord(bytes);
    assertThat(ControlRecords.typeOf(record)).isEqualTo(ControlRecordType.LEADER_CHANGE);
    assertThatThrownBy(() -> ControlRecords.parseEndTransaction(record)).isInstanceOf(IllegalArgumentException.class);
    for (var kafka : org.apache.kafka.common.record.internal.ControlRecordType.values()) {
      assertThat(ControlRecordType.forId(kafka.type()).name()).isEqualTo(kafka.name());
    }
    assertThat(ControlRecordType.forId((short) 99)).isEqualTo(ControlRecordType.UNKNOWN);
  }

  @Test
  void malformedMarkersAreCorrupt() {
    byte[] commit = {0, 0, 0, 1};
    for (byte[] key : new byte[][] {null, {}, {0, 0, 0}, {-1, 0, 0, 1}}) {
      assertThatThrownBy(() -> ControlRecords.typeOf(record(key, new byte[6]))).isInstanceOf(CorruptRecordException.class);
    }
    for (byte[] value : new byte[][] {null, {}, {0, 0, 0, 0, 0}, {-1, 0, 0, 0, 0, 0}}) {
      assertThatThrownBy(() -> ControlRecords.parseEndTransaction(record(commit, value)))
          .isInstanceOf(CorruptRecordException.class);
    }
    byte[] laterVersion = {0, 1, 0, 0, 0, 5, 9, 9};
    assertThat(ControlRecords.parseEndTransaction(record(commit, laterVersion)).coordinatorEpoch()).isEqualTo(5);
  }

  private static Record record(byte[] key, byte[] value) {
    return onlyRecord(new RecordBatchBuilder(Samples.HEAP).control(true).append(1, key, value, List.of())
        .build());
  }

  private static Record onlyRecord(ByteBuf bytes) {
    RecordBatch batch = new RecordBatch().wrap(bytes, 0);
    assertThat(batch.isControl()).isTrue();
    try (RecordReader reader = RecordReader.open(batch, 1024)) {
      return reader.next();
    }
  }
}
