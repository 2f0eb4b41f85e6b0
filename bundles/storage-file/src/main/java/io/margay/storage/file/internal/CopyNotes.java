package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which partitions of a log directory are copies of one in another directory, in the file {@code .copies}. It is written before a
 * copy is created, and a copy that became the log is noted as such until its original is gone. Each change is on stable storage
 * when the call returns. There is no file while there is no copy. Safe for all threads.
 */
final class CopyNotes {
  /** Hidden, so that it is not taken for a table. */
  static final String FILE = ".copies";
  private static final long UNFINISHED = 0;
  private static final long IN_USE = 1;

  private final Path file;
  private Map<TopicPartition, Long> notes;

  /** @throws IOException when the file cannot be read, or is damaged: what is a copy and what is not would be unknown */
  CopyNotes(Path directory) throws IOException {
    this.file = directory.resolve(FILE);
    try {
      this.notes = CheckpointFile.read(file);
    } catch (DamagedCheckpointException e) {
      throw new IOException("the file " + file + " is damaged: " + e.getMessage()
          + "; it names the logs in this directory that are unfinished copies, delete those and the file", e);
    }
  }

  synchronized Set<TopicPartition> all() {
    return Set.copyOf(notes.keySet());
  }

  synchronized boolean isUnfinished(TopicPartition partition) {
    return Long.valueOf(UNFINISHED).equals(notes.get(partition));
  }

  void begin(TopicPartition partition) throws IOException {
    set(partition, UNFINISHED);
  }

  /** The copy is the log from now on. */
  void use(TopicPartition partition) throws IOException {
    set(partition, IN_USE);
  }

  private synchronized void set(TopicPartition partition, long state) throws IOException {
    Map<TopicPartition, Long> changed = new HashMap<>(notes);
    changed.put(partition, state);
    write(changed);
  }

  /** It is no copy any more: it is gone, or its original is. */
  synchronized void remove(TopicPartition partition) throws IOException {
    Map<TopicPartition, Long> changed = new HashMap<>(notes);
    if (changed.remove(partition) != null) {
      write(changed);
    }
  }

  private void write(Map<TopicPartition, Long> changed) throws IOException {
    if (changed.isEmpty()) {
      Files.deleteIfExists(file);
      DurableFiles.syncDirectory(file.getParent());
    } else {
      CheckpointFile.write(file, changed);
    }
    notes = Map.copyOf(changed);
  }
}
