package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.log.internal.TestLog.Seen;
import io.margay.protocol.Errors;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.InvalidRecordBatchException.Fault;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.protocol.record.RecordHeader;
import io.margay.protocol.record.RecordReader;
import io.margay.protocol.record.TimestampType;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.log.PartitionLog.FoundOffset;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a log refuses because of a batch's records, and what it puts right. */
class RecordChecksTest {
  private static final LogConfig HEADER = with(false, "producer", "header");

  private static LogConfig with(boolean compact, String compression, String validation) {
    return TestLog.records(compact, compression, validation, 16 << 20);
  }

  private static void fixCrc(ByteBuf batch) {
    batch.setInt(RecordBatchFormat.CRC_OFFSET, (int) new RecordBatch().wrap(batch, 0).computeCrc());
  }

  private static ByteBuf garbage(CompressionType codec) {
    ByteBuf batch = TestLog.timed(codec, 5, 6, 7);
    for (int i = RecordBatchFormat.HEADER_SIZE; i < batch.writerIndex(); i++) {
      batch.setByte(i, 0x5a);
    }
    fixCrc(batch);
    return batch;
  }

  private static ByteBuf falseCount(CompressionType codec, int count) {
    ByteBuf batch = TestLog.timed(codec, 5, 6, 7);
    batch.setInt(RecordBatchFormat.RECORD_COUNT_OFFSET, count).setInt(RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET, count - 1);
    fixCrc(batch);
    return batch;
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void whatNoConsumerCouldReadIsAnInvalidRecordAndNotStored(CompressionType codec) {
    for (ByteBuf batch : List.of(garbage(codec), falseCount(codec, 5), falseCount(codec, 2))) {
      TestLog t = new TestLog();
      assertThat(t.append(batch).error()).isEqualTo(Errors.INVALID_RECORD);
      assertThat(t.log.logEndOffset()).isZero();
      assertThat(t.store.sizeBytes()).isZero();
    }
    ByteBuf cut = TestLog.timed(codec, 5, 6, 7);
    cut.writerIndex(cut.writerIndex() - 3);
    cut.setInt(RecordBatchFormat.LENGTH_OFFSET, cut.readableBytes() - RecordBatchFormat.LOG_OVERHEAD);
    fixCrc(cut);
    assertThat(new TestLog().append(cut).error()).isEqualTo(Errors.INVALID_RECORD);
    ByteBuf damaged = garbage(codec);
    damaged.setInt(RecordBatchFormat.CRC_OFFSET, 1);
    assertThat(new TestLog().append(damaged).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
  }

  @Test
  void headerOnlyTrustsTheRecordsOfCompressedBatchesUnlessTheyNeedKeysOrAnotherCodec() {
    ByteBuf garbage = garbage(CompressionType.LZ4);
    assertThat(new TestLog(HEADER).append(garbage.copy()).error()).isEqualTo(Errors.NONE);
    assertThat(new TestLog(with(true, "producer", "header")).append(garbage.copy()).error()).isEqualTo(Errors.INVALID_RECORD);
    assertThat(new TestLog(with(false, "zstd", "header")).append(garbage.copy()).error()).isEqualTo(Errors.INVALID_RECORD);
    garbage.release();
    assertThat(new TestLog(HEADER).append(garbage(CompressionType.NONE)).error()).isEqualTo(Errors.INVALID_RECORD);
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void theHighestTimestampIsPutRightAndFound(CompressionType codec) throws IOException {
    for (long claimed : new long[] {-1, 1_000, 1_800_000 + 9_000}) {
      TestLog t = new TestLog();
      t.put(TestLog.timed(codec, 500));
      ByteBuf batch = TestLog.timed(codec, 1_000, 9_000, 3_000);
      new RecordBatch().wrap(batch, 0).setMaxTimestamp(TimestampType.CREATE_TIME, claimed);
      batch.retain();
      t.put(batch);
      assertThat(new RecordBatch().wrap(batch, 0).maxTimestamp()).isEqualTo(9_000);
      assertThat(new RecordBatch().wrap(batch, 0).isCrcValid()).isTrue();
      batch.release();
      t.put(TestLog.timed(codec, 600));
      t.commitAll();
      assertThat(t.log.findMaxTimestamp()).isEqualTo(new FoundOffset(2, 9_000, 1));
      assertThat(t.log.findByTimestamp(2_000)).isEqualTo(new FoundOffset(2, 9_000, 1));
      assertThat(t.log.findByTimestamp(9_001)).isNull();
      assertThat(t.contents()).hasSize(5);
    }
  }

  @Test
  void lookUpsByTimePassABatchThatCannotBeRead() throws IOException {
    TestLog t = new TestLog(HEADER);
    t.put(TestLog.timed(CompressionType.LZ4, 1));
    t.put(garbage(CompressionType.LZ4));
    t.put(TestLog.timed(CompressionType.LZ4, 9));
    t.commitAll();
    assertThat(t.log.findByTimestamp(8)).isEqualTo(new FoundOffset(4, 9, 1));
    assertThat(t.log.findByTimestamp(6)).as("what its header says").isEqualTo(new FoundOffset(1, 7, 1));
    assertThat(t.log.findMaxTimestamp()).isEqualTo(new FoundOffset(4, 9, 1));
  }

  @ParameterizedTest
  @EnumSource(CompressionType.class)
  void timesBefore1970AreStored(CompressionType codec) throws IOException {
    for (String compression : List.of("producer", "zstd", "uncompressed")) {
      TestLog t = new TestLog(with(false, compression, "full"));
      t.put(TestLog.timed(codec, -5_000, -2, -86_400_000));
      assertThat(t.contents()).extracting(Seen::timestamp).containsExactly(-5_000L, -2L, -86_400_000L);
    }
  }

  @Test
  void eachRecordAtFaultIsNamed() {
    String[] records = new String[100];
    for (int i = 0; i < records.length; i++) {
      records[i] = i % 10 == 0 ? "=" + i : i + "=" + i;
    }
    for (CompressionType codec : CompressionType.values()) {
      TestLog t = new TestLog(with(true, "producer", "full"));
      Appended refused = t.append(TestLog.batch(codec, -1, -1, -1, false, 5, records));
      assertThat(refused.error()).isEqualTo(Errors.INVALID_RECORD);
      assertThat(refused.faults()).extracting(Fault::recordIndex).containsExactly(0, 10, 20, 30, 40, 50, 60, 70, 80, 90);
    }
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBombIsRefusedAlsoWhereItWouldBeCompressedAgain(CompressionType codec) {
    for (String compression : List.of("producer", "gzip", "uncompressed")) {
      for (boolean full : new boolean[] {true, false}) {
        if (!full && compression.equals("producer")) {
          continue;
        }
        TestLog t = new TestLog(TestLog.records(false, compression, full ? "full" : "header", 1 << 20));
        assertThat(t.append(bomb(codec, 1, 4 << 20)).error()).isEqualTo(Errors.INVALID_RECORD);
        assertThat(t.append(bomb(codec, 40, 100_000)).error()).isEqualTo(Errors.MESSAGE_TOO_LARGE);
        assertThat(t.store.sizeBytes()).isZero();
      }
    }
  }

  private static ByteBuf bomb(CompressionType codec, int records, int valueBytes) {
    try (RecordBatchBuilder builder = new RecordBatchBuilder(TestLog.HEAP)) {
      builder.compression(codec);
      for (int i = 0; i < records; i++) {
        builder.append(5, new byte[] {1}, new byte[valueBytes], List.of());
      }
      return builder.build();
    }
  }

  @Test
  void compressingAgainKeepsHeaders() throws IOException {
    TestLog t = new TestLog(with(false, "lz4", "full"));
    ByteBuf batch;
    try (RecordBatchBuilder builder = new RecordBatchBuilder(TestLog.HEAP)) {
      builder.compression(CompressionType.GZIP).append(5, new byte[] {'k'}, new byte[] {'v'},
          List.of(new RecordHeader("a", null),
              new RecordHeader("b", new byte[] {1, 2})));
      batch = builder.build();
    }
    t.put(batch);
    SegmentReads.walk(t.store, 0, 1, stored -> {
      assertThat(stored.compression()).isEqualTo(CompressionType.LZ4);
      try (RecordReader reader = RecordReader.open(stored, 1000)) {
        assertThat(reader.next().headers()).extracting(RecordHeader::key).containsExactly("a", "b");
      }
      return true;
    });
  }
}
