package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.Logs.LogPlacement;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LogMoveTest {
  private static final LogConfig FAKE = TestLog.CONFIG;
  private static final LogConfig OTHER = TestLog.config(Map.of(LogSettings.MARGAY_STORAGE_ENGINE, "other"));
  private final TestLog.StoppedClock clock = new TestLog.StoppedClock();
  private final ManualScheduler scheduler = new ManualScheduler();
  /** Of the process that runs now: another one may see its stores closed under it. */
  private List<String> faults;
  private final SettingValues defaults = new SettingValues() {
    @Override
    public <T> T get(Setting<T> setting) {
      return setting.defaultValue();
    }
  };
  private FakeEngine fake = new FakeEngine();
  private FakeEngine other = new FakeEngine("other", StorageEngine.Promise.DURABLE);
  @TempDir
  private Path directory;
  private LogManager manager;
  private int produced;
  /** Threads of a process that was killed stand still until the end of the test. */
  private final CountDownLatch forEver = new CountDownLatch(1);

  @BeforeEach
  void start() throws IOException {
    List<String> mine = new ArrayList<>();
    faults = mine;
    manager = new LogManager(defaults, clock, scheduler, (what, cause) -> mine.add(what), directory);
  }

  @AfterEach
  void close() {
    manager.close();
    forEver.countDown();
    assertThat(faults).isEmpty();
  }

  /** As after kill -9: nothing is closed, and what was in the engines is there. */
  private void crash() throws IOException {
    scheduler.forget();
    for (FakeEngine engine : List.of(fake, other)) {
      engine.stores.values().forEach(store -> store.closed = true);
    }
    fake = fake.successor();
    other = other.successor();
    start();
  }

  private void produce(PartitionLog log) {
    PartitionLog.Appended appended = Unsuspended.append(log, produced, "k=" + produced);
    assertThat(appended.error()).isEqualTo(Errors.NONE);
    assertThat(appended.baseOffset()).isEqualTo(produced);
    produced++;
    log.setHighWatermark(produced);
  }

  private static void assertHolds(PartitionLog log, int from, int to) throws IOException {
    assertThat(log.logStartOffset()).isEqualTo(from);
    assertThat(log.logEndOffset()).isEqualTo(to);
    List<Long> found = new ArrayList<>();
    for (long offset = from; offset < to; offset++) {
      var slice = Unsuspended.read(log, offset, to);
      found.add(slice.baseOffset());
      slice.records().release();
    }
    assertThat(found).hasSize(to - from).isSorted().first().isEqualTo((long) from);
  }

  private LogPlacement placement() {
    return manager.placements().stream().filter(p -> p.id().equals(TestLog.ID)).findFirst().orElseThrow();
  }

  private void awaitIn(String engine) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!placement().engine().equals(engine) || holders() > 1) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private int holders() {
    return (fake.stores.containsKey(TestLog.ID) ? 1 : 0) + (other.stores.containsKey(TestLog.ID) ? 1 : 0);
  }

  private void bothEngines() {
    manager.addEngine(fake);
    manager.addEngine(other);
  }

  @Test
  void aLogMovesAndComesBackWhileItIsUsed() throws Exception {
    bothEngines();
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    for (int i = 0; i < 20; i++) {
      produce(log);
      if (i % 6 == 5) {
        ((SegmentedPartitionLog) log).roll();
      }
    }
    log.advanceStart(3);
    List<Long> bases = log.segments().stream().map(s -> s.baseOffset()).toList();
    for (String engine : List.of("other", "fake", "other")) {
      log.configure(engine.equals("other") ? OTHER : FAKE);
      produce(log);
      awaitIn(engine);
      produce(log);
      assertHolds(log, 3, produced);
      assertThat(log.highWatermark()).isEqualTo(produced);
      assertThat(log.segments().stream().map(s -> s.baseOffset()).toList()).isEqualTo(bases);
      // the producer is known: the same batch again is a duplicate
      assertThat(Unsuspended.append(log, produced - 1, "k=x").duplicate()).isTrue();
      assertThat(placement().leftBytes()).isZero();
    }
    crash();
    bothEngines();
    PartitionLog again = manager.open(TestLog.ID, OTHER);
    assertHolds(again, 3, produced);
    produce(again);
  }

  @Test
  void aMoveWaitsForItsEngineAndSaysSo() throws Exception {
    manager.addEngine(fake);
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    produce(log);
    log.configure(OTHER);
    awaitWaits("other");
    assertThat(placement().leftBytes()).isPositive();
    manager.addEngine(other);
    awaitIn("other");
    assertHolds(log, 0, 1);
  }

  private void awaitWaits(String what) {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!String.valueOf(placement().waitsFor()).contains(what)) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  @Test
  void aCrashWhileBatchesAreCopiedLeavesTheOriginal() throws Exception {
    crashWhen(stop -> other.whenOpened = store -> store.beforeAppend = stop);
  }

  @Test
  void aCrashBeforeTheCopyIsCompleteLeavesTheOriginal() throws Exception {
    crashWhen(stop -> other.whenOpened = store -> store.beforeFlush = stop);
  }

  @Test
  void aCrashBeforeTheOriginalIsDeletedLeavesTheCopy() throws Exception {
    crashWhen(stop -> fake.beforeDelete = stop);
  }

  @Test
  void aCrashBeforeTheCopyIsMarkedLeavesTheOriginal() throws Exception {
    bothEngines();
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    produce(log);
    // the copy was created, and nothing more
    other.open(TestLog.ID, OTHER.segments().store());
    crash();
    bothEngines();
    PartitionLog again = manager.open(TestLog.ID, OTHER);
    assertHolds(again, 0, 1);
    awaitIn("other");
    assertHolds(again, 0, 1);
  }

  /** Stops the mover at a point of its work, produces on, and crashes there. */
  private void crashWhen(Consumer<Runnable> arm) throws Exception {
    bothEngines();
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    for (int i = 0; i < 5; i++) {
      produce(log);
    }
    CountDownLatch reached = new CountDownLatch(1);
    arm.accept(() -> hold(reached, forEver));
    log.configure(OTHER);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    produce(log);
    assertThat(holders()).isEqualTo(2);
    crash();
    bothEngines();
    PartitionLog again = manager.open(TestLog.ID, OTHER);
    assertThat(fake.stores.containsKey(TestLog.ID) && other.stores.containsKey(TestLog.ID) && placement().engine().equals("other"))
        .isFalse();
    assertHolds(again, 0, produced);
    awaitIn("other");
    produce(again);
    assertHolds(again, 0, produced);
  }

  private static void hold(CountDownLatch reached, CountDownLatch until) {
    reached.countDown();
    try {
      until.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLogIsNotCreatedAnewWhileTheEngineThatHoldsItIsAway() throws Exception {
    manager.addEngine(fake);
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    produce(log);
    crash();
    manager.addEngine(other);
    List<String> told = new ArrayList<>();
    manager.whenReady(TestLog.ID, OTHER, () -> told.add("ready"));
    assertThat(told).isEmpty();
    assertThatThrownBy(() -> manager.open(TestLog.ID, OTHER)).isInstanceOf(IOException.class).hasMessageContaining("fake");
    assertThat(other.stores).isEmpty();
    manager.addEngine(fake);
    assertThat(told).containsExactly("ready");
    assertHolds(manager.open(TestLog.ID, OTHER), 0, 1);
    awaitIn("other");
  }

  @Test
  void aLogIsServedWhereItIsWhenItsNewEngineIsNotInstalled() throws Exception {
    manager.addEngine(fake);
    produce(manager.open(TestLog.ID, FAKE));
    crash();
    manager.addEngine(fake);
    List<String> told = new ArrayList<>();
    manager.whenReady(TestLog.ID, OTHER, () -> told.add("ready"));
    assertThat(told).containsExactly("ready");
    assertHolds(manager.open(TestLog.ID, OTHER), 0, 1);
  }

  @Test
  void logsFromBeforeTheCatalogAreNoted() throws Exception {
    manager.addEngine(fake);
    produce(manager.open(TestLog.ID, FAKE));
    Files.delete(directory.resolve("storage-engines"));
    crash();
    manager.addEngine(fake);
    CountDownLatch settled = new CountDownLatch(1);
    manager.soon(settled::countDown);
    settled.await();
    crash();
    manager.addEngine(other);
    assertThatThrownBy(() -> manager.open(TestLog.ID, OTHER)).hasMessageContaining("fake");
  }

  @Test
  void theEngineThatIsMovedToMayLeaveMeanwhile() throws Exception {
    bothEngines();
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    produce(log);
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    other.whenOpened = store -> store.beforeAppend = () -> hold(reached, goOn);
    log.configure(OTHER);
    reached.await();
    other.whenOpened = store -> { };
    Thread leaving = new Thread(() -> manager.removeEngine(other));
    leaving.start();
    // it has the move given up, and waits for the end of its step
    while (leaving.getState() != Thread.State.BLOCKED) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    leaving.join();
    assertThat(placement().engine()).isEqualTo("fake");
    assertThat(other.stores.get(TestLog.ID).closed).isTrue();
    produce(log);
    while (placement().waitsFor() == null) {
      Thread.onSpinWait();
    }
    manager.addEngine(other);
    scheduler.runAll();
    awaitIn("other");
    assertHolds(log, 0, 2);
  }

  @Test
  void aTopicThatIsDeletedIsDeletedInBoth() throws Exception {
    bothEngines();
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    produce(log);
    log.configure(OTHER);
    manager.delete(TestLog.ID);
    assertThat(holders()).isZero();
    assertThat(Files.readString(directory.resolve("storage-engines"), StandardCharsets.UTF_8).lines()
        .filter(line -> line.startsWith("+")).count())
        .isEqualTo(Files.readString(directory.resolve("storage-engines")).lines().filter(line -> line.startsWith("-")).count());
  }

  @Test
  void anEngineThatKeepsNothingIsMovedToAndFrom() throws Exception {
    other = new FakeEngine("other", StorageEngine.Promise.EPHEMERAL);
    bothEngines();
    PartitionLog log = manager.open(TestLog.ID, FAKE);
    produce(log);
    log.configure(OTHER);
    awaitIn("other");
    assertThat(manager.engines()).extracting(e -> e.name() + " " + e.promise() + " " + e.logs())
        .containsExactly("fake DURABLE 0", "other EPHEMERAL 1");
    log.configure(FAKE);
    awaitIn("fake");
    assertHolds(log, 0, 1);
  }
}
