package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.log.internal.TestLog.Seen;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchBuilder;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.protocol.record.RecordReader;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogConfig;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compaction of logs with batches that it cannot read: they stay, are reported once, and cost nothing else. */
class UnreadableBatchesTest {
  private static final SettingValues DEFAULTS = new SettingValues() {
    @Override
    public <T> T get(Setting<T> setting) {
      return setting.defaultValue();
    }
  };
  private static final LogConfig TRUSTING = TestLog.records(false, "producer", "header", 16 << 20);
  private static final LogConfig COMPACTED = TestLog.records(true, "producer", "full", 1 << 20);

  private final TestLog t = new TestLog(TRUSTING);
  private final SkippedBatches skipped = new SkippedBatches();
  private final CleanerPace pace = new CleanerPace(DEFAULTS);

  private LogCleaner.Outcome clean() throws IOException {
    t.log.configure(COMPACTED);
    t.log.roll();
    t.commitAll();
    return LogCleaner.clean(t.log, LogCleaner.plan(t.log, t.clock.now), 1 << 20, t.clock.now, pace, skipped);
  }

  private static ByteBuf garbage(CompressionType codec) {
    ByteBuf batch = TestLog.batch(codec, -1, -1, -1, false, 5, "a=garbage", "b=garbage");
    for (int i = RecordBatchFormat.HEADER_SIZE; i < batch.writerIndex(); i++) {
      batch.setByte(i, 0x5a);
    }
    batch.setInt(RecordBatchFormat.CRC_OFFSET, (int) new RecordBatch().wrap(batch, 0).computeCrc());
    return batch;
  }

  private List<String> readable() throws IOException {
    List<String> values = new ArrayList<>();
    SegmentReads.walk(t.store, 0, t.log.logEndOffset(), batch -> {
      try (RecordReader reader = RecordReader.open(batch, 1 << 20)) {
        reader.forEachRemaining(record -> values.add(record.offset() + "" + (char) record.keyBytes()[0]));
      } catch (InvalidRecordBatchException e) {
        values.add(batch.baseOffset() + "!");
      }
      return true;
    });
    return values;
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBatchThatCannotBeReadStaysAndTheRestIsCompacted(CompressionType codec) throws IOException {
    t.put("a=1", "c=1", "d=1");
    t.put(garbage(codec));
    t.put("c=2");
    t.put("d=");
    assertThat(clean().cleanedTo()).isEqualTo(7);
    assertThat(readable()).containsExactly("0a", "3!", "5c", "6d");
    assertThat(t.log.cleanedTo()).isEqualTo(7);
    t.clock.now += 10 * COMPACTED.compaction().deleteRetentionMs();
    t.put("c=3");
    clean();
    assertThat(readable()).as("the tombstone may hide what the batch holds").containsExactly("0a", "3!", "6d", "7c");
    assertThat(skipped.count()).as("reported once").isEqualTo(1);
  }

  @Test
  void aBatchWithAWrongChecksumIsNotWrittenAgainAsIfItWereRight() throws IOException {
    t.put("a=1");
    t.put("a=2", "b=1");
    t.put("b=2");
    t.store.segments.get(0L).batches.get(1L)[RecordBatchFormat.HEADER_SIZE + 9] ^= 1;
    clean();
    assertThat(readable()).contains("0a", "3b");
    SegmentReads.walk(t.store, 1, 2, batch -> {
      assertThat(batch.isCrcValid()).isFalse();
      assertThat(batch.recordCount()).isEqualTo(2);
      return false;
    });
    assertThat(skipped.count()).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(value = CompressionType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void aBatchThatDecompressesToTooMuchStays(CompressionType codec) throws IOException {
    t.put("a=1", "b=1");
    try (RecordBatchBuilder builder = new RecordBatchBuilder(TestLog.HEAP)) {
      builder.compression(codec);
      for (int i = 0; i < 30; i++) {
        builder.append(5, new byte[] {'a'}, new byte[100_000], List.of());
      }
      t.put(builder.build());
    }
    t.put("b=2");
    clean();
    assertThat(t.store.sizeBytes()).isLessThan(200_000);
    assertThat(readable().get(0)).isEqualTo("0a");
    assertThat(readable()).endsWith("32b").doesNotContain("1b");
    assertThat(skipped.count()).isEqualTo(1);
  }

  @Test
  void aGroupThatIsGoneMeanwhileDoesNotCountAsCompacted() throws IOException {
    t.put("a=1");
    t.put("b=1");
    t.log.roll();
    t.put("a=2");
    t.put("a=3");
    t.log.configure(COMPACTED);
    t.log.roll();
    t.commitAll();
    CompactionPlan plan = LogCleaner.plan(t.log, t.clock.now);
    List<SegmentInfo> others = new ArrayList<>();
    for (SegmentInfo segment : plan.segments()) {
      others.add(new SegmentInfo(segment.baseOffset(), segment.nextOffset(), segment.sizeBytes() + 1, segment.maxTimestamp(),
          segment.firstTimestamp(), segment.lastModifiedMs()));
    }
    CompactionPlan outdated = new CompactionPlan(others, plan.firstDirty(), plan.endOffset(), 1, false);
    assertThat(LogCleaner.clean(t.log, outdated, 1 << 20, t.clock.now, pace, skipped).cleanedTo()).isZero();
    assertThat(t.log.cleanedTo()).isZero();
    assertThat(LogCleaner.clean(t.log, plan, 1 << 20, t.clock.now, pace, skipped).cleanedTo()).isEqualTo(4);
    assertThat(t.contents()).extracting(Seen::value).containsExactly("1", "3");
  }
}
