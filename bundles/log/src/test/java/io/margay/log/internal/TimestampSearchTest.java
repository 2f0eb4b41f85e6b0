package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.record.CompressionType;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.PartitionLog.FoundOffset;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimestampSearchTest {
  @Test
  void exactToTheRecordAlsoInsideCompressedBatches() throws IOException {
    TestLog t = new TestLog(TestLog.segments(300));
    t.put(TestLog.timed(CompressionType.ZSTD, 10, 30, 20));
    t.epoch = 2;
    t.put(TestLog.timed(CompressionType.NONE, 25, 40));
    t.log.roll();
    t.put(TestLog.timed(CompressionType.GZIP, 35, 50, 50));
    t.commitAll();
    assertThat(t.log.findByTimestamp(0)).isEqualTo(new FoundOffset(0, 10, 1));
    assertThat(t.log.findByTimestamp(11)).isEqualTo(new FoundOffset(1, 30, 1));
    assertThat(t.log.findByTimestamp(31)).isEqualTo(new FoundOffset(4, 40, 2));
    assertThat(t.log.findByTimestamp(41)).isEqualTo(new FoundOffset(6, 50, 2));
    assertThat(t.log.findByTimestamp(51)).isNull();
    assertThat(t.log.findMaxTimestamp()).isEqualTo(new FoundOffset(6, 50, 2));
    t.log.advanceStart(2);
    assertThat(t.log.findByTimestamp(0)).as("not below the start").isEqualTo(new FoundOffset(2, 20, 1));
    assertThat(t.log.findByTimestamp(26)).as("the batch's maximum lies below the start").isEqualTo(new FoundOffset(4, 40, 2));
  }

  @Test
  void whatIsNotCommittedIsNotFound() throws IOException {
    TestLog t = new TestLog();
    t.put(TestLog.timed(CompressionType.NONE, 10, 30));
    assertThat(t.log.findByTimestamp(10)).isNull();
    t.log.setHighWatermark(1);
    assertThat(t.log.findByTimestamp(10)).isEqualTo(new FoundOffset(0, 10, 1));
    assertThat(t.log.findByTimestamp(11)).isNull();
  }

  @Test
  void theMaximumOfAPartlyTrimmedSegment() throws IOException {
    TestLog t = new TestLog();
    assertThat(t.log.findMaxTimestamp()).isNull();
    t.put(TestLog.timed(CompressionType.LZ4, 90, 30, 70));
    t.put(TestLog.timed(CompressionType.LZ4, 70));
    t.commitAll();
    assertThat(t.log.findMaxTimestamp()).isEqualTo(new FoundOffset(0, 90, 1));
    t.log.advanceStart(1);
    assertThat(t.log.findMaxTimestamp()).isEqualTo(new FoundOffset(2, 70, 1));
  }

  @Test
  void underLogAppendTimeTheFirstRecordOfTheBatchIsFound() throws IOException {
    TestLog t = new TestLog(TestLog.config(Map.of(LogSettings.MESSAGE_TIMESTAMP_TYPE, "LogAppendTime")));
    t.put(TestLog.timed(CompressionType.LZ4, 90, 30, 70));
    t.clock.now += 10;
    t.put(TestLog.timed(CompressionType.LZ4, 1, 2));
    t.commitAll();
    assertThat(t.log.findByTimestamp(t.clock.now - 9)).isEqualTo(new FoundOffset(3, t.clock.now, 1));
  }
}
