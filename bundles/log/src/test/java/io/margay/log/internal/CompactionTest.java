package io.margay.log.internal;

import static io.margay.protocol.record.ControlRecordType.ABORT;
import static io.margay.protocol.record.ControlRecordType.COMMIT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.log.internal.TestLog.Seen;
import io.margay.protocol.Errors;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.RecordBatch;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog.AbortedTransaction;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CompactionTest {
  private static final long HORIZON = 1000;
  private static final SettingValues DEFAULTS = new SettingValues() {
    @Override
    public <T> T get(Setting<T> setting) {
      return setting.defaultValue();
    }
  };
  private static final CleanerPace PACE = new CleanerPace(DEFAULTS);
  private static final SkippedBatches SKIPPED = new SkippedBatches();

  private static LogConfig config(int segmentBytes, long minLagMs, long maxLagMs) {
    return TestLog.config(Map.of(LogSettings.CLEANUP_POLICY, List.of("compact"), LogSettings.SEGMENT_BYTES, segmentBytes,
        LogSettings.MIN_COMPACTION_LAG_MS, minLagMs, LogSettings.MAX_COMPACTION_LAG_MS, maxLagMs,
        LogSettings.DELETE_RETENTION_MS, HORIZON));
  }

  private final TestLog t = new TestLog(config(1 << 20, 0, Long.MAX_VALUE));

  private LogCleaner.Outcome clean(long mapBytes) throws IOException {
    t.log.roll();
    t.commitAll();
    return LogCleaner.clean(t.log, LogCleaner.plan(t.log, t.clock.now), mapBytes, t.clock.now, PACE, SKIPPED);
  }

  private LogCleaner.Outcome clean() throws IOException {
    return clean(1 << 20);
  }

  @Test
  void theLastRecordOfEachKeyStaysAtItsOffset() throws IOException {
    t.put("a=1", "b=1");
    t.put(TestLog.batch(CompressionType.LZ4, -1, -1, -1, false, 77, "a=2", "c=1", "b=2"));
    t.log.roll();
    t.put("a=3");
    clean();
    assertThat(t.contents()).containsExactly(new Seen(3, 77, "c", "1"), new Seen(4, 77, "b", "2"),
        new Seen(5, t.clock.now, "a", "3"));
    assertThat(t.log.logEndOffset()).isEqualTo(6);
    t.put("c=9");
    clean();
    assertThat(t.values()).containsExactly("2", "3", "9");
    assertThat(t.log.cleanedTo()).isEqualTo(7);
    assertThat(t.contents(0)).hasSize(3);
  }

  @Test
  void appendsDoNotWaitForAReplacementThatIsWritten() throws Exception {
    t.put("a=1");
    t.put("a=2");
    t.store.whilePrepared = () -> CompletableFuture.runAsync(() -> t.put("b=1")).orTimeout(20, TimeUnit.SECONDS).join();
    clean();
    assertThat(t.values()).containsExactly("2", "1");
  }

  @Test
  void whatIsBeingWrittenStays() throws IOException {
    t.put("a=1");
    t.put("a=2");
    t.commitAll();
    CompactionPlan plan = LogCleaner.plan(t.log, t.clock.now);
    assertThat(plan.segments()).isEmpty();
    assertThat(plan.isDue(t.log.config())).isFalse();
  }

  @Test
  void tombstonesStayUntilTheirHorizon() throws IOException {
    t.put("a=1");
    t.put("a=");
    t.put("b=1");
    clean();
    assertThat(t.contents()).extracting(Seen::key).containsExactly("a", "b");
    t.clock.now += HORIZON - 1;
    t.put("c=1");
    clean();
    assertThat(t.contents()).extracting(Seen::key).containsExactly("a", "b", "c");
    assertThat(t.contents().get(0)).isEqualTo(new Seen(1, 1_000_000, "a", null));
    t.clock.now += 1;
    t.put("d=1");
    clean();
    assertThat(t.contents()).extracting(Seen::key).containsExactly("b", "c", "d");
  }

  @Test
  void recordsOfAbortedTransactionsGoAndTheirMarkersLater() throws IOException {
    t.put("a=old");
    t.put(TestLog.transactional(7, 0, 0, "a=aborted", "x=aborted"));
    t.put(TestLog.transactional(8, 0, 0, "b=committed"));
    t.mark(7, 0, ABORT, 0);
    t.mark(8, 0, COMMIT, 0);
    // new batches, so that the ones above are not the producers' last
    t.put(TestLog.transactional(7, 0, 2, "y=1"));
    t.mark(7, 0, COMMIT, 0);
    clean();
    assertThat(t.values()).containsExactly("old", "committed", "1");
    assertThat(t.log.abortedTransactions(0, 100)).containsExactly(new AbortedTransaction(7, 1));
    assertThat(markers()).isEqualTo(3);
    clean();
    t.put("z=1");
    clean();
    assertThat(t.log.abortedTransactions(0, 100)).as("no reader meets a record of it any more").isEmpty();
    assertThat(markers()).isEqualTo(3);
    t.clock.now += HORIZON;
    t.put("z=2");
    clean();
    assertThat(markers()).isEqualTo(2);
    t.restart();
    assertThat(t.log.abortedTransactions(0, 100)).isEmpty();
    assertThat(t.values()).containsExactly("old", "committed", "1", "2");
  }

  private int markers() {
    int count = 0;
    for (FakeStore.Segment segment : t.store.segments.values()) {
      for (byte[] batch : segment.batches.values()) {
        count += FakeStore.view(batch).isControl() && FakeStore.view(batch).recordCount() > 0 ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void openTransactionsAreNotTouched() throws IOException {
    t.put("a=1");
    t.log.roll();
    t.put(TestLog.transactional(7, 0, 0, "a=2"));
    t.log.roll();
    t.put("a=3");
    clean();
    assertThat(t.values()).containsExactly("1", "2", "3");
    assertThat(t.log.cleanedTo()).isEqualTo(1);
  }

  @Test
  void theLastSequenceOfAProducerSurvivesItsRecords() throws IOException {
    t.put(TestLog.produced(7, 3, 0, "a=1", "b=1"));
    t.put(TestLog.produced(7, 3, 2, "a=2", "b=2"));
    t.put("a=3", "b=3");
    clean();
    assertThat(t.values()).containsExactly("3", "3");
    RecordBatch empty = FakeStore.view(t.store.segments.get(0L).batches.get(2L));
    assertThat(empty.recordCount()).isZero();
    assertThat(empty.nextOffset()).isEqualTo(4);
    assertThat(empty.maxTimestamp()).isEqualTo(1_000_000);
    t.store.blobs.clear();
    t.crash();
    assertThat(t.append(TestLog.produced(7, 3, 2, "a=2", "b=2")).duplicate()).isTrue();
    assertThat(t.append(TestLog.produced(7, 3, 5, "a=2")).error()).isEqualTo(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
    assertThat(t.put(TestLog.produced(7, 3, 4, "a=2"))).isEqualTo(6);
  }

  @Test
  void youngRecordsAreLeftAloneAndOldOnesDueInTime() throws IOException {
    TestLog lagging = new TestLog(config(1 << 20, 100, 5000));
    lagging.put(TestLog.batch(1000, "a=1"));
    lagging.log.roll();
    lagging.put(TestLog.batch(1050, "a=2"));
    lagging.log.roll();
    lagging.commitAll();
    assertThat(LogCleaner.plan(lagging.log, 1099).segments()).isEmpty();
    assertThat(LogCleaner.plan(lagging.log, 1100).endOffset()).isEqualTo(1);
    assertThat(LogCleaner.plan(lagging.log, 1150).endOffset()).isEqualTo(2);
    assertThat(LogCleaner.plan(lagging.log, 1150).overdue()).isFalse();
    assertThat(LogCleaner.plan(lagging.log, 6001).overdue()).isTrue();
  }

  @Test
  void theDirtyRatioDecides() {
    List<SegmentInfo> segments = List.of(new SegmentInfo(0, 10, 600, 5, 5, 5), new SegmentInfo(10, 20, 400, 5, 5, 5),
        new SegmentInfo(20, 30, 9999, 5, 5, 5));
    LogConfig config = config(1000, 0, Long.MAX_VALUE);
    CompactionPlan plan = CompactionPlan.of(segments, config, 0, 10, 30, 100);
    assertThat(plan.dirtyRatio()).isEqualTo(0.4);
    assertThat(plan.isDue(config)).isFalse();
    assertThat(CompactionPlan.of(segments, config, 0, 0, 30, 100).isDue(config)).isTrue();
    assertThat(CompactionPlan.of(segments, config, 0, 20, 30, 100).dirtyRatio()).isZero();
    assertThat(CompactionPlan.of(segments, config, 0, 99, 30, 100).firstDirty()).as("a lost log").isZero();
    assertThat(CompactionPlan.of(segments, config, 0, 0, 19, 100).endOffset()).isEqualTo(10);
    assertThat(CompactionPlan.of(segments, config, 0, 0, 30, 100).groups(20, 1000)).hasSize(1);
    assertThat(CompactionPlan.of(segments, config, 0, 0, 30, 100).groups(20, 999)).hasSize(2);
  }

  @Test
  void aSmallMapNeedsSeveralPasses() throws IOException {
    for (int i = 0; i < 100; i++) {
      t.put("k" + i % 20 + "=" + i);
    }
    int passes = 0;
    do {
      clean(24 * 10);
      passes++;
    } while (t.log.cleanedTo() < 100);
    assertThat(passes).isGreaterThan(2);
    assertThat(lastValues(t.contents())).hasSize(20).containsEntry("k0", "80").containsEntry("k19", "99");
    assertThat(t.contents()).hasSizeLessThan(60);
  }

  @Test
  void truncationMakesTheRestDirtyAgain() throws IOException {
    t.put("a=1");
    t.put("a=2");
    clean();
    t.log.truncateTo(1, TestLog.NEWEST);
    assertThat(t.log.cleanedTo()).isEqualTo(t.log.logEndOffset());
  }

  @Test
  void segmentsThatChangedMeanwhileAreLeftAlone() throws IOException {
    t.put("a=1");
    t.log.roll();
    t.put("a=2");
    t.log.roll();
    t.commitAll();
    CompactionPlan plan = LogCleaner.plan(t.log, t.clock.now);
    t.log.shape().dropHead(1);
    LogCleaner.clean(t.log, plan, 1000, t.clock.now, PACE, SKIPPED);
    assertThat(t.values()).containsExactly("2");
    CleanerPace stopped = new CleanerPace(DEFAULTS);
    stopped.stop();
    assertThatThrownBy(() -> LogCleaner.clean(t.log, plan, 1000, t.clock.now, stopped, SKIPPED))
        .isInstanceOf(LogOfflineException.class);
    assertThat(t.log.offline()).isFalse();
  }

  @Test
  void aPassIsEndedWithoutAFaultWhenItsStoreGoes() throws IOException {
    endsWith(LogOfflineException.class, log -> log.close());
    endsWith(LogSuspendedException.class, log -> log.life().suspend());
    endsWith(LogSuspendedException.class, log -> {
      log.life().suspend();
      log.life().resume(new FakeStore(log.config().segments().store()));
    });
  }

  private interface Interference {
    void with(SegmentedPartitionLog log) throws IOException;
  }

  /** Has something happen to the log in the middle of a pass, when a part of it was read. */
  private static void endsWith(Class<? extends IOException> expected, Interference interference) throws IOException {
    TestLog log = new TestLog(config(1 << 20, 0, Long.MAX_VALUE));
    for (int i = 0; i < 3; i++) {
      log.put("a=" + i);
      log.log.roll();
    }
    log.commitAll();
    CleanerPace pace = new CleanerPace(new SettingValues() {
      @Override
      public <T> T get(Setting<T> setting) {
        try {
          interference.with(log.log);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        return setting.defaultValue();
      }
    });
    CompactionPlan plan = LogCleaner.plan(log.log, log.clock.now);
    assertThatThrownBy(() -> LogCleaner.clean(log.log, plan, 1000, log.clock.now, pace, SKIPPED)).isInstanceOf(expected)
        .hasRootCauseMessage("closed");
    assertThat(log.faults).isEmpty();
  }

  @Test
  void theMapKeepsTheLastOffsets() {
    OffsetMap map = new OffsetMap(24 * 1000, 10_000);
    Random random = new Random(5);
    Map<String, Long> model = new HashMap<>();
    long offset = 0;
    while (!map.isFull()) {
      String key = "k" + random.nextInt(2000);
      map.put(Unpooled.wrappedBuffer(key.getBytes(StandardCharsets.UTF_8)), offset);
      model.put(key, offset++);
    }
    assertThat(map.size()).isEqualTo(750).isEqualTo(model.size());
    for (int i = 0; i < 2000; i++) {
      assertThat(map.get(Unpooled.wrappedBuffer(("k" + i).getBytes(StandardCharsets.UTF_8))))
          .isEqualTo(model.getOrDefault("k" + i, -1L));
    }
    assertThat(map.latestOffset()).isEqualTo(offset - 1);
  }

  /** Whatever is written, in whatever codec, over how many passes: the last value of each key is there, at its offset. */
  @Test
  void randomLogsKeepTheLastValueOfEachKey() throws IOException {
    for (int seed = 0; seed < 30; seed++) {
      Random random = new Random(seed);
      TestLog log = new TestLog(config(500 + random.nextInt(3000), 0, Long.MAX_VALUE));
      Map<String, Seen> model = new HashMap<>();
      Set<Long> aborted = new HashSet<>();
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 30; i++) {
          appendRandom(log, random, model, aborted);
        }
        log.log.roll();
        log.commitAll();
        log.clock.now += random.nextInt(1500);
        LogCleaner.clean(log.log, LogCleaner.plan(log.log, log.clock.now), 24L * (5 + random.nextInt(100)), log.clock.now,
            PACE, SKIPPED);
        Map<String, Seen> found = new HashMap<>();
        long last = -1;
        for (Seen seen : log.contents()) {
          assertThat(seen.offset()).as("seed " + seed).isGreaterThan(last);
          last = seen.offset();
          if (!aborted.contains(seen.offset())) {
            found.put(seen.key(), seen);
          }
        }
        for (Seen expected : model.values()) {
          Seen actual = found.get(expected.key());
          if (expected.value() != null || actual != null) {
            assertThat(actual).as("seed " + seed).isEqualTo(expected);
          }
        }
        if (random.nextInt(3) == 0) {
          log.restart();
        }
      }
    }
  }

  private static void appendRandom(TestLog log, Random random, Map<String, Seen> model, Set<Long> aborted) {
    List<String> records = new ArrayList<>();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      records.add("k" + random.nextInt(25) + "=" + (random.nextInt(5) == 0 ? "" : "v" + random.nextInt(1000)));
    }
    CompressionType codec = CompressionType.values()[random.nextInt(5)];
    boolean transaction = random.nextInt(4) == 0;
    long producer = transaction ? 100 + random.nextInt(3) : -1;
    int epoch = transaction ? 0 : -1;
    long base = log.put(TestLog.batch(codec, producer, epoch, transaction ? nextSequence(log, producer) : -1, transaction,
        log.clock.now, records.toArray(new String[0])));
    boolean abort = transaction && random.nextBoolean();
    if (transaction) {
      assertThat(log.mark(producer, 0, abort ? ABORT : COMMIT, 0).error()).isEqualTo(Errors.NONE);
    }
    for (int i = 0; i < count; i++) {
      if (abort) {
        aborted.add(base + i);
        continue;
      }
      String[] keyValue = records.get(i).split("=", -1);
      model.put(keyValue[0], new Seen(base + i, log.clock.now, keyValue[0], keyValue[1].isEmpty() ? null : keyValue[1]));
    }
  }

  private static int nextSequence(TestLog log, long producer) {
    return log.log.producers().stream().filter(p -> p.producerId() == producer).mapToInt(p -> p.lastSequence() + 1)
        .findFirst().orElse(0);
  }

  private static Map<String, String> lastValues(List<Seen> contents) {
    Map<String, String> last = new HashMap<>();
    contents.forEach(seen -> last.put(seen.key(), seen.value()));
    return last;
  }
}
