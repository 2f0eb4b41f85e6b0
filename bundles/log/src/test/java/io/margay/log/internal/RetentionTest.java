package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSettings;
import io.margay.spi.storage.SegmentInfo;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RetentionTest {
  private static LogConfig config(boolean delete, long retentionMs, long retentionBytes) {
    return TestLog.config(Map.of(LogSettings.CLEANUP_POLICY, List.of(delete ? "delete" : "compact"),
        LogSettings.RETENTION_MS, retentionMs, LogSettings.RETENTION_BYTES, retentionBytes));
  }

  private static SegmentInfo segment(long base, long next, long size, long maxTimestamp) {
    return new SegmentInfo(base, next, size, maxTimestamp, maxTimestamp, 50);
  }

  @Test
  void byTime() throws IOException {
    TestLog t = new TestLog(config(true, 100, -1));
    for (int i = 0; i < 3; i++) {
      t.put(TestLog.batch(1000 + i * 50, "a=1"));
      t.log.roll();
    }
    t.put(TestLog.batch(1150, "a=1"));
    t.commitAll();
    assertThat(Retention.enforce(t.log, 1100)).isZero();
    assertThat(Retention.enforce(t.log, 1151)).isPositive();
    assertThat(t.log.logStartOffset()).isEqualTo(2);
    assertThat(t.log.segments()).hasSize(2);
    Retention.enforce(t.log, 2000);
    assertThat(t.log.logStartOffset()).as("the active segment is rolled, too").isEqualTo(4);
    assertThat(t.log.sizeBytes()).isZero();
    assertThat(Retention.enforce(t.log, 3000)).isZero();
    assertThat(t.put("b=2")).isEqualTo(4);
  }

  @Test
  void neverAboveTheHighWatermark() throws IOException {
    TestLog t = new TestLog(config(true, 100, 0));
    t.put(TestLog.batch(1, "a=1"));
    t.log.roll();
    t.put(TestLog.batch(1, "a=1"));
    t.log.roll();
    t.log.setHighWatermark(1);
    Retention.enforce(t.log, 5000);
    assertThat(t.log.logStartOffset()).isEqualTo(1);
    assertThat(t.log.segments()).hasSize(2);
  }

  @Test
  void bySize() {
    List<SegmentInfo> segments =
        List.of(segment(0, 10, 100, 1), segment(10, 20, 100, 1), segment(20, 30, 100, 1), segment(30, 35, 50, 1));
    assertThat(Retention.excess(segments, -1, 35)).isZero();
    assertThat(Retention.excess(segments, 351, 35)).isZero();
    assertThat(Retention.excess(segments, 250, 35)).isEqualTo(1);
    assertThat(Retention.excess(segments, 249, 35)).isEqualTo(1);
    assertThat(Retention.excess(segments, 150, 35)).isEqualTo(2);
    assertThat(Retention.excess(segments, 150, 15)).isEqualTo(1);
    assertThat(Retention.excess(segments, 0, 35)).as("never what is being written").isEqualTo(3);
  }

  @Test
  void segmentsWithoutTimestampsGoByTheirLastChange() {
    List<SegmentInfo> segments = List.of(segment(0, 10, 100, -1), segment(10, 20, 100, 99));
    assertThat(Retention.expired(segments, 10, 20, 60)).isZero();
    assertThat(Retention.expired(segments, 10, 20, 61)).isEqualTo(1);
  }

  @Test
  void whatLiesBelowTheStartGoesUnderEveryPolicy() throws IOException {
    TestLog t = new TestLog(config(false, 1, 1));
    for (int i = 0; i < 3; i++) {
      t.put("a=1", "b=2");
      t.log.roll();
    }
    t.commitAll();
    Retention.enforce(t.log, Long.MAX_VALUE);
    assertThat(t.log.logStartOffset()).isZero();
    t.log.advanceStart(3);
    Retention.enforce(t.log, 0);
    assertThat(t.log.segments().get(0).baseOffset()).isEqualTo(2);
    assertThat(t.log.logStartOffset()).isEqualTo(3);
    assertThat(t.startCheckpoint).isEqualTo(3);
  }
}
