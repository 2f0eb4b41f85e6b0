package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Errors;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Moves of logs between the places of one engine. */
@Timeout(30)
class PlaceMoveTest {
  private static final String FIRST = "/fake";
  private static final String SECOND = "/fake2";
  private final ManualScheduler scheduler = new ManualScheduler();
  private final SettingValues defaults = new SettingValues() {
    @Override
    public <T> T get(Setting<T> setting) {
      return setting.defaultValue();
    }
  };
  private List<String> faults;
  private FakeEngine engine = new FakeEngine();
  @TempDir
  private Path directory;
  private LogManager manager;
  private PartitionLog log;
  private int produced;
  /** Threads of a process that was killed stand still until the end of the test. */
  private final CountDownLatch forEver = new CountDownLatch(1);

  @BeforeEach
  void start() throws IOException {
    List<String> mine = new ArrayList<>();
    faults = mine;
    manager = new LogManager(defaults, new TestLog.StoppedClock(), scheduler, (what, cause) -> mine.add(what), directory);
    manager.addEngine(engine);
    log = manager.open(TestLog.ID, TestLog.CONFIG);
  }

  @AfterEach
  void close() {
    manager.close();
    forEver.countDown();
    assertThat(faults).isEmpty();
  }

  /** As after kill -9: nothing is closed, and what was in the engine is there. */
  private void crash() throws IOException {
    scheduler.forget();
    engine.stores.values().forEach(store -> store.closed = true);
    engine.copies.values().forEach(store -> store.closed = true);
    engine = engine.successor();
    start();
  }

  private void produce() {
    PartitionLog.Appended appended = Unsuspended.append(log, produced, "k=" + produced);
    assertThat(appended.error()).isEqualTo(Errors.NONE);
    produced++;
    log.setHighWatermark(produced);
  }

  private void assertHolds(int from) throws IOException {
    assertThat(log.logStartOffset()).isEqualTo(from);
    assertThat(log.logEndOffset()).isEqualTo(produced);
    for (long offset = from; offset < produced; offset++) {
      LogSlice slice = Unsuspended.read(log, offset, produced);
      assertThat(slice.baseOffset()).isEqualTo(offset);
      slice.records().release();
    }
  }

  private void awaitIn(String place) {
    Unsuspended.await(() -> place.equals(manager.placeOf(TestLog.ID)) && manager.copyOf(TestLog.ID) == null);
  }

  private void hold(CountDownLatch reached, CountDownLatch until) {
    reached.countDown();
    try {
      until.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLogMovesAndComesBackWhileItIsUsed() throws Exception {
    for (int i = 0; i < 10; i++) {
      produce();
    }
    log.advanceStart(3);
    for (String place : List.of(SECOND, FIRST, SECOND)) {
      manager.moveTo(TestLog.ID, place);
      produce();
      awaitIn(place);
      produce();
      assertHolds(3);
      // the producer is known: the same batch again is a duplicate
      assertThat(Unsuspended.append(log, produced - 1, "k=x").duplicate()).isTrue();
    }
    crash();
    assertHolds(3);
    produce();
  }

  @Test
  void aMoveThatACrashInterruptsBeginsAgain() throws Exception {
    produce();
    CountDownLatch reached = new CountDownLatch(1);
    engine.whenOpened = store -> store.beforeAppend = () -> hold(reached, forEver);
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(manager.copyOf(TestLog.ID).place()).isEqualTo(SECOND);
    produce();
    crash();
    assertHolds(0);
    awaitIn(SECOND);
    assertHolds(0);
  }

  @Test
  void aMoveThatWaitsForItsTurnOutlivesACrash() throws Exception {
    produce();
    manager.close();
    engine = engine.successor();
    start();
    // the thread of the moves stands still before it has done anything
    CountDownLatch reached = new CountDownLatch(1);
    engine.whenOpened = store -> {
      if (Thread.currentThread().getName().equals("margay-log-mover")) {
        hold(reached, forEver);
      }
    };
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    assertThat(engine.copies).hasSize(1);
    crash();
    awaitIn(SECOND);
    assertHolds(0);
  }

  @Test
  void aCopyThatCannotBecomeTheLogLeavesTheOriginal() throws Exception {
    produce();
    CountDownLatch reached = new CountDownLatch(1);
    engine.beforeUse = () -> hold(reached, forEver);
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    crash();
    engine.beforeUse = () -> { };
    assertHolds(0);
    awaitIn(SECOND);
    produce();
    assertHolds(0);
  }

  @Test
  void whatWasDeletedDuringTheCopyStaysDeleted() throws Exception {
    for (int i = 0; i < 5; i++) {
      produce();
    }
    ((SegmentedPartitionLog) log).roll();
    produce();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    engine.beforeUse = () -> hold(reached, goOn);
    engine.whenOpened = store -> store.beforeFlush = () -> {
      if (reached.getCount() > 0) {
        hold(reached, goOn);
      }
    };
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    log.advanceStart(5);
    goOn.countDown();
    awaitIn(SECOND);
    crash();
    assertHolds(5);
  }

  @Test
  void aMoveIsTriedAgainWhateverItFailsWith() throws Exception {
    produce();
    CountDownLatch failed = new CountDownLatch(1);
    engine.whenOpened = store -> {
      if (Thread.currentThread().getName().equals("margay-log-mover")) {
        failed.countDown();
        throw new IllegalStateException("on purpose");
      }
    };
    int before = scheduler.tasks.size();
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
    Unsuspended.await(() -> scheduler.tasks.size() > before);
    engine.whenOpened = store -> { };
    engine.copies.values().forEach(store -> store.closed = true);
    scheduler.runAll();
    awaitIn(SECOND);
    assertHolds(0);
  }

  @Test
  void movingALogToWhereItIsCancelsTheMove() throws Exception {
    produce();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    engine.whenOpened = store -> store.beforeAppend = () -> hold(reached, goOn);
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    Thread canceller = new Thread(() -> {
      try {
        manager.moveTo(TestLog.ID, FIRST);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    });
    canceller.start();
    Unsuspended.await(() -> manager.copyOf(TestLog.ID) == null);
    goOn.countDown();
    canceller.join(20_000);
    assertThat(engine.copies).isEmpty();
    assertThat(manager.placeOf(TestLog.ID)).isEqualTo(FIRST);
    produce();
    assertHolds(0);
  }

  @Test
  void aTopicThatIsDeletedIsDeletedInBothPlaces() throws Exception {
    produce();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    engine.whenOpened = store -> store.beforeAppend = () -> hold(reached, goOn);
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    goOn.countDown();
    manager.delete(TestLog.ID);
    assertThat(engine.stores).isEmpty();
    assertThat(engine.copies).isEmpty();
    assertThat(manager.copyOf(TestLog.ID)).isNull();
  }

  @Test
  void theEngineMayBeReplacedMeanwhile() throws Exception {
    produce();
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    engine.whenOpened = store -> store.beforeAppend = () -> hold(reached, goOn);
    manager.moveTo(TestLog.ID, SECOND);
    assertThat(reached.await(20, TimeUnit.SECONDS)).isTrue();
    Thread leaving = new Thread(() -> manager.removeEngine(engine));
    leaving.start();
    while (leaving.getState() != Thread.State.BLOCKED) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    leaving.join(20_000);
    Unsuspended.await(() -> manager.placements().get(0).waitsFor() != null);
    engine = engine.successor();
    manager.addEngine(engine);
    Unsuspended.await(() -> !log.suspended());
    scheduler.runAll();
    awaitIn(SECOND);
    produce();
    assertHolds(0);
  }

  @Test
  void aPlaceThatTheEngineDoesNotHaveIsRefused() {
    assertThatThrownBy(() -> manager.moveTo(TestLog.ID, "/elsewhere")).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("fake").hasMessageContaining("/elsewhere");
  }
}
