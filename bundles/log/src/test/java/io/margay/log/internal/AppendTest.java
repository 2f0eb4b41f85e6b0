package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.log.internal.TestLog.Seen;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.spi.config.Setting;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.log.PartitionLog.Origin;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AppendTest {
  /** Batches of up to 2,000 bytes in segments of 4,096 bytes or one second, and what the test changes. */
  private static LogConfig config(Map<Setting<?>, Object> changed) {
    Map<Setting<?>, Object> values = new HashMap<>(Map.of(LogSettings.MAX_MESSAGE_BYTES, 2000, LogSettings.SEGMENT_BYTES, 4096,
        LogSettings.SEGMENT_MS, 1000L));
    values.putAll(changed);
    return TestLog.config(values);
  }

  private static final LogConfig PLAIN = config(Map.of());

  @Test
  void offsetsAndEpochsAreAssignedInPlace() throws IOException {
    TestLog t = new TestLog();
    assertThat(t.put("a=1", "b=2")).isZero();
    t.epoch = 4;
    ByteBuf batch = TestLog.batch(5, "c=3");
    batch.retain();
    assertThat(t.append(batch)).isEqualTo(Appended.at(2, 3, -1, false));
    assertThat(new RecordBatch().wrap(batch, 0).baseOffset()).isEqualTo(2);
    assertThat(new RecordBatch().wrap(batch, 0).partitionLeaderEpoch()).isEqualTo(4);
    batch.release();
    assertThat(t.log.logEndOffset()).isEqualTo(3);
    assertThat(t.contents()).extracting(Seen::value).containsExactly("1", "2", "3");
    assertThat(t.log.latestEpoch()).isEqualTo(new LeaderEpoch(4));
    assertThat(t.log.epochAt(1)).isEqualTo(1);
    assertThat(t.log.epochAt(2)).isEqualTo(4);
  }

  @Test
  void whatIsWrongIsRefusedAndLeavesNoTrace() throws IOException {
    TestLog t = new TestLog(PLAIN);
    t.put("a=1");
    ByteBuf damaged = TestLog.batch(5, "a=1");
    damaged.setByte(damaged.writerIndex() - 2, 99);
    assertThat(t.append(damaged).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
    assertThat(t.append(TestLog.batch(5, "a=" + "x".repeat(3000))).error()).isEqualTo(Errors.MESSAGE_TOO_LARGE);
    ByteBuf old = TestLog.batch(5, "a=1");
    old.setByte(RecordBatchFormat.MAGIC_OFFSET, 1);
    assertThat(t.append(old).error()).isEqualTo(Errors.UNSUPPORTED_FOR_MESSAGE_FORMAT);
    assertThat(t.append(Unpooled.buffer()).error()).isEqualTo(Errors.INVALID_RECORD);
    ByteBuf half = TestLog.batch(5, "a=1");
    half.writerIndex(half.writerIndex() - 1);
    assertThat(t.append(half).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
    ByteBuf two = Unpooled.wrappedBuffer(TestLog.produced(1, 0, 0, "a=1"), TestLog.produced(1, 0, 1, "a=1"));
    assertThat(t.append(two).error()).isEqualTo(Errors.INVALID_RECORD);
    assertThat(t.append(TestLog.transactional(-1, -1, -1, "a=1")).error()).isEqualTo(Errors.INVALID_RECORD);
    ByteBuf marker = io.margay.protocol.record.ControlRecords.buildEndTransaction(TestLog.HEAP, 0, 1, 0, 1, (short) 0,
        new io.margay.protocol.record.ControlRecords.EndTransactionMarker(
            io.margay.protocol.record.ControlRecordType.COMMIT, 0));
    assertThat(t.append(marker).error()).isEqualTo(Errors.INVALID_RECORD);
    assertThat(t.log.logEndOffset()).isEqualTo(1);
    assertThat(t.log.producers()).isEmpty();
    assertThat(t.values()).containsExactly("1");
  }

  @Test
  void batchesThatFitNoSegmentAreRefused() {
    TestLog t = new TestLog(TestLog.segments(1000));
    assertThat(t.append(TestLog.batch(5, "a=" + "x".repeat(3000))).error()).isEqualTo(Errors.RECORD_LIST_TOO_LARGE);
  }

  @Test
  void compactedTopicsNeedKeysAlsoInsideCompressedBatches() {
    TestLog t = new TestLog(config(Map.of(LogSettings.CLEANUP_POLICY, List.of("compact"))));
    t.put("a=1");
    assertThat(t.append(TestLog.batch(5, "=1")).error()).isEqualTo(Errors.INVALID_RECORD);
    ByteBuf zipped = TestLog.batch(CompressionType.GZIP, -1, -1, -1, false, 5, "a=1", "=2");
    Appended refused = t.append(zipped);
    assertThat(refused.error()).isEqualTo(Errors.INVALID_RECORD);
    assertThat(refused.faults()).extracting(InvalidRecordBatchException.Fault::recordIndex).containsExactly(1);
  }

  @Test
  void aBatchThatGrowsTooLargeWhenDecompressedIsRefused() {
    String big = "a=" + "x".repeat(1500);
    for (int limit : new int[] {1000, 3000}) {
      TestLog t = new TestLog(config(Map.of(LogSettings.MARGAY_MAX_DECOMPRESSED_BATCH_BYTES, limit)));
      Errors error = t.append(TestLog.batch(CompressionType.GZIP, -1, -1, -1, false, 5, big)).error();
      assertThat(error == Errors.NONE).as("%d %s", limit, error).isEqualTo(limit == 3000);
    }
  }

  @Test
  void theTopicsLevelDecidesHowSmallABatchGets() {
    StringBuilder text = new StringBuilder("a=");
    for (int i = 0; i < 300; i++) {
      text.append(i * 7919 % 1000);
    }
    long[] sizes = new long[2];
    for (int i = 0; i < 2; i++) {
      TestLog t = new TestLog(config(Map.of(LogSettings.COMPRESSION_TYPE, "gzip",
          LogSettings.COMPRESSION_GZIP_LEVEL, i == 0 ? 1 : 9)));
      t.put(text.toString());
      sizes[i] = t.store.sizeBytes();
    }
    assertThat(sizes[1]).isLessThan(sizes[0]);
  }

  @Test
  void jitterBringsTheRollForwardByTheSameForEachReplica() throws IOException {
    TestLog t = new TestLog(config(Map.of(LogSettings.SEGMENT_JITTER_MS, 1000L)));
    TestLog replica = new TestLog(t.log.config());
    for (TestLog log : List.of(t, replica)) {
      for (int ms = 0; ms <= 1000 && log.store.segments.size() == 1; ms++) {
        log.append(TestLog.batch(5000 + ms, "a=1"));
      }
    }
    assertThat(t.store.segments).hasSize(2);
    assertThat(t.log.logEndOffset()).isEqualTo(replica.log.logEndOffset()).isBetween(2L, 1000L);
  }

  @Test
  void timestampsAreBounded() {
    TestLog t = new TestLog(config(Map.of(LogSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS, 100L,
        LogSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS, 100L)));
    long now = t.clock.now;
    assertThat(t.append(TestLog.batch(now - 100, "a=1")).error()).isEqualTo(Errors.NONE);
    assertThat(t.append(TestLog.batch(now + 100, "a=1")).error()).isEqualTo(Errors.NONE);
    assertThat(t.append(TestLog.batch(now - 101, "a=1")).error()).isEqualTo(Errors.INVALID_TIMESTAMP);
    assertThat(t.append(TestLog.batch(now + 101, "a=1")).error()).isEqualTo(Errors.INVALID_TIMESTAMP);
  }

  @Test
  void logAppendTimeIsStampedOnPlainAndCompressedBatches() throws IOException {
    TestLog t = new TestLog(config(Map.of(LogSettings.MESSAGE_TIMESTAMP_TYPE, "LogAppendTime",
        LogSettings.MESSAGE_TIMESTAMP_BEFORE_MAX_MS, 1L, LogSettings.MESSAGE_TIMESTAMP_AFTER_MAX_MS, 1L)));
    assertThat(t.append(TestLog.batch(7, "a=1")).appendTimeMs()).isEqualTo(t.clock.now);
    t.clock.now += 5;
    assertThat(t.append(TestLog.timed(CompressionType.LZ4, 1, 2)).appendTimeMs()).isEqualTo(t.clock.now);
    assertThat(t.contents()).extracting(Seen::timestamp).containsExactly(t.clock.now - 5, t.clock.now, t.clock.now);
  }

  @Test
  void theTopicsCompressionReplacesTheProducers() throws IOException {
    TestLog t = new TestLog(config(Map.of(LogSettings.COMPRESSION_TYPE, "zstd")));
    t.put(TestLog.batch(CompressionType.GZIP, 9, 3, 0, false, 77, "a=1", "b="));
    t.put("c=3");
    assertThat(t.contents()).containsExactly(new Seen(0, 77, "a", "1"), new Seen(1, 77, "b", null),
        new Seen(2, t.clock.now, "c", "3"));
    t.store.segments.values().forEach(s -> s.batches.values().forEach(
        b -> assertThat(FakeStore.view(b).compression()).isEqualTo(CompressionType.ZSTD)));
    assertThat(t.log.producers()).hasSize(1);
  }

  @Test
  void segmentsRollBySizeAndByTimeOfRecords() {
    TestLog t = new TestLog(PLAIN);
    t.put(TestLog.batch(5000, "a=1"));
    t.put(TestLog.batch(6000, "a=1"));
    assertThat(t.log.segments()).hasSize(1);
    t.put(TestLog.batch(6001, "a=1"));
    assertThat(t.log.segments()).hasSize(2);
    for (int i = 0; i < 5; i++) {
      t.put(TestLog.batch(6001, "a=" + "x".repeat(1000)));
    }
    assertThat(t.log.segments()).hasSize(3);
  }

  @Test
  void followersKeepWhatTheLeaderWrote() throws IOException {
    TestLog leader = new TestLog();
    leader.put("a=1", "b=2");
    leader.epoch = 3;
    leader.put("c=3");
    ByteBuf all = SliceBytes.take(leader.log.read(0, 10_000, 100, true));
    TestLog follower = new TestLog();
    ByteBuf cut = all.copy(0, all.readableBytes());
    cut.writeBytes(new byte[30]);
    cut.setInt(all.readableBytes() + 8, 500);
    assertThat(follower.log.appendAsFollower(cut, TestLog.NEWEST, follower.log.logEndOffset())).isEqualTo(Appended.at(0, 3, -1, false));
    assertThat(follower.contents()).isEqualTo(leader.contents());
    assertThat(follower.log.endOfEpoch(1)).isEqualTo(leader.log.endOfEpoch(1));
    assertThat(follower.log.appendAsFollower(all, TestLog.NEWEST, follower.log.logEndOffset()).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    assertThat(follower.log.appendAsFollower(all, TestLog.NEWEST, 0).error()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    assertThat(follower.log.appendAsFollower(Unpooled.buffer(), TestLog.NEWEST, follower.log.logEndOffset()).error()).isEqualTo(Errors.NONE);
    ByteBuf damaged = TestLog.batch(5, "a=1");
    damaged.setLong(0, 3);
    damaged.setByte(damaged.writerIndex() - 1, 77);
    assertThat(follower.log.appendAsFollower(damaged, TestLog.NEWEST, follower.log.logEndOffset()).error()).isEqualTo(Errors.CORRUPT_MESSAGE);
  }

  @Test
  void fetchedBatchesThatAreLongerThanASegmentAreSplit() throws IOException {
    TestLog leader = new TestLog();
    for (int i = 0; i < 20; i++) {
      leader.put("k" + i + "=" + "x".repeat(100));
    }
    ByteBuf all = SliceBytes.take(leader.log.read(0, 1 << 20, 100, true));
    TestLog follower = new TestLog(TestLog.segments(500));
    assertThat(follower.log.appendAsFollower(all, TestLog.NEWEST, follower.log.logEndOffset()).nextOffset()).isEqualTo(20);
    assertThat(follower.contents()).isEqualTo(leader.contents());
    assertThat(follower.log.segments()).hasSizeGreaterThan(5);
  }

  @Test
  void readsAreBounded() throws IOException {
    TestLog t = new TestLog();
    t.put("a=1");
    t.put("b=2");
    assertThatThrownBy(() -> t.log.read(3, 100, 100, true)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(t.log.read(2, 100, 100, true).records().sizeBytes()).isZero();
    assertThat(t.log.read(0, 1, 100, false).records().sizeBytes()).isZero();
    assertThat(t.log.read(1, 1, 100, true).baseOffset()).isEqualTo(1);
    assertThat(t.log.read(1, 1000, 1, true).records().sizeBytes()).isZero();
    t.commitAll();
    t.log.advanceStart(1);
    assertThatThrownBy(() -> t.log.read(0, 100, 100, true)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void anErrorOfTheStoreTakesTheLogOffline() {
    TestLog t = new TestLog();
    t.put("a=1");
    t.store.broken = new IOException("disk");
    assertThat(t.append(TestLog.batch(1, "a=1")).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    t.store.broken = null;
    assertThat(t.log.offline()).isTrue();
    assertThat(t.faults).hasSize(1);
    assertThat(t.append(TestLog.batch(1, "a=1")).error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThatThrownBy(() -> t.log.read(0, 1, 1, true)).isInstanceOf(IOException.class);
    assertThat(t.faults).hasSize(1);
    assertThat(t.log.logEndOffset()).isEqualTo(1);
  }

  @Test
  void coordinatorsMayAppendSeveralBatches() throws IOException {
    TestLog t = new TestLog();
    ByteBuf two = Unpooled.wrappedBuffer(TestLog.batch(1, "a=1"), TestLog.batch(1, "b=2", "c=3"));
    assertThat(t.append(two, Origin.COORDINATOR)).isEqualTo(Appended.at(0, 3, -1, false));
    assertThat(t.values()).isEqualTo(List.of("1", "2", "3"));
  }
}
