package io.margay.storage.file.internal;

import io.margay.model.Clock;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StorageEngineFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The file engine on one directory, and its files. */
abstract class FileEngineFixture extends StorageEngineFixture {
  final List<String> faults = new ArrayList<>();

  @Override
  protected StorageEngine start(Path where) throws IOException {
    return start(where, Disk.REAL);
  }

  FileStorageEngine start(Path where, Disk disk) throws IOException {
    return new FileStorageEngine(List.of(where), disk, (what, cause) -> faults.add(what), Clock.SYSTEM);
  }

  @Override
  protected void stop(StorageEngine running) throws IOException {
    ((FileStorageEngine) running).close();
  }

  /** The partition's directory. */
  Path partition() {
    return home.resolve(ID.toString());
  }

  Path file(long base, String suffix) {
    return partition().resolve(SegmentNames.of(base, suffix));
  }

  List<String> files() throws IOException {
    try (var stream = Files.list(partition())) {
      return stream.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  /** Stops cleanly and makes it look as if the machine had crashed before anything was flushed: everything is read. */
  void stopUnclean() throws IOException {
    stop(engine);
    forgetEnd();
  }

  void forgetEnd() throws IOException {
    Files.delete(home.resolve(LogDirectory.CLEAN_MARKER));
    Files.delete(home.resolve(LogDirectory.RECOVERY_POINTS));
    Files.delete(home.resolve(LogDirectory.BOOT_FILE));
  }

  /** Appends batches of different sizes with timestamps that are not in order. */
  static void fill(LogStore store, int batches) throws IOException {
    for (int i = 0; i < batches; i++) {
      long base = store.endOffset();
      appendAt(store, base, 1 + i % 3, 20 + i * 53 % 211, 1000 + (i * 17) % 50);
    }
  }

  /** Answers to searches for all timestamps that {@link #fill} uses. */
  static List<Long> times(LogStore store) throws IOException {
    List<Long> found = new ArrayList<>();
    for (long timestamp = 999; timestamp < 1052; timestamp++) {
      found.add(store.findByTimestamp(timestamp, 0));
      found.add(store.findByTimestamp(timestamp, store.endOffset() / 2));
    }
    return found;
  }
}
