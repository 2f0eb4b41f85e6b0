package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.log.PartitionLog.Origin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LogManagerTest {
  private final TestLog.StoppedClock clock = new TestLog.StoppedClock();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final FakeEngine engine = new FakeEngine();
  private final SettingValues defaults = new SettingValues() {
    @Override
    public <T> T get(Setting<T> setting) {
      return setting.defaultValue();
    }
  };
  private LogManager manager;

  @BeforeEach
  void start() throws IOException {
    manager = new LogManager(defaults, clock, scheduler, (what, cause) -> { }, null);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static PartitionLog.Appended put(PartitionLog log, String keyValue) {
    return log.appendAsLeader(TestLog.batch(1_000_000, keyValue), new LeaderEpoch(0), Origin.CLIENT);
  }

  /** Waits for what was handed to the background before. */
  private void settle() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    manager.soon(done::countDown);
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void offsetsLastOverARestart() throws IOException {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    for (int i = 0; i < 5; i++) {
      put(log, "a=" + i);
    }
    log.setHighWatermark(4);
    log.advanceStart(2);
    assertThat(engine.checkpoints.get("log-start-offset-checkpoint")).containsEntry(TestLog.ID, 2L);
    manager.close();
    manager = new LogManager(defaults, clock, scheduler, (what, cause) -> { }, null);
    manager.addEngine(engine);
    log = manager.open(TestLog.ID, TestLog.CONFIG);
    assertThat(new long[] {log.logStartOffset(), log.highWatermark(), log.logEndOffset()}).containsExactly(2, 4, 5);
  }

  @Test
  void checkpointsAreWrittenNowAndThenWhenSomethingChanged() throws Exception {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    log.setHighWatermark(1);
    scheduler.runAll();
    settle();
    assertThat(engine.checkpoints.get("replication-offset-checkpoint")).containsEntry(TestLog.ID, 1L);
    int writes = engine.checkpointWrites;
    scheduler.runAll();
    settle();
    assertThat(engine.checkpointWrites).isEqualTo(writes);
  }

  @Test
  void anEngineThatIsNotThereIsWaitedForAndThenNamed() throws Exception {
    List<String> told = new ArrayList<>();
    manager.whenReady(TestLog.ID, TestLog.CONFIG, () -> told.add("in vain"));
    assertThat(told).isEmpty();
    assertThatThrownBy(() -> manager.open(TestLog.ID, TestLog.CONFIG)).isInstanceOf(IOException.class)
        .hasMessageContaining("fake");
    scheduler.runAll();
    assertThat(told).containsExactly("in vain");
    manager.whenReady(TestLog.ID, TestLog.CONFIG, () -> told.add("it came"));
    manager.addEngine(engine);
    assertThat(told).containsExactly("in vain", "it came");
    manager.whenReady(TestLog.ID, TestLog.CONFIG, () -> told.add("it is there"));
    assertThat(told).hasSize(3);
    manager.open(TestLog.ID, TestLog.CONFIG);
    manager.close();
    assertThatThrownBy(() -> manager.open(TestLog.ID, TestLog.CONFIG)).isInstanceOf(IOException.class)
        .hasMessageContaining("stops");
  }

  @Test
  void logsPauseWhileTheirEngineIsReplaced() throws Exception {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    log.appendAsLeader(TestLog.produced(7, 0, 0, "a=1"), new LeaderEpoch(0), Origin.CLIENT);
    log.setHighWatermark(1);
    List<Boolean> told = new ArrayList<>();
    log.onSuspensionChange(() -> {
      told.add(log.suspended());
      // without the lock, so that a listener may append; before the end it is told to wait
      told.add(put(log, "b=1") == PartitionLog.Appended.SUSPENDED);
    });
    manager.removeEngine(engine);
    assertThat(told).containsExactly(true, true);
    assertThat(engine.stores.get(TestLog.ID).closed).isTrue();
    assertThat(put(log, "a=2")).isSameAs(PartitionLog.Appended.SUSPENDED);
    assertThatThrownBy(() -> log.read(0, 10, 10, true)).isInstanceOf(LogSuspendedException.class);
    assertThatThrownBy(() -> log.findByTimestamp(0)).isInstanceOf(LogSuspendedException.class);
    assertThatThrownBy(() -> log.advanceStart(0)).isInstanceOf(LogSuspendedException.class);
    assertThat(log.offline()).isFalse();
    assertThat(log.isHot(0)).isFalse();
    manager.addEngine(engine.successor());
    settle();
    assertThat(log.appendAsLeader(TestLog.produced(7, 0, 0, "a=1"), new LeaderEpoch(0), Origin.CLIENT).duplicate()).isTrue();
    assertThat(told).containsExactly(true, true, false, false);
    assertThat(put(log, "a=2").baseOffset()).isEqualTo(2);
    assertThat(log.highWatermark()).isEqualTo(1);
  }

  @Test
  void aLogThatCannotGoOnIsNoLongerSuspended() throws Exception {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    List<Boolean> told = new ArrayList<>();
    log.onSuspensionChange(() -> told.add(log.suspended()));
    manager.removeEngine(engine);
    FakeEngine next = engine.successor();
    next.stores.get(TestLog.ID).closed = false;
    manager.addEngine(next);
    settle();
    assertThat(log.offline()).isTrue();
    assertThat(told).containsExactly(true, false);
    assertThat(put(log, "a=2")).isNotSameAs(PartitionLog.Appended.SUSPENDED)
        .extracting(PartitionLog.Appended::error).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
  }

  @Test
  void aSuspensionEndsWhenTheLogIsClosed() throws Exception {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    manager.removeEngine(engine);
    List<Boolean> told = new ArrayList<>();
    log.onSuspensionChange(() -> told.add(log.suspended()));
    log.close();
    assertThat(told).containsExactly(false);
  }

  @Test
  void anEngineMayComeBeforeTheOldOneLeaves() throws Exception {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    manager.addEngine(engine.successor());
    manager.removeEngine(engine);
    settle();
    assertThat(put(log, "a=2").baseOffset()).isEqualTo(1);
  }

  @Test
  void aLogThatIsClosedWithoutItsEngineStaysClosed() throws Exception {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    manager.removeEngine(engine);
    log.close();
    manager.addEngine(engine.successor());
    settle();
    assertThat(engine.stores.get(TestLog.ID).closed).isTrue();
    assertThat(manager.open(TestLog.ID, TestLog.CONFIG).logEndOffset()).isEqualTo(1);
  }

  @Test
  void flushRequestsShareAFlushAndAreAnsweredAlsoAtTheEnd() throws Exception {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    CountDownLatch flushed = new CountDownLatch(3);
    FakeStore store = engine.stores.get(TestLog.ID);
    synchronized (store) {
      for (int i = 0; i < 3; i++) {
        log.requestFlush(flushed::countDown);
      }
    }
    assertThat(flushed.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(store.flushes).isBetween(1, 2);
    assertThat(log.flushedOffset()).isEqualTo(1);
    log.close();
    CountDownLatch late = new CountDownLatch(1);
    log.requestFlush(late::countDown);
    assertThat(late.await(20, TimeUnit.SECONDS)).isTrue();
    manager.close();
    CountDownLatch later = new CountDownLatch(1);
    log.requestFlush(later::countDown);
    assertThat(later.getCount()).isZero();
  }

  @Test
  void deletionClosesAndForgets() throws IOException {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    assertThat(manager.stored()).containsExactly(TestLog.ID);
    assertThat(manager.placeOf(TestLog.ID)).isEqualTo("/fake");
    assertThat(manager.places()).hasSize(2);
    manager.delete(TestLog.ID);
    assertThat(manager.stored()).isEmpty();
    assertThat(manager.placeOf(TestLog.ID)).isNull();
    assertThat(put(log, "a=1").error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(manager.open(TestLog.ID, TestLog.CONFIG).highWatermark()).isZero();
  }

  @Test
  void aLogThatIsSetAsideIsDeletedAfterItsTime() throws IOException, InterruptedException {
    manager.addEngine(engine);
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    manager.setAside(TestLog.ID);
    assertThat(manager.stored()).isEmpty();
    assertThat(engine.strays).containsExactly(TestLog.ID);
    assertThat(put(log, "a=1").error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(manager.open(TestLog.ID, TestLog.CONFIG).logEndOffset()).isZero();
    scheduler.runAll();
    settle();
    assertThat(engine.strayBounds).containsExactly(clock.millis() - 604_800_000L);
    assertThat(engine.strays).isEmpty();
  }

  @Test
  void openingManyCleanLogsIsCheap() throws IOException {
    manager.addEngine(engine);
    List<PartitionLog> logs = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      PartitionLog log = manager.open(new TopicIdPartition(new UUID(0, i), new TopicPartition("t", i)), TestLog.CONFIG);
      put(log, "a=1");
      logs.add(log);
    }
    manager.close();
    manager = new LogManager(defaults, clock, scheduler, (what, cause) -> { }, null);
    manager.addEngine(engine);
    long begin = System.nanoTime();
    for (PartitionLog log : logs) {
      manager.open(log.id(), TestLog.CONFIG);
    }
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(2));
    engine.stores.values().forEach(store -> assertThat(store.reads).isZero());
  }
}
