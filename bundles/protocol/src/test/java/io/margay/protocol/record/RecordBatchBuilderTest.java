package io.margay.protocol.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordBatchBuilderTest {
  private static RecordBatchBuilder builder() {
    return new RecordBatchBuilder(Samples.HEAP);
  }

  @Test
  void compactedBatchKeepsItsRange() {
    ByteBuf bytes = builder().compression(CompressionType.LZ4).baseOffset(10).producer(5, (short) 1, 100)
        .appendAt(12, 7, new byte[1], null, List.of()).overrideLastOffset(19).build();
    RecordBatch batch = new RecordBatch().wrap(bytes, 0);
    assertThat(batch.recordCount()).isEqualTo(1);
    assertThat(batch.lastOffset()).isEqualTo(19);
    assertThat(batch.lastSequence()).isEqualTo(109);
    assertThat(Samples.kafkaRead(bytes)).isEqualTo(Samples.read(bytes, 0)).singleElement()
        .satisfies(r -> assertThat(r.sequence()).isEqualTo(102));
  }

  @Test
  void batchWithoutRecordsKeepsProducerState() {
    ByteBuf bytes = builder().compression(CompressionType.ZSTD).baseOffset(10).producer(5, (short) 1, 100)
        .overrideLastOffset(14).build();
    var kafka = Samples.kafkaBatch(bytes);
    kafka.ensureValid();
    assertThat(kafka.lastSequence()).isEqualTo(104);
    assertThat(kafka.countOrNull()).isZero();
    assertThat(bytes.readableBytes()).isEqualTo(RecordBatchFormat.HEADER_SIZE);
    assertThat(Samples.read(bytes, 0)).isEmpty();
    assertThat(new BatchValidator(Samples.SCRATCHES).validate(bytes, 0, 61,
        Samples.rules(BatchRules.Origin.REPLICATION, 1).withDeep(true), 0).batch().lastOffset()).isEqualTo(14);
  }

  @Test
  void refusesMisuse() {
    RecordBatchBuilder builder = builder().baseOffset(5);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    builder.append(1, (byte[]) null, null, List.of());
    assertThatThrownBy(() -> builder.baseOffset(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder.appendAt(5, 1, (byte[]) null, null, List.of())).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.appendAt(5L + (1L << 31), 1, (byte[]) null, null, List.of()))
        .isInstanceOf(IllegalArgumentException.class);
    builder.build().release();
    assertThatThrownBy(() -> builder.append(1, (byte[]) null, null, List.of())).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(builder::build).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> builder().compression(CompressionType.GZIP, 10)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder().compression(CompressionType.SNAPPY, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void releasesEverythingWhenGivenUp() {
    PooledByteBufAllocator allocator = new PooledByteBufAllocator(true);
    for (CompressionType compression : CompressionType.values()) {
      RecordBatchBuilder builder = new RecordBatchBuilder(allocator).compression(compression);
      builder.append(1, new byte[10], new byte[50_000], List.of());
      builder.close();
      builder.close();
      RecordBatchBuilder complete = new RecordBatchBuilder(allocator).compression(compression);
      ByteBuf batch = complete.append(1, new byte[10], new byte[50_000], List.of()).build();
      complete.close();
      assertThat(batch.refCnt()).isEqualTo(1);
      batch.release();
    }
    assertThat(allocator.metric().directArenas()).allSatisfy(arena -> assertThat(arena.numActiveAllocations()).isZero());
    assertThat(allocator.metric().heapArenas()).allSatisfy(arena -> assertThat(arena.numActiveAllocations()).isZero());
  }

  @Test
  void maxRecordSizeCoversTheBuiltSizeAndArgumentsStayUntouched() {
    ByteBuf key = Unpooled.buffer().writeZero(20).readerIndex(4);
    ByteBuf value = Unpooled.directBuffer().writeZero(9_000);
    List<RecordHeader> headers = List.of(new RecordHeader("h", new byte[3]), new RecordHeader("\ud83d", null));
    for (CompressionType compression : CompressionType.values()) {
      RecordBatchBuilder builder = builder().compression(compression);
      builder.append(5, key, value, headers);
      ByteBuf batch = builder.build();
      assertThat(batch.readableBytes()).isLessThanOrEqualTo(RecordBatchFormat.HEADER_SIZE
          + RecordBatchBuilder.maxRecordSizeBytes(16, 9_000, headers) + 96);
      assertThat(Samples.read(batch, 0)).singleElement().satisfies(r -> assertThat(r.key().remaining()).isEqualTo(16));
      Samples.kafkaBatch(batch).ensureValid();
    }
    assertThat(key.readerIndex()).isEqualTo(4);
    assertThat(value.readableBytes()).isEqualTo(9_000);
    value.release();
  }
}
