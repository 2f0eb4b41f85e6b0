package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * A table of one offset per partition that an engine stores for us. Rows of logs that are not open stay unchanged. Safe for all
 * threads; writes exclude one another.
 */
final class Checkpoint {
  static final String HIGH_WATERMARKS = "replication-offset-checkpoint";
  static final String START_OFFSETS = "log-start-offset-checkpoint";
  static final String CLEANER_OFFSETS = "cleaner-offset-checkpoint";

  private final String name;
  private Map<TopicIdPartition, Long> rows;
  /** What was written last; null before the first time. */
  private Map<TopicIdPartition, Long> written;

  Checkpoint(String name) {
    this.name = name;
  }

  private Map<TopicIdPartition, Long> rows(StorageEngine engine) throws IOException {
    if (rows == null) {
      rows = new HashMap<>(engine.readCheckpoint(name));
      written = Map.copyOf(rows);
    }
    return rows;
  }

  /** The offset of a partition, or -1. */
  synchronized long get(StorageEngine engine, TopicIdPartition id) throws IOException {
    return rows(engine).getOrDefault(id, -1L);
  }

  /** Sets a row, which the next write includes. */
  synchronized void put(TopicIdPartition id, long offset) {
    if (rows != null) {
      rows.put(id, offset);
    }
  }

  synchronized void remove(TopicIdPartition id) {
    if (rows != null) {
      rows.remove(id);
    }
  }

  /** Writes the rows, unless they are those of the last write. */
  synchronized void write(StorageEngine engine) throws IOException {
    Map<TopicIdPartition, Long> now = rows(engine);
    if (!now.equals(written)) {
      engine.writeCheckpoint(name, now);
      written = Map.copyOf(now);
    }
  }
}
