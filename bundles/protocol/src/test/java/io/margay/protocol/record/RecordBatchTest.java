package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordBatchTest {
  private static final byte[] KEY = "key".getBytes(StandardCharsets.UTF_8);

  private static ByteBuf batch(CompressionType compression) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(Samples.HEAP)) {
      return builder.compression(compression).append(1000, KEY, new byte[300], List.of())
          .append(1003, KEY, null, List.of()).build();
    }
  }

  @Test
  void patchesInPlaceAndKafkaStillAcceptsTheBatch() {
    ByteBuf bytes = Unpooled.buffer().writeZero(7).writeBytes(batch(CompressionType.NONE));
    RecordBatch batch = new RecordBatch().wrap(bytes, 7);
    batch.setBaseOffset(1L << 40);
    batch.setPartitionLeaderEpoch(77);
    assertThat(batch.isCrcValid()).isTrue();
    batch.setMaxTimestamp(TimestampType.LOG_APPEND_TIME, 5000);
    var kafka = Samples.kafkaBatch(bytes.slice(7, batch.sizeBytes()));
    kafka.ensureValid();
    assertThat(kafka.baseOffset()).isEqualTo(1L << 40);
    assertThat(kafka.partitionLeaderEpoch()).isEqualTo(77);
    assertThat(kafka.maxTimestamp()).isEqualTo(5000);
    assertThat(kafka.timestampType()).isEqualTo(org.apache.kafka.common.record.TimestampType.LOG_APPEND_TIME);
    assertThat(Samples.read(bytes, 7)).extracting(Samples.Sample::timestamp).containsExactly(5000L, 5000L);
    batch.setMaxTimestamp(TimestampType.CREATE_TIME, 1003);
    assertThat(batch.isCrcValid()).isTrue();
    assertThat(Samples.read(bytes, 7)).extracting(Samples.Sample::timestamp).containsExactly(1000L, 1003L);
  }

  @Test
  void checksumIsTheSameForEveryKindOfBuffer() {
    ByteBuf heap = batch(CompressionType.NONE);
    ByteBuf direct = PooledByteBufAllocator.DEFAULT.directBuffer().writeZero(3).writeBytes(heap.duplicate());
    ByteBuf composite = Unpooled.wrappedBuffer(heap.slice(0, 30), heap.slice(30, heap.readableBytes() - 30));
    assertThat(composite.nioBufferCount()).isEqualTo(2);
    assertThat(new RecordBatch().wrap(heap, 0).isCrcValid()).isTrue();
    assertThat(new RecordBatch().wrap(direct, 3).isCrcValid()).isTrue();
    assertThat(new RecordBatch().wrap(direct.slice(3, heap.readableBytes()), 0).isCrcValid()).isTrue();
    assertThat(new RecordBatch().wrap(composite, 0).isCrcValid()).isTrue();
    assertThat(new RecordBatch().wrap(heap.asReadOnly(), 0).isCrcValid()).isTrue();
    assertThat(Samples.read(composite, 0)).isEqualTo(Samples.read(heap, 0)).isEqualTo(Samples.read(direct, 3));
    heap.setByte(heap.readableBytes() - 1, 9);
    assertThat(new RecordBatch().wrap(composite, 0).isCrcValid()).isFalse();
    direct.release();
  }

  @Test
  void readerMovesNoIndicesAndKeepsRecordsAfterClose() {
    ByteBuf bytes = batch(CompressionType.ZSTD);
    Record first;
    try (RecordReader reader = RecordReader.open(new RecordBatch().wrap(bytes, 0), 10_000)) {
      first = reader.next();
      assertThat(reader.next().hasValue()).isFalse();
      assertThat(reader.hasNext()).isFalse();
    }
    assertThat(first.value().readableBytes()).isEqualTo(300);
    assertThat(first.keyBytes()).isEqualTo(KEY);
    assertThat(bytes.readerIndex()).isZero();
    assertThat(bytes.refCnt()).isEqualTo(1);
  }

  @Test
  void skippingReaderShowsOffsetsTimestampsAndSizesOnly() {
    for (CompressionType compression : CompressionType.values()) {
      RecordBatch batch = new RecordBatch().wrap(batch(compression), 0);
      try (RecordReader reader = RecordReader.openSkippingKeyValue(batch, 10_000)) {
        assertThat(reader.next().timestamp()).isEqualTo(1000);
        Record second = reader.next();
        assertThat(List.of(second.offset(), second.timestamp(), (long) second.keySizeBytes(), (long) second.valueSizeBytes()))
            .containsExactly(1L, 1003L, 3L, -1L);
        assertThatThrownBy(second::key).isInstanceOf(IllegalStateException.class);
        assertThat(reader.hasNext()).isFalse();
      }
    }
  }

  @Test
  void cursorWalksBatchesAndReportsWhatIsCutOff() {
    ByteBuf one = batch(CompressionType.NONE);
    ByteBuf two = batch(CompressionType.GZIP);
    ByteBuf log = Unpooled.buffer().writeZero(5).writeBytes(one).writeBytes(two).writeBytes(one.duplicate().readerIndex(0));
    int size = one.writerIndex();
    for (int cut = 0; cut <= size; cut++) {
      BatchCursor cursor = RecordBatches.cursor(log, 5, log.readableBytes() - 5 - cut);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.batch().index()).isEqualTo(5);
      assertThat(cursor.next()).isTrue();
      assertThat(cursor.batch().compression()).isEqualTo(CompressionType.GZIP);
      assertThat(cursor.next()).as("cut %d", cut).isEqualTo(cut == 0);
      assertThat(cursor.hasTrailingPartial()).isEqualTo(cut > 0 && cut < size);
      assertThat(cursor.next()).isFalse();
    }
    assertThat(RecordBatches.forEach(log, 5, log.readableBytes() - 6, batch -> { })).isEqualTo(size + two.writerIndex());
  }

  @Test
  void cursorRefusesSizesAndMagicThatCannotBe() {
    ByteBuf bytes = batch(CompressionType.NONE);
    for (int length : new int[] {Integer.MIN_VALUE, -1, 0, 13, 48}) {
      bytes.setInt(RecordBatchFormat.LENGTH_OFFSET, length);
      assertThatThrownBy(() -> RecordBatches.cursor(bytes).next()).isInstanceOf(CorruptRecordException.class)
          .hasMessageContaining(Integer.toString(length));
    }
    bytes.setInt(RecordBatchFormat.LENGTH_OFFSET, Integer.MAX_VALUE);
    BatchCursor cursor = RecordBatches.cursor(bytes);
    assertThat(cursor.next()).isFalse();
    assertThat(cursor.hasTrailingPartial()).isTrue();
    bytes.setByte(RecordBatchFormat.MAGIC_OFFSET, 3);
    assertThatThrownBy(() -> RecordBatches.cursor(bytes).next()).isInstanceOf(CorruptRecordException.class)
        .hasMessageContaining("magic");
  }
}
