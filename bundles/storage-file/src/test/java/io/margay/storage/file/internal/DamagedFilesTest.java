package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.record.CorruptRecordException;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each file that the engine writes, in each state in which a crash of the machine can leave it: see docs/files.md. */
class DamagedFilesTest extends FileEngineFixture {
  private static final StoreConfig DENSE = new StoreConfig(1 << 20, 100, 10 << 20, false);
  private static final String TABLE = "replication-offset-checkpoint";
  private static final List<String> DAMAGES = List.of("empty", "cut", "zeros", "missing");

  static Stream<Arguments> filesAndDamages() {
    List<String> files = List.of(TABLE, LogDirectory.RECOVERY_POINTS, ".lock", LogDirectory.BOOT_FILE,
        LogDirectory.CLEAN_MARKER, "orders-0/" + SegmentNames.METADATA, "orders-0/" + SegmentNames.of(0, ".index"),
        "orders-0/" + SegmentNames.of(0, ".timeindex"), "orders-0/" + SegmentNames.of(19, ".index"),
        "orders-0/" + SegmentNames.of(19, ".timeindex"), "orders-0/note");
    return files.stream().flatMap(file -> DAMAGES.stream().map(damage -> Arguments.of(file, damage)));
  }

  @ParameterizedTest
  @MethodSource("filesAndDamages")
  void afterACleanStopNoDamageOfASmallFileTakesARecord(String file, String damage) throws IOException {
    verify(file, damage, true);
  }

  @ParameterizedTest
  @MethodSource("filesAndDamages")
  void afterACrashOfTheMachineNoDamageOfASmallFileTakesAFlushedRecord(String file, String damage) throws IOException {
    verify(file, damage, false);
  }

  private void verify(String file, String damage, boolean clean) throws IOException {
    LogStore store = engine.open(ID, DENSE);
    fill(store, 10);
    store.roll();
    fill(store, 10);
    store.writeBlob("note", new byte[] {1, 2, 3}, true);
    engine.writeCheckpoint(TABLE, Map.of(ID, 7L));
    List<Long> bases = allBases(store, 0);
    List<Long> times = times(store);
    store.flush();
    if (clean) {
      store.close();
      stop(engine);
    } else {
      ((FileStorageEngine) engine).maintain();
      Path copy = directory.resolve("crashed");
      copy(home, copy);
      stop(engine);
      home = copy;
      Files.deleteIfExists(home.resolve(LogDirectory.BOOT_FILE));
    }
    damage(home.resolve(file), damage);
    engine = start(home);
    try (LogStore again = engine.open(ID, DENSE)) {
      assertThat(allBases(again, 0)).isEqualTo(bases);
      assertThat(times(again)).isEqualTo(times);
      appendAt(again, again.endOffset(), 1, 10, 2000);
      assertThat(engine.list()).containsExactly(ID);
    }
    Map<?, Long> rows = engine.readCheckpoint(TABLE);
    assertThat(rows).isEqualTo(file.equals(TABLE) ? Map.of() : Map.of(ID, 7L));
    assertThatCode(() -> engine.writeCheckpoint(TABLE, Map.of(ID, 9L))).doesNotThrowAnyException();
    assertThat(engine.readCheckpoint(TABLE)).isEqualTo(Map.of(ID, 9L));
    assertThat(faults).isEmpty();
  }

  private static void damage(Path path, String how) throws IOException {
    byte[] bytes = Files.exists(path) ? Files.readAllBytes(path) : new byte[0];
    switch (how) {
      case "empty" -> Files.write(path, new byte[0]);
      case "cut" -> Files.write(path, Arrays.copyOf(bytes, bytes.length / 2));
      case "zeros" -> Files.write(path, new byte[bytes.length]);
      default -> Files.deleteIfExists(path);
    }
  }

  /** A decision that was never on stable storage as a whole was not acted upon, so the old segments are all there. */
  @ParameterizedTest
  @MethodSource("damages")
  void anUnreadableDecisionToReplaceSegmentsLeavesThem(String damage) throws IOException {
    List<Long> bases;
    try (LogStore store = engine.open(ID, DENSE)) {
      fill(store, 10);
      store.roll();
      fill(store, 10);
      bases = allBases(store, 0);
    }
    new SegmentSwap(0, 19, List.of(0L)).decide(partition());
    Files.write(file(0, SegmentNames.CLEANED), new byte[100]);
    damage(file(0, SegmentNames.SWAP), damage);
    stop(engine);
    engine = start(home);
    try (LogStore store = engine.open(ID, DENSE)) {
      assertThat(allBases(store, 0)).isEqualTo(bases);
    }
    assertThat(files()).noneMatch(name -> name.endsWith(SegmentNames.SWAP) || name.endsWith(SegmentNames.CLEANED));
  }

  static Stream<String> damages() {
    return DAMAGES.stream();
  }

  /** A header that is destroyed while the engine runs: what comes before it can be read, and the engine reports no fault. */
  @Test
  void aDestroyedHeaderIsNoFaultOfTheDisk() throws IOException {
    try (LogStore store = engine.open(ID, DENSE)) {
      fill(store, 10);
      store.roll();
      fill(store, 10);
      List<Long> bases = allBases(store, 0);
      Path first = file(0, ".log");
      byte[] bytes = Files.readAllBytes(first);
      int second = 12 + ByteBuffer.wrap(bytes).getInt(8);
      Files.write(first, Arrays.copyOf(bytes, second));
      Files.write(first, new byte[bytes.length - second], StandardOpenOption.APPEND);
      assertThatThrownBy(() -> store.read(bases.get(1), 1 << 20, Long.MAX_VALUE, true)).isInstanceOf(CorruptRecordException.class);
      store.read(bases.get(10), 1 << 20, Long.MAX_VALUE, true).records().release();
    }
    assertThat(faults).isEmpty();
  }
}
