package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.log.PartitionLog.Origin;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log comes back by itself when its disk does. */
class OfflineLogsTest {
  private final TestLog.StoppedClock clock = new TestLog.StoppedClock();
  private final ManualScheduler scheduler = new ManualScheduler();
  private final FakeEngine engine = new FakeEngine();
  private final List<String> faults = Collections.synchronizedList(new ArrayList<>());
  private final SettingValues defaults = new SettingValues() {
    @Override
    public <T> T get(Setting<T> setting) {
      return setting.defaultValue();
    }
  };
  private LogManager manager;

  @BeforeEach
  void start() throws IOException {
    manager = new LogManager(defaults, clock, scheduler, (what, cause) -> faults.add(what), null, name -> new InlineThread());
    manager.addEngine(engine);
  }

  @AfterEach
  void close() {
    manager.close();
  }

  private static PartitionLog.Appended put(PartitionLog log, String keyValue) {
    return log.appendAsLeader(TestLog.batch(1_000_000, keyValue), new LeaderEpoch(0), Origin.CLIENT);
  }

  /** Runs the tries that are due after a time, and returns what was scheduled for it. */
  private int retry(long delayMs) {
    List<ManualScheduler.Task> due = scheduler.tasks.stream().filter(task -> task.periodMs() < 0 && task.delayMs() == delayMs).toList();
    scheduler.tasks.removeAll(due);
    clock.now += delayMs;
    due.forEach(task -> task.task().run());
    return due.size();
  }

  private boolean scheduled(long delayMs) {
    return scheduler.tasks.stream().anyMatch(task -> task.periodMs() < 0 && task.delayMs() == delayMs);
  }

  @Test
  void itIsTriedAgainLessAndLessOftenUntilItsDiskIsBack() throws IOException {
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    log.setHighWatermark(1);
    FakeStore store = engine.stores.get(TestLog.ID);
    store.broken = new IOException("No space left on device");
    assertThat(put(log, "a=2").error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    assertThat(log.offline()).isTrue();
    for (long delayMs : new long[] {1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000}) {
      assertThat(retry(delayMs)).as("a try after %s ms", delayMs).isEqualTo(1);
      assertThat(scheduled(Math.min(60_000, 2 * delayMs))).isTrue();
      assertThat(put(log, "a=2").error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
    }
    store.broken = null;
    assertThat(retry(60_000)).isEqualTo(1);
    assertThat(log.offline()).isFalse();
    assertThat(put(log, "a=2").baseOffset()).isEqualTo(1);
    assertThat(log.logEndOffset()).isEqualTo(2);
    assertThat(log.highWatermark()).isEqualTo(1);
    assertThat(faults).hasSize(1);
  }

  @Test
  void oneThatFailsAgainSoonWaitsLonger() throws IOException {
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    FakeStore store = engine.stores.get(TestLog.ID);
    for (long delayMs : new long[] {1000, 2000, 4000}) {
      store.broken = new IOException("Input/output error");
      put(log, "a=2");
      store.broken = null;
      assertThat(retry(delayMs)).isEqualTo(1);
      assertThat(log.offline()).isFalse();
    }
    clock.now += OfflineLogs.LONGEST_WAIT_MS;
    store.broken = new IOException("Input/output error");
    put(log, "a=2");
    assertThat(scheduled(1000)).isTrue();
  }

  @Test
  void oneThatFailsAgainBeforeItsReturnIsNotedWaitsLonger() throws IOException {
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    FakeStore store = engine.stores.get(TestLog.ID);
    store.broken = new IOException("Input/output error");
    put(log, "a=2");
    // the first thing that an open log tells is that it can be used again
    log.onSuspensionChange(() -> {
      store.broken = new IOException("Input/output error");
      put(log, "a=2");
    });
    for (long delayMs : new long[] {1000, 2000, 4000}) {
      store.broken = null;
      assertThat(retry(delayMs)).as("a try after %s ms", delayMs).isEqualTo(1);
      assertThat(log.offline()).isTrue();
    }
    assertThat(scheduled(8000)).isTrue();
  }

  @Test
  void ofThreadsThatFailAtTheSameTimeOneTakesItOffline() throws Exception {
    TestLog made = new TestLog();
    SegmentedPartitionLog log = made.log;
    CyclicBarrier together = new CyclicBarrier(2);
    Callable<Void> failing = () -> {
      together.await();
      log.failed("append", new IOException("Input/output error"));
      return null;
    };
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 1; round <= 5000; round++) {
        for (Future<Void> end : threads.invokeAll(List.of(failing, failing))) {
          end.get();
        }
        assertThat(made.wentOffline.size()).isEqualTo(round);
        log.availability().online();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void oneThatLostCommittedRecordsStaysOffline() throws IOException {
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    put(log, "a=2");
    log.setHighWatermark(2);
    FakeStore store = engine.stores.get(TestLog.ID);
    store.broken = new IOException("Input/output error");
    put(log, "a=3");
    store.broken = null;
    store.lose(1);
    assertThat(retry(1000)).isEqualTo(1);
    assertThat(scheduled(2000)).isTrue();
    assertThat(log.offline()).isTrue();
    assertThat(put(log, "a=3").error()).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
  }

  @Test
  void whatWasNotCommittedMayBeLost() throws IOException {
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    put(log, "a=2");
    log.setHighWatermark(1);
    FakeStore store = engine.stores.get(TestLog.ID);
    store.broken = new IOException("Input/output error");
    put(log, "a=3");
    store.broken = null;
    store.lose(1);
    retry(1000);
    assertThat(log.offline()).isFalse();
    assertThat(log.logEndOffset()).isEqualTo(1);
    assertThat(put(log, "b=2").baseOffset()).isEqualTo(1);
  }

  @Test
  void thousandsAreToldOfInOneLine() throws IOException {
    List<PartitionLog> logs = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      TopicIdPartition id = new TopicIdPartition(new UUID(1, 1), new TopicPartition("many", i));
      logs.add(manager.open(id, TestLog.CONFIG));
      engine.stores.get(id).broken = new IOException("No space left on device");
    }
    logs.forEach(log -> put(log, "a=1"));
    assertThat(logs).allMatch(PartitionLog::offline);
    assertThat(faults).hasSize(1);
    engine.stores.values().forEach(store -> store.broken = null);
    retry(1000);
    assertThat(logs).noneMatch(PartitionLog::offline);
    assertThat(put(logs.get(7), "a=1").error()).isEqualTo(Errors.NONE);
  }

  @Test
  void itWaitsForAnEngineThatIsBeingReplaced() throws Exception {
    PartitionLog log = manager.open(TestLog.ID, TestLog.CONFIG);
    put(log, "a=1");
    FakeStore store = engine.stores.get(TestLog.ID);
    store.broken = new IOException("Input/output error");
    put(log, "a=2");
    manager.removeEngine(engine);
    store.broken = null;
    retry(1000);
    assertThat(scheduled(2000)).isTrue();
    assertThat(log.offline()).isTrue();
    manager.addEngine(engine.successor());
    retry(2000);
    assertThat(log.offline()).isFalse();
    assertThat(put(log, "a=2").baseOffset()).isEqualTo(1);
  }
}
