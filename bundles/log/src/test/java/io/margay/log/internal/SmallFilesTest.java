package io.margay.log.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.spi.log.PartitionLog.Origin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each small file of a log, in each state in which a crash of the machine can leave it: see docs/files.md. */
class SmallFilesTest {
  private static final int PRODUCER = 7;
  private final TestLog t = new TestLog();
  @TempDir
  private Path directory;

  private static byte[] damaged(byte[] bytes, String how) {
    return switch (how) {
      case "empty" -> new byte[0];
      case "cut" -> Arrays.copyOf(bytes, bytes.length / 2);
      case "zeros" -> new byte[bytes.length];
      default -> null;
    };
  }

  /** Two epochs, a producer, and a roll that leaves snapshots. */
  private void fill() throws IOException {
    t.log.beginEpoch(new LeaderEpoch(1));
    t.log.appendAsLeader(TestLog.produced(PRODUCER, 0, 0, "a=1"), new LeaderEpoch(1), Origin.CLIENT);
    t.log.roll();
    t.log.beginEpoch(new LeaderEpoch(4));
    t.log.appendAsLeader(TestLog.produced(PRODUCER, 0, 1, "a=2"), new LeaderEpoch(4), Origin.CLIENT);
    t.log.setHighWatermark(2);
  }

  private void damageAll(String suffix, String how) throws IOException {
    List<String> blobs = t.store.blobs().stream().filter(blob -> blob.endsWith(suffix)).toList();
    assertThat(blobs).isNotEmpty();
    for (String blob : blobs) {
      byte[] bytes = damaged(t.store.blobs.get(blob), how);
      if (bytes == null) {
        t.store.blobs.remove(blob);
      } else {
        t.store.blobs.put(blob, bytes);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "cut", "zeros", "missing"})
  void epochsAreKnownFromTheBatches(String how) throws IOException {
    fill();
    t.log.close();
    damageAll(LogState.EPOCHS, how);
    t.log = SegmentedPartitionLog.open(TestLog.ID, t.log.config(), t.store.reopen(), t.environment, t.owner, -1, 2);
    assertThat(t.log.latestEpoch()).isEqualTo(new LeaderEpoch(4));
    assertThat(t.log.epochAt(0)).isEqualTo(1);
    assertThat(t.log.endOfEpoch(1).endOffset()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "cut", "zeros"})
  void producersAreKnownFromTheBatches(String how) throws IOException {
    fill();
    t.log.close();
    damageAll(".snapshot", how);
    t.log = SegmentedPartitionLog.open(TestLog.ID, t.log.config(), t.store.reopen(), t.environment, t.owner, -1, 2);
    assertThat(t.log.producers()).hasSize(1);
    assertThat(t.log.producers().get(0).lastSequence()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "cut", "zeros", "missing"})
  void aMarkerOfAMoveThatCannotBeReadIsThatOfAnUnfinishedCopy(String how) throws IOException {
    new MoveMarker(true, "other").writeTo(t.store);
    damageAll(MoveMarker.BLOB, how);
    MoveMarker marker = MoveMarker.of(t.store);
    assertThat(marker == null || !marker.complete()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"empty", "cut", "zeros", "missing", "zeros in the middle"})
  void theCatalogOfEnginesKeepsWhatCanBeReadAndTakesNewRows(String how) throws IOException {
    TopicIdPartition first = new TopicIdPartition(new UUID(1, 1), new TopicPartition("first", 0));
    TopicIdPartition last = new TopicIdPartition(new UUID(1, 2), new TopicPartition("last", 0));
    EngineCatalog catalog = new EngineCatalog(directory);
    catalog.add("mapdb", List.of(first));
    catalog.add("mapdb", List.of(last));
    Path file = directory.resolve("storage-engines");
    byte[] bytes = Files.readAllBytes(file);
    if (how.equals("zeros in the middle")) {
      Arrays.fill(bytes, 0, bytes.length / 2 - 1, (byte) 0);
      Files.write(file, bytes);
    } else if (damaged(bytes, how) == null) {
      Files.delete(file);
    } else {
      Files.write(file, damaged(bytes, how));
    }
    EngineCatalog again = new EngineCatalog(directory);
    assertThat(again.absentHolder(last, name -> false)).isEqualTo(how.equals("zeros in the middle") ? "mapdb" : null);
    again.add("mapdb", List.of(first));
    again.add("mapdb", List.of(last));
    EngineCatalog third = new EngineCatalog(directory);
    assertThat(third.absentHolder(first, name -> false)).isEqualTo("mapdb");
    assertThat(third.absentHolder(last, name -> false)).isEqualTo("mapdb");
  }
}
