package io.margay.storage.mapdb.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Clock;
import io.margay.spi.storage.FaultyDisk;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineFixture;
import io.margay.spi.storage.TestBatches;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Damage is found and reported, and takes the place offline; what a crash leaves half done is repaired. */
class DamageTest extends StorageEngineFixture {
  private final List<String> faults = new ArrayList<>();
  private final FaultyDisk disk = new FaultyDisk();
  private Database.Limits limits = TestEngines.AT_REST;

  @Override
  protected StorageEngine start(Path where) {
    return new MapDbEngine(where, disk::open, limits, (what, cause) -> faults.add(what), Clock.SYSTEM);
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((MapDbEngine) running).close();
  }

  private void fill(int batches) throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int i = 0; i < batches; i++) {
        append(store, 1, 300);
      }
    }
  }

  /** As after a kill; some changes are in the journal. */
  private void fillAndKill(int batches) throws IOException {
    LogStore store = engine.open(ID, SMALL);
    for (int i = 0; i < batches; i++) {
      append(store, 1, 300);
      if (i % 10 == 0) {
        store.flush();
      }
    }
    kill();
    stop(engine);
  }

  private Path file(String name) {
    return home.resolve("partitions." + name);
  }

  private Path journal() throws IOException {
    return Files.size(file("journal0")) > Files.size(file("journal1")) ? file("journal0") : file("journal1");
  }

  private static void flip(Path file, long position) throws IOException {
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.seek(position);
      int old = access.read();
      access.seek(position);
      access.write(old ^ 0x55);
    }
  }

  private void assertOffline(String message) throws IOException {
    engine = start(home);
    assertThatThrownBy(() -> engine.open(ID, SMALL)).isInstanceOf(IOException.class).hasMessageContaining(message);
    assertThatThrownBy(() -> engine.list()).isInstanceOf(IOException.class).hasMessageContaining("offline");
    assertThat(engine.places()).singleElement().satisfies(place -> {
      assertThat(place.path()).isEqualTo(home.toString());
      assertThat(place.offlineCause()).hasMessageContaining(message);
    });
    assertThat(faults).hasSize(1);
  }

  @Test
  void aDamagedHeader() throws IOException {
    fill(10);
    stop(engine);
    flip(file("db"), 3);
    assertOffline("header does not begin");
  }

  @Test
  void aDamagedFieldOfTheHeader() throws IOException {
    fill(10);
    stop(engine);
    flip(file("db"), 12);
    assertOffline("checksum of its header");
  }

  @Test
  void aFileThatLostItsContent() throws IOException {
    fill(10);
    stop(engine);
    try (RandomAccessFile access = new RandomAccessFile(file("db").toFile(), "rw")) {
      access.setLength(100);
    }
    assertOffline("ends within its header");
  }

  @Test
  void aDamagedPage() throws IOException {
    fill(10);
    stop(engine);
    flip(file("db"), 4096 + 50);
    assertOffline("checksum of page 0");
  }

  @Test
  void aDamagedBatchIsNotGivenToReaders() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      append(store, 1, 50_000);
    }
    stop(engine);
    byte[] content = Files.readAllBytes(file("db"));
    byte[] needle = new byte[8];
    TestBatches.batch(0, 1, 0, 50_000).getBytes(30_000, needle);
    flip(file("db"), indexOf(content, needle));
    engine = start(home);
    try (LogStore store = engine.open(ID, SMALL)) {
      assertThatThrownBy(() -> store.read(0, 100, Long.MAX_VALUE, true)).isInstanceOf(IOException.class)
          .hasMessageContaining("is damaged: the checksum of page");
    }
  }

  private static int indexOf(byte[] all, byte[] part) {
    for (int i = 0; i <= all.length - part.length; i++) {
      if (java.util.Arrays.equals(all, i, i + part.length, part, 0, part.length)) {
        return i;
      }
    }
    throw new AssertionError("not there");
  }

  @Test
  void aHalfWrittenEndOfTheJournalWasNeverAcknowledged() throws IOException {
    fillAndKill(30);
    Path journal = journal();
    long size = Files.size(journal);
    for (int cut = 1; cut < 400; cut += 7) {
      try (RandomAccessFile access = new RandomAccessFile(journal.toFile(), "rw")) {
        access.setLength(size - cut);
      }
      StorageEngine other = startOnCopy();
      try (LogStore store = other.open(ID, SMALL)) {
        assertThat(store.wasClean()).isFalse();
        assertThat(store.endOffset()).as("cut " + cut).isBetween(28L, 29L);
        assertThat(allBases(store, 0)).hasSize((int) store.endOffset());
      } finally {
        stop(other);
      }
    }
    engine = start(home);
  }

  @Test
  void damageBeforeWhatWasOnDiskIsNoHalfWrittenEnd() throws IOException {
    fillAndKill(30);
    flip(journal(), 2000);
    assertOffline("is damaged: changes after");
  }

  @Test
  void aMissingDatabaseBesideAJournal() throws IOException {
    fillAndKill(30);
    Files.delete(file("db"));
    assertOffline("is missing");
  }

  @Test
  void aCheckpointThatFindsNoRoomIsMadeUpFor() throws IOException {
    stop(engine);
    limits = new Database.Limits(20_000, 50, 3_600_000);
    engine = start(home);
    try (LogStore store = engine.open(ID, SMALL)) {
      for (int round = 0; round < 20; round++) {
        disk.allow(3_000 + round * 9_000L);
        try {
          for (int i = 0; i < 100; i++) {
            append(store, 1, 300);
          }
        } catch (IOException e) {
          assertThat(e).hasMessageContaining("No space left");
        }
        List<Long> before = allBases(store, 0);
        assertThat(before).hasSize((int) store.endOffset());
        disk.allow(Long.MAX_VALUE);
        append(store, 1, 300);
        assertThat(allBases(store, 0)).hasSize(before.size() + 1);
      }
      kill();
    }
    try (LogStore store = engine.open(ID, SMALL)) {
      assertThat(allBases(store, 0)).hasSize((int) store.endOffset());
      for (long base : allBases(store, 0)) {
        ByteBuf bytes = bytes(store.read(base, 1, Long.MAX_VALUE, true));
        assertThat(bytes).isEqualTo(TestBatches.batch(base, 1, base, 300));
      }
    }
  }

  @Test
  void aFailedFlushIsNotRepeated() throws IOException {
    LogStore store = engine.open(ID, SMALL);
    append(store, 1, 300);
    disk.failForce(true);
    assertThatThrownBy(store::flush).isInstanceOf(IOException.class);
    disk.failForce(false);
    assertThatThrownBy(store::flush).isInstanceOf(IOException.class).hasMessageContaining("takes no calls");
    assertThatThrownBy(() -> append(store, 1, 300)).isInstanceOf(IOException.class).hasMessageContaining("takes no calls");
    assertThat(store.flushedOffset()).isZero();
    assertThat(engine.places().get(0).offlineCause()).isNotNull();
    assertThat(faults).hasSize(1);
    assertThatThrownBy(() -> stop(engine)).isInstanceOf(IOException.class);
    engine = start(home);
    try (LogStore again = engine.open(ID, SMALL)) {
      assertThat(again.wasClean()).isFalse();
      assertThat(allBases(again, 0)).containsExactly(0L);
    }
  }

  @Test
  void afterAPassingErrorItIsOpenedAgainWithItsLogs() throws IOException {
    LogStore store = engine.open(ID, SMALL);
    LogStore other = engine.open(id("other", 0), SMALL);
    append(store, 1, 300);
    append(other, 1, 300);
    store.flush();
    append(store, 1, 300);
    disk.failForce(true);
    assertThatThrownBy(store::flush).isInstanceOf(IOException.class);
    disk.failForce(false);
    assertThatThrownBy(() -> append(other, 1, 300)).isInstanceOf(IOException.class);
    assertThatThrownBy(store::close).isInstanceOf(IOException.class);
    try (LogStore again = engine.open(ID, SMALL)) {
      assertThat(engine.places().get(0).offlineCause()).isNull();
      assertThat(allBases(again, 0)).startsWith(0L);
      append(again, 1, 300);
      assertThat(again.flush()).isEqualTo(again.endOffset());
    }
    assertThatThrownBy(() -> append(other, 1, 300)).isInstanceOf(IOException.class);
    assertThatThrownBy(other::close).isInstanceOf(IOException.class);
    try (LogStore again = engine.open(id("other", 0), SMALL)) {
      assertThat(allBases(again, 0)).containsExactly(0L);
      append(again, 1, 300);
    }
    assertThat(faults).hasSize(1);
  }

  @Test
  void anInterruptedThreadDoesNotTakeTheDatabaseFromOthers() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      append(store, 1, 300);
      Thread.currentThread().interrupt();
      append(store, 1, 300);
      store.flush();
      assertThat(Thread.interrupted()).isTrue();
      append(store, 1, 300);
      assertThat(allBases(store, 0)).containsExactly(0L, 1L, 2L);
    }
    assertThat(faults).isEmpty();
  }

  @Test
  void thereIsNoFileBeforeThereIsAPartition() throws IOException {
    stop(engine);
    Path nowhere = home.resolve("none");
    MapDbEngine fresh = (MapDbEngine) start(nowhere);
    assertThat(fresh.list()).isEmpty();
    assertThat(fresh.placeOf(ID)).isNull();
    assertThat(fresh.readCheckpoint("table")).isEmpty();
    fresh.delete(ID);
    assertThat(fresh.places()).hasSize(1);
    fresh.close();
    assertThat(nowhere).doesNotExist();
    engine = start(home);
  }
}
