package io.margay.storage.file.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class DirectoriesTest extends FileEngineFixture {
  @Test
  void theFilesAreKafkas() throws IOException {
    try (LogStore store = engine.open(ID, SMALL)) {
      fill(store, 20);
      engine.writeCheckpoint("replication-offset-checkpoint", Map.of(ID, 12L));
    }
    assertThat(home.resolve("replication-offset-checkpoint")).hasContent("0\n1\norders 0 12\n");
    assertThat(partition().resolve("partition.metadata")).hasContent("version: 0\ntopic_id: " + KafkaUuid.toString(ID.topicId())
        + "\n");
    assertThat(files()).contains("00000000000000000000.log", "00000000000000000000.index", "00000000000000000000.timeindex");
    long end = engine.open(ID, SMALL).endOffset();
    stop(engine);
    assertThat(home.resolve("recovery-point-offset-checkpoint")).hasContent("0\n1\norders 0 " + end + "\n");
    assertThat(home.resolve(".kafka_cleanshutdown")).exists();
    engine = start(home);
  }

  @Test
  void anEmptyPartitionHasTwoFilesAndNoneOpen() throws IOException {
    long before = openFiles();
    try (LogStore store = engine.open(ID, SMALL)) {
      store.read(0, 100, 0, true);
      store.flush();
      assertThat(files()).containsExactly("00000000000000000000.log", "partition.metadata");
      assertThat(openFiles()).isEqualTo(before);
      fill(store, 60);
      ((FileStorageEngine) engine).maintain();
      store.read(0, 100, Long.MAX_VALUE, true).records().release();
      // after this, nothing is left that a flush in the background would open again
      store.flush();
      ((FileLogStore) store).maintain(-1);
      assertThat(openFilesOf("/" + ID + "/")).as("the active segment").hasSizeLessThanOrEqualTo(1);
      assertThat(allBases(store, 0)).hasSize(60);
    }
    assertThat(openFilesOf("/" + ID + "/")).isEmpty();
  }

  private static long openFiles() throws IOException {
    return openFilesOf("orders").size();
  }

  private static List<String> openFilesOf(String part) throws IOException {
    try (var stream = Files.list(Path.of("/proc/self/fd"))) {
      return stream.map(path -> {
        try {
          return Files.readSymbolicLink(path).toString();
        } catch (IOException e) {
          return "";
        }
      }).filter(name -> name.contains(part)).collect(Collectors.toList());
    }
  }

  @Test
  void anotherProcessIsRefused() {
    assertThatThrownBy(() -> start(home)).isInstanceOf(IllegalStateException.class).hasMessageContaining("in use");
  }

  @Test
  void newPartitionsGoToTheDirectoryWithTheFewest() throws IOException {
    Path one = directory.resolve("one");
    Path two = directory.resolve("two");
    FileStorageEngine several = new FileStorageEngine(List.of(one, two), Disk.REAL, (what, cause) -> faults.add(what),
        Clock.SYSTEM);
    for (int i = 0; i < 6; i++) {
      several.open(id("spread", i), SMALL);
    }
    several.writeCheckpoint("table", several.list().stream().collect(Collectors.toMap(x -> x, x -> (long) x.partition())));
    several.close();
    several = new FileStorageEngine(List.of(two, one), Disk.REAL, (what, cause) -> faults.add(what), Clock.SYSTEM);
    assertThat(several.list()).hasSize(6);
    assertThat(several.list().stream().filter(id -> placed(id, one)).count()).isEqualTo(3);
    assertThat(several.readCheckpoint("table")).hasSize(6).containsEntry(id("spread", 4), 4L);
    assertThat(several.places()).hasSize(2).allMatch(place -> place.usableBytes() > 0);
    several.close();
  }

  private static boolean placed(TopicIdPartition id, Path where) {
    return Files.isDirectory(where.resolve(id.toString()));
  }

  @Test
  void aBrokenDirectoryIsOfflineAndNothingIsMadeMeanwhile() throws IOException {
    Path broken = Files.writeString(directory.resolve("a-file"), "x");
    Path fine = directory.resolve("fine");
    FileStorageEngine first = new FileStorageEngine(List.of(fine), Disk.REAL, (what, cause) -> faults.add(what), Clock.SYSTEM);
    first.open(ID, SMALL);
    first.close();
    FileStorageEngine half = new FileStorageEngine(List.of(broken, fine), Disk.REAL, (what, cause) -> faults.add(what),
        Clock.SYSTEM);
    assertThat(faults).hasSize(1);
    assertThat(half.places()).anyMatch(place -> place.offlineCause() != null);
    half.open(ID, SMALL).close();
    assertThatThrownBy(() -> half.open(id("other", 0), SMALL)).isInstanceOf(IOException.class).hasMessageContaining("offline");
    half.close();
    assertThatThrownBy(() -> start(broken)).isInstanceOf(IOException.class);
  }

  @Test
  void anUnfinishedDeletionIsFinishedAtTheNextStart() throws Exception {
    stop(engine);
    Path left = Files.createDirectories(home.resolve("gone-0.0123456789abcdef0123456789abcdef-delete"));
    Files.writeString(left.resolve("00000000000000000000.log"), "x");
    engine = start(home);
    assertThat(engine.list()).isEmpty();
    // In the background, some time after the start.
    for (long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1); Files.exists(left) && System.nanoTime() < end;) {
      Thread.yield();
    }
    assertThat(left).doesNotExist();
  }

  @Test
  void aDirectoryWithoutTopicIdIsAdopted() throws IOException {
    engine.open(ID, SMALL).close();
    stop(engine);
    Files.delete(partition().resolve("partition.metadata"));
    engine = start(home);
    assertThat(engine.list()).containsExactly(new TopicIdPartition(KafkaUuid.ZERO, ID.topicPartition()));
    engine.open(ID, SMALL).close();
    assertThat(engine.list()).containsExactly(ID);
    restart();
    assertThat(engine.list()).containsExactly(ID);
    TopicIdPartition foreign = new TopicIdPartition(KafkaUuid.random(), ID.topicPartition());
    assertThatThrownBy(() -> engine.open(foreign, SMALL)).isInstanceOf(IOException.class).hasMessageContaining("topic id");
  }

  @Test
  void aNameThatIsUsedAgainInheritsNoRowsEvenAfterARestart() throws IOException {
    engine.open(ID, StoreConfig.DEFAULT).close();
    engine.writeCheckpoint("table", Map.of(ID, 3L));
    engine.delete(ID);
    restart();
    TopicIdPartition again = new TopicIdPartition(KafkaUuid.random(), ID.topicPartition());
    engine.open(again, SMALL).close();
    assertThat(engine.readCheckpoint("table")).isEmpty();
    assertThat(engine.promise()).isEqualTo(StorageEngine.Promise.DURABLE);
  }
}
