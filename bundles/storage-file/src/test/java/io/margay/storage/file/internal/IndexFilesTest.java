package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.storage.FaultyDisk;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the files of an index tell belongs to the segment of that name and to no earlier one. */
class IndexFilesTest extends FileEngineFixture {
  private static final StoreConfig DENSE = new StoreConfig(1 << 20, 100, 10 << 20, false);
  private final FaultyDisk disk = new FaultyDisk();

  private interface Change {
    void run() throws IOException;
  }

  @BeforeEach
  void useTheDisk() throws IOException {
    stop(engine);
    engine = start(home, disk::open);
  }

  /** Has a change of the segments come between a flush's last write to the disk and its look at the indexes. */
  private void flushAround(LogStore store, Change change) throws IOException {
    disk.afterForce(() -> {
      try {
        change.run();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    });
    store.flush();
  }

  private void verifyAfterKill(LogStore store) throws IOException {
    List<Long> offsets = allBases(store, 0);
    List<Long> times = times(store);
    kill();
    try (LogStore again = engine.open(ID, DENSE)) {
      assertThat(allBases(again, 0)).isEqualTo(offsets);
      assertThat(times(again)).isEqualTo(times);
    }
  }

  @Test
  void aFlushThatIsOvertakenByACutDoesNotSaveWhatWasCut() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 4);
    appendAt(store, store.endOffset(), 1, 200, 1051);
    fill(store, 4);
    flushAround(store, () -> store.truncateTo(4));
    assertThat(file(0, ".index")).doesNotExist();
    assertThat(file(0, ".timeindex")).doesNotExist();
    fill(store, 10);
    store.roll();
    fill(store, 2);
    verifyAfterKill(store);
  }

  @Test
  void aFlushThatIsOvertakenByADropDoesNotSaveWhatWentWithIt() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 10);
    store.roll();
    long base = store.endOffset();
    store.flush();
    fill(store, 10);
    flushAround(store, () -> {
      store.truncateTo(3);
      appendAt(store, 3, (int) base - 3, 10, 1001);
      store.roll();
      appendAt(store, base, 20, 5000, 1000);
    });
    assertThat(file(base, ".index")).doesNotExist();
    assertThat(file(base, ".timeindex")).doesNotExist();
    appendAt(store, base + 20, 20, 50, 1001);
    store.roll();
    verifyAfterKill(store);
  }

  @Test
  void aFlushThatIsOvertakenByAResetDoesNotSaveWhatWentWithIt() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 10);
    flushAround(store, () -> store.resetTo(0));
    assertThat(file(0, ".index")).doesNotExist();
    assertThat(file(0, ".timeindex")).doesNotExist();
    fill(store, 3);
    verifyAfterKill(store);
  }

  /** A crash may have left the files of an index whose segment is gone. */
  @Test
  void aNewSegmentDoesNotInheritAnIndex() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 10);
    store.roll();
    long base = store.endOffset();
    byte[] index = Files.readAllBytes(file(0, ".index"));
    byte[] timeIndex = Files.readAllBytes(file(0, ".timeindex"));
    store.truncateTo(base - 1);
    Files.write(file(base, ".index"), index);
    Files.write(file(base, ".timeindex"), timeIndex);
    appendAt(store, store.endOffset(), (int) (base - store.endOffset()), 10, 1001);
    store.roll();
    appendAt(store, base, 20, 5000, 1000);
    store.roll();
    verifyAfterKill(store);
  }

  /** As a reader that got hold of the segment before it was replaced and needs its index only after that. */
  @Test
  void aRetiredSegmentTouchesNoFileOfItsSuccessor() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 10);
    store.close();
    int size = (int) Files.size(file(0, ".log"));
    Segment old = SegmentFiles.existing(partition(), SegmentResources.of(Disk.REAL), 0, size, 20);
    FileHandle handle = old.file().acquire();
    old.retire();
    Files.write(file(0, ".index"), new byte[8]);
    Files.write(file(0, ".timeindex"), new byte[12]);
    assertThatThrownBy(() -> old.index(handle.channel())).isInstanceOf(RetiredSegmentException.class);
    old.saveIndex(true);
    assertThat(file(0, ".index")).hasBinaryContent(new byte[8]);
    assertThat(file(0, ".timeindex")).hasBinaryContent(new byte[12]);
    handle.release();
  }

  @Test
  void whatIsFlushedIsFlushedWithItsIndex() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 10);
    store.roll();
    fill(store, 10);
    store.flush();
    assertThat(disk.forced()).contains(file(0, ".log"), file(0, ".index"), file(0, ".timeindex"), file(19, ".log"));
    store.close();
    assertThat(disk.forced()).contains(file(19, ".log"), file(19, ".index"), file(19, ".timeindex"));
  }

  @Test
  void whatAKilledProcessLeftIsFlushedWithItsIndex() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 10);
    store.roll();
    fill(store, 10);
    Path copy = directory.resolve("killed");
    copy(home, copy);
    stop(engine);
    home = copy;
    engine = start(home, disk::open);
    try (LogStore again = engine.open(ID, DENSE)) {
      again.flush();
      assertThat(disk.forced()).contains(file(0, ".log"), file(0, ".index"), file(0, ".timeindex"), file(19, ".log"));
    }
  }

  /** What a kill leaves when it comes at the worst moment of a save: see the order of the entries. */
  @Test
  void aSavedPositionIsNeverAheadOfItsTimestamp() throws Exception {
    Path where = Files.createDirectory(directory.resolve("index"));
    Segment segment = SegmentFiles.existing(where, SegmentResources.of(Disk.REAL), 0, Integer.MAX_VALUE, 1);
    SegmentIndex index = segment.newIndex();
    AtomicBoolean ended = new AtomicBoolean();
    Thread writer = new Thread(() -> {
      for (int i = 1; i <= 2_000_000 && !ended.get(); i++) {
        index.add(i, i, i, i);
      }
      ended.set(true);
    });
    writer.start();
    try {
      for (int i = 0; i < 500 && !ended.get(); i++) {
        index.save(false);
        SegmentIndex saved = SegmentIndex.attach(segment.indexFiles(), new IndexCache(0), Integer.MAX_VALUE);
        if (saved != null) {
          assertThat(saved.lastTimestamp()).isGreaterThanOrEqualTo(saved.lastPosition());
        }
      }
    } finally {
      ended.set(true);
      writer.join();
    }
  }

  @Test
  void aKillWhileASegmentIsBegunFindsTheIndexOfTheOneBeforeComplete() throws IOException {
    Path copy = directory.resolve("killed");
    stop(engine);
    engine = start(home, (path, options) -> {
      FileChannel channel = disk.open(path, options);
      if (path.endsWith(SegmentNames.of(40, ".log"))) {
        copy(home, copy);
      }
      return channel;
    });
    LogStore store = engine.open(ID, DENSE);
    fill(store, 5);
    store.flush();
    appendAt(store, store.endOffset(), (int) (40 - store.endOffset()), 10, 1051);
    List<Long> times = times(store);
    store.roll();
    store.close();
    stop(engine);
    home = copy;
    engine = start(home);
    try (LogStore again = engine.open(ID, DENSE)) {
      assertThat(again.segments()).hasSize(2);
      assertThat(times(again)).isEqualTo(times);
    }
  }

  /** A crash of the machine may leave a later state of one file and an earlier one of the other. */
  @ParameterizedTest
  @ValueSource(strings = {".index", ".timeindex"})
  void afterACrashOfTheMachineTheActiveSegmentsIndexIsNotBelieved(String late) throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 4);
    store.flush();
    byte[] early = Files.readAllBytes(file(0, late));
    appendAt(store, store.endOffset(), 1, 200, 1051);
    fill(store, 20);
    store.flush();
    ((FileStorageEngine) engine).maintain();
    List<Long> times = times(store);
    Path copy = directory.resolve("crashed");
    copy(home, copy);
    store.close();
    stop(engine);
    home = copy;
    Files.write(file(0, late), early);
    Files.delete(home.resolve(LogDirectory.BOOT_FILE));
    engine = start(home);
    try (LogStore again = engine.open(ID, DENSE)) {
      assertThat(times(again)).isEqualTo(times);
    }
  }
}
