package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.storage.FaultyDisk;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import io.margay.spi.storage.TestBatches;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

class FullDiskTest extends FileEngineFixture {
  private static final StoreConfig CONFIG = new StoreConfig(1 << 20, 100, 10 << 20, false);
  private final FaultyDisk disk = new FaultyDisk();

  private LogStore openOnFaultyDisk() throws IOException {
    stop(engine);
    engine = start(home, disk::open);
    return engine.open(ID, CONFIG);
  }

  @Test
  void anAppendThatDoesNotFitLeavesNothingAndLaterOnesGoOn() throws IOException {
    try (LogStore store = openOnFaultyDisk()) {
      append(store, 2, 100);
      disk.allow(70);
      assertThatThrownBy(() -> append(store, 2, 100)).isInstanceOf(IOException.class).hasMessageContaining("No space left");
      assertThat(Files.size(file(0, ".log"))).isEqualTo(161);
      assertThat(store.endOffset()).isEqualTo(2);
      assertThat(allBases(store, 0)).containsExactly(0L);
      disk.allow(Long.MAX_VALUE);
      append(store, 1, 50);
      assertThat(allBases(store, 0)).containsExactly(0L, 2L);
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void aStoreThatCannotCleanUpRefusesAllCallsUntilItIsOpenedAgain() throws IOException {
    LogStore store = openOnFaultyDisk();
    append(store, 2, 100);
    disk.allow(70);
    disk.failTruncate(true);
    assertThatThrownBy(() -> append(store, 2, 100)).isInstanceOf(IOException.class);
    disk.allow(Long.MAX_VALUE);
    disk.failTruncate(false);
    assertThatThrownBy(() -> append(store, 2, 100)).isInstanceOf(IOException.class).hasMessageContaining("takes no calls");
    store.close();
    try (LogStore again = engine.open(ID, CONFIG)) {
      assertThat(again.wasClean()).isFalse();
      assertThat(again.endOffset()).isEqualTo(2);
      assertThat(Files.size(file(0, ".log"))).isEqualTo(161);
    }
  }

  @Test
  void aFailedFlushIsNotRepeated() throws IOException {
    LogStore store = openOnFaultyDisk();
    append(store, 2, 100);
    disk.failForce(true);
    assertThatThrownBy(store::flush).isInstanceOf(IOException.class);
    disk.failForce(false);
    assertThatThrownBy(store::flush).isInstanceOf(IOException.class).hasMessageContaining("takes no calls");
    assertThat(store.flushedOffset()).isZero();
    assertThat(home.resolve(LogDirectory.BOOT_FILE)).doesNotExist();
    store.close();
  }

  /** The kernel takes the pages of a failed flush for written: a second flush alone would succeed without them. */
  @Test
  void afterAFailedFlushALogThatIsOpenedAgainWritesTheBytesOnceMore() throws IOException {
    LogStore store = openOnFaultyDisk();
    append(store, 2, 100);
    store.flush();
    append(store, 2, 5000);
    append(store, 2, 200_000);
    List<Long> bases = allBases(store, 0);
    disk.failForce(true);
    assertThatThrownBy(store::flush).isInstanceOf(IOException.class);
    disk.failForce(false);
    store.close();
    disk.takeWritten();
    try (LogStore again = engine.open(ID, CONFIG)) {
      assertThat(disk.takeWritten()).containsExactly(file(0, ".log"));
      assertThat(disk.forced()).doesNotContain(file(0, ".log"));
      assertThat(again.flushedOffset()).isEqualTo(2);
      assertThat(again.flush()).isEqualTo(6);
      assertThat(disk.forced()).contains(file(0, ".log"));
      assertThat(allBases(again, 0)).isEqualTo(bases);
    }
    try (LogStore again = engine.open(ID, CONFIG)) {
      assertThat(disk.takeWritten()).doesNotContain(file(0, ".log"));
      assertThat(allBases(again, 0)).isEqualTo(bases);
    }
  }

  @Test
  void anIndexThatDoesNotFitIsLeftOutAndKeepsNobodyFromTheRecords() throws IOException {
    List<Long> offsets;
    List<Long> times;
    try (LogStore store = openOnFaultyDisk()) {
      fill(store, 10);
      store.flush();
      fill(store, 10);
      disk.allow(5);
      assertThat(store.flush()).isEqualTo(store.endOffset());
      assertThatThrownBy(() -> append(store, 1, 10)).isInstanceOf(IOException.class).hasMessageContaining("No space left");
      assertThat(files()).noneMatch(name -> name.endsWith("index"));
      disk.allow(Long.MAX_VALUE);
      fill(store, 1);
      offsets = allBases(store, 0);
      times = times(store);
    }
    try (LogStore again = engine.open(ID, CONFIG)) {
      assertThat(again.wasClean()).isTrue();
      assertThat(allBases(again, 0)).isEqualTo(offsets);
      assertThat(times(again)).isEqualTo(times);
    }
  }

  @Test
  void aReplacementThatDoesNotFitChangesNothing() throws IOException {
    try (LogStore store = openOnFaultyDisk()) {
      fill(store, 10);
      store.roll();
      fill(store, 3);
      List<Long> before = allBases(store, 0);
      disk.allow(20);
      long to = store.segments().get(0).nextOffset();
      assertThatThrownBy(() -> store.prepareReplacement(0, to, List.of(TestBatches.batch(1, 1, 1, 50))))
          .isInstanceOf(IOException.class);
      disk.allow(Long.MAX_VALUE);
      assertThat(allBases(store, 0)).isEqualTo(before);
      assertThat(files()).noneMatch(name -> name.endsWith(".cleaned"));
      append(store, 1, 10);
    }
  }

  @Test
  void anInterruptedThreadDoesNotTakeTheLogFromOthers() throws Exception {
    try (LogStore store = engine.open(ID, CONFIG)) {
      append(store, 2, 100);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> append(store, 2, 100)).isInstanceOf(IOException.class);
      assertThat(Thread.interrupted()).isTrue();
      append(store, 1, 10);
      assertThat(allBases(store, 0)).containsExactly(0L, 2L);
    }
  }
}
