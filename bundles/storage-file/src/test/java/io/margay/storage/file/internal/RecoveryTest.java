package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import io.margay.spi.storage.TestBatches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryTest extends FileEngineFixture {
  private static final StoreConfig DENSE = new StoreConfig(1 << 20, 100, 10 << 20, false);

  @Test
  void aTailTornAnywhereIsCutAtItsBatch() throws IOException {
    int lastBytes = 61 + 90;
    try (LogStore store = engine.open(ID, DENSE)) {
      fill(store, 10);
      appendAt(store, 100, 2, 90, 1100);
    }
    stopUnclean();
    byte[] whole = Files.readAllBytes(file(0, ".log"));
    for (int kept = 0; kept < lastBytes; kept++) {
      Files.write(file(0, ".log"), Arrays.copyOf(whole, whole.length - lastBytes + kept));
      verifyCut(whole.length - lastBytes);
    }
    engine = start(home);
  }

  @Test
  void aTailOfZerosOrNoiseIsCut() throws IOException {
    try (LogStore store = engine.open(ID, DENSE)) {
      fill(store, 10);
    }
    stopUnclean();
    byte[] whole = Files.readAllBytes(file(0, ".log"));
    Random random = new Random(7);
    for (int length : new int[] {1, 11, 12, 60, 61, 62, 500, 70_000}) {
      byte[] longer = Arrays.copyOf(whole, whole.length + length);
      Files.write(file(0, ".log"), longer);
      verifyCut(whole.length);
      byte[] noise = new byte[length];
      random.nextBytes(noise);
      ByteBuffer.wrap(longer).put(whole.length, noise);
      Files.write(file(0, ".log"), longer);
      verifyCut(whole.length);
    }
    engine = start(home);
  }

  private void verifyCut(int expectedBytes) throws IOException {
    FileStorageEngine other = start(home, Disk.REAL);
    try (LogStore store = other.open(ID, DENSE)) {
      assertThat(store.wasClean()).isFalse();
      assertThat(store.sizeBytes()).isEqualTo(expectedBytes);
      assertThat(store.endOffset()).isEqualTo(19);
      assertThat(allBases(store, 0)).hasSize(10);
      assertThat(store.findByTimestamp(1100, 0)).isEqualTo(-1);
    }
    other.close();
    forgetEnd();
  }

  @Test
  void anyDamagedByteEndsTheLogBeforeItsBatch() throws IOException {
    try (LogStore store = engine.open(ID, DENSE)) {
      for (int i = 0; i < 4; i++) {
        append(store, 1, 30);
      }
    }
    stopUnclean();
    byte[] whole = Files.readAllBytes(file(0, ".log"));
    int damaged = 2 * 91;
    for (int i = 0; i < 91; i++) {
      // The leader epoch (12 to 16) is not covered by the checksum, and a base offset (0 to 8) may be any that rises.
      if (i < 8 || i >= 12 && i < 16) {
        continue;
      }
      byte[] bytes = whole.clone();
      bytes[damaged + i] ^= 0x14;
      Files.write(file(0, ".log"), bytes);
      FileStorageEngine other = start(home, Disk.REAL);
      try (LogStore store = other.open(ID, DENSE)) {
        assertThat(store.endOffset()).as("byte " + i).isEqualTo(2);
      }
      other.close();
      forgetEnd();
    }
    engine = start(home);
  }

  @Test
  void segmentsAfterADamagedOneGo() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      fill(store, 60);
      assertThat(store.segments()).hasSizeGreaterThan(4);
    }
    stopUnclean();
    List<String> logs = files().stream().filter(name -> name.endsWith(".log")).toList();
    Path second = partition().resolve(logs.get(1));
    try (var channel = Files.newByteChannel(second, StandardOpenOption.WRITE)) {
      channel.position(Files.size(second) - 3).write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }
    engine = start(home);
    try (LogStore store = engine.open(ID, SMALL)) {
      assertThat(store.segments()).hasSize(2);
      List<Long> bases = allBases(store, 0);
      append(store, 1, 10);
      assertThat(allBases(store, 0)).hasSize(bases.size() + 1);
    }
  }

  @Test
  void onlyWhatLiesAfterTheRecoveryPointIsRead() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 100);
    long flushed = store.flush();
    ((FileStorageEngine) engine).maintain();
    fill(store, 10);
    long end = store.endOffset();
    reboot();
    // Damage below the recovery point: if it were read, the log would be cut.
    try (var channel = Files.newByteChannel(file(0, ".log"), StandardOpenOption.WRITE)) {
      channel.position(70).write(ByteBuffer.wrap(new byte[] {99, 98}));
    }
    try (LogStore recovered = engine.open(ID, DENSE)) {
      assertThat(recovered.wasClean()).isFalse();
      assertThat(recovered.endOffset()).isEqualTo(end);
      assertThat(recovered.flushedOffset()).isEqualTo(flushed);
    }
  }

  /** Goes on as after a power failure that lost nothing. */
  private void reboot() throws IOException {
    kill();
    stop(engine);
    Files.delete(home.resolve(LogDirectory.BOOT_FILE));
    engine = start(home);
  }

  @Test
  void afterAKillOnlyWhatTheSavedIndexDoesNotTellIsRead() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 1200);
    ((FileStorageEngine) engine).maintain();
    fill(store, 10);
    long end = store.endOffset();
    List<Long> times = times(store);
    kill();
    Path log = file(0, ".log");
    byte[] whole = Files.readAllBytes(log);
    byte[] damaged = whole.clone();
    damaged[70] ^= 1;
    Files.write(log, Arrays.copyOf(damaged, damaged.length + 5));
    try (LogStore recovered = engine.open(ID, DENSE)) {
      assertThat(recovered.wasClean()).isFalse();
      assertThat(recovered.endOffset()).isEqualTo(end);
      assertThat(recovered.sizeBytes()).isEqualTo(whole.length);
      assertThat(recovered.flushedOffset()).isZero();
      assertThat(times(recovered)).isEqualTo(times);
    }
  }

  @Test
  void afterARebootAKillIsTrustedOnlyWhenAllLogsWereRecovered() throws IOException {
    engine.open(ID, DENSE);
    engine.open(id("other", 0), DENSE);
    Path boot = home.resolve(LogDirectory.BOOT_FILE);
    assertThat(boot).exists();
    reboot();
    boot = home.resolve(LogDirectory.BOOT_FILE);
    assertThat(boot).doesNotExist();
    engine.open(ID, DENSE).close();
    engine.open(ID, DENSE);
    assertThat(boot).doesNotExist();
    engine.delete(id("other", 0));
    assertThat(boot).exists();
  }

  @Test
  void anEmptyDirectoryThatMayHaveReplacedAnotherOneIsNotTrustedBeforeItIsUsed() throws IOException {
    assertThat(engine.kept()).isFalse();
    kill();
    assertThat(engine.kept()).isFalse();
    stop(engine);
    engine = start(home);
    assertThat(engine.kept()).isFalse();
    engine.open(ID, DENSE).close();
    kill();
    assertThat(engine.kept()).isTrue();
    stop(engine);
    engine = start(home);
    assertThat(engine.kept()).isTrue();
  }

  @Test
  void aRecoveryPointIsTakenBackBeforeTheTailIsCut() throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 30);
    store.flush();
    ((FileStorageEngine) engine).maintain();
    Path points = home.resolve(LogDirectory.RECOVERY_POINTS);
    assertThat(CheckpointFile.read(points)).containsEntry(ID.topicPartition(), store.endOffset());
    store.truncateTo(20);
    assertThat(CheckpointFile.read(points).get(ID.topicPartition())).isLessThanOrEqualTo(20);
    store.close();
  }

  @Test
  void theMarkIsLeftOnlyWhenAllWasClosedOrRecovered() throws IOException {
    engine.open(ID, DENSE).close();
    engine.open(id("other", 0), DENSE).close();
    stopUnclean();
    engine = start(home);
    engine.open(ID, DENSE).close();
    stop(engine);
    assertThat(home.resolve(LogDirectory.CLEAN_MARKER)).doesNotExist();
    engine = start(home);
    try (LogStore one = engine.open(ID, DENSE); LogStore other = engine.open(id("other", 0), DENSE)) {
      assertThat(one.wasClean()).isFalse();
      assertThat(other.wasClean()).isFalse();
    }
    stop(engine);
    assertThat(home.resolve(LogDirectory.CLEAN_MARKER)).exists();
    engine = start(home);
    assertThat(home.resolve(LogDirectory.CLEAN_MARKER)).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty", "odd", "zeros", "noise", "short", "shifted"})
  void damagedIndexesAreBuiltAnewAfterACleanStop(String damage) throws IOException {
    List<Long> bases;
    List<Long> times;
    try (LogStore store = engine.open(ID, DENSE)) {
      fill(store, 900);
      store.roll();
      fill(store, 900);
      bases = allBases(store, 0);
      times = times(store);
    }
    long second;
    try (LogStore store = engine.open(ID, DENSE)) {
      second = store.segments().get(1).baseOffset();
    }
    for (String suffix : new String[] {".index", ".timeindex"}) {
      for (long base : new long[] {0, second}) {
        stop(engine);
        damage(file(base, suffix), damage);
        engine = start(home);
        try (LogStore store = engine.open(ID, DENSE)) {
          assertThat(store.endOffset()).isEqualTo(bases.get(bases.size() - 1) + 3);
          assertThat(allBases(store, 0)).isEqualTo(bases);
          if (!damage.equals("short")) {
            // A time index that lost whole entries at its end cannot be told from a good one without reading the segment.
            assertThat(times(store)).isEqualTo(times);
          }
        }
      }
    }
  }

  private static void damage(Path file, String how) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    switch (how) {
      case "missing" -> Files.delete(file);
      case "empty" -> Files.write(file, new byte[0]);
      case "odd" -> Files.write(file, Arrays.copyOf(bytes, bytes.length - 1));
      case "zeros" -> Files.write(file, new byte[bytes.length]);
      case "short" -> Files.write(file, Arrays.copyOf(bytes, bytes.length / 24 / 2 * 24));
      case "shifted" -> Files.write(file, Arrays.copyOfRange(bytes, 4, bytes.length));
      default -> {
        new Random(3).nextBytes(bytes);
        Files.write(file, bytes);
      }
    }
  }

  @Test
  void aReplacementIsDoneOrUndoneAtEachPointOfACrash() throws IOException {
    LogStore store = engine.open(ID, SMALL);
    fill(store, 80);
    List<Long> old = allBases(store, 0);
    long to = store.segments().get(2).nextOffset();
    long split = store.segments().get(1).baseOffset() + 1;
    List<Long> replaced = new ArrayList<>(List.of(2L, split));
    old.stream().filter(base -> base >= to).forEach(replaced::add);
    store.close();
    stopUnclean();
    // Step 1: two new segments, one with the name of an old one and one with a new name.
    var first = TestBatches.batch(2, 1, 1000, 10);
    var second = TestBatches.batch(split, 1, 1001, 10);
    Files.write(file(0, SegmentNames.CLEANED), first.array());
    verifyAfterCrash(old);
    Files.write(file(0, SegmentNames.CLEANED), first.array());
    Files.write(file(split, SegmentNames.CLEANED), Arrays.copyOf(second.array(), 20));
    verifyAfterCrash(old);
    SegmentSwap swap = new SegmentSwap(0, to, List.of(0L, split));
    for (int steps = 0; steps <= 6; steps++) {
      Path before = home;
      Path copy = directory.resolve("steps-" + steps);
      copy(home, copy);
      home = copy;
      Files.write(file(0, SegmentNames.CLEANED), Arrays.copyOf(first.array(), first.readableBytes()));
      Files.write(file(split, SegmentNames.CLEANED), Arrays.copyOf(second.array(), second.readableBytes()));
      swap.decide(partition());
      doPartly(steps, to, split);
      verifyAfterCrash(replaced);
      assertThat(files()).noneMatch(name -> name.endsWith(".swap") || name.endsWith(".cleaned"));
      home = before;
    }
    engine = start(home);
  }

  /** The steps of {@link SegmentSwap#finish} up to a crash, in another order than there: any order must do. */
  private void doPartly(int steps, long to, long split) throws IOException {
    List<String> oldLogs = files().stream().filter(name -> {
      long base = SegmentNames.baseOffset(name, ".log");
      return base > 0 && base < to;
    }).toList();
    assertThat(oldLogs).hasSize(2);
    if (steps > 0) {
      Files.delete(partition().resolve(oldLogs.get(0)));
    }
    if (steps > 1) {
      Files.move(file(split, SegmentNames.CLEANED), file(split, ".log"));
    }
    if (steps > 2) {
      Files.deleteIfExists(file(0, ".index"));
    }
    if (steps > 3) {
      Files.move(file(0, SegmentNames.CLEANED), file(0, ".log"), StandardCopyOption.ATOMIC_MOVE);
    }
    if (steps > 4) {
      Files.delete(partition().resolve(oldLogs.get(1)));
    }
    if (steps > 5) {
      SegmentIndex.deleteFiles(partition(), 0);
    }
  }

  private void verifyAfterCrash(List<Long> expected) throws IOException {
    FileStorageEngine other = start(home, Disk.REAL);
    try (LogStore store = other.open(ID, SMALL)) {
      assertThat(allBases(store, 0)).isEqualTo(expected);
      assertThat(store.startOffset()).isZero();
    }
    other.close();
    forgetEnd();
  }
}
