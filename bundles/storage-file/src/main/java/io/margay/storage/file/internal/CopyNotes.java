package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which partitions of a log directory are copies of one in another directory, in the file {@code .copies}. It is written before a
 * copy is created, and a copy that became the log is noted as such until its original is gone. Before that, the directory of the
 * original notes in {@code .leaving} that a copy elsewhere may be the log, for a start at which that directory is offline. Each
 * change is on stable storage when the call returns. A file without notes is deleted. Safe for all threads.
 */
final class CopyNotes {
  /** Hidden, so that they are not taken for tables. */
  static final String FILE = ".copies";
  static final String LEAVING_FILE = ".leaving";
  private static final long UNFINISHED = 0;
  private static final long IN_USE = 1;

  private final Path file;
  private final Path leavingFile;
  private Map<TopicPartition, Long> notes;
  /** Originals; the numbers mean nothing. */
  private Map<TopicPartition, Long> leaving;

  /** @throws IOException when a file cannot be read, or is damaged: what is a copy and what is not would be unknown */
  CopyNotes(Path directory) throws IOException {
    this.file = directory.resolve(FILE);
    this.leavingFile = directory.resolve(LEAVING_FILE);
    this.notes = read(file, "that are unfinished copies, delete those and the file");
    this.leaving = read(leavingFile, "of which a copy in another directory may be the newer one, delete those that have one and the file");
  }

  private static Map<TopicPartition, Long> read(Path file, String what) throws IOException {
    try {
      return CheckpointFile.read(file);
    } catch (DamagedCheckpointException e) {
      throw new IOException("the file " + file + " is damaged: " + e.getMessage() + "; it names the logs in this directory " + what, e);
    }
  }

  /** All partitions about which there is a note. */
  synchronized Set<TopicPartition> all() {
    Set<TopicPartition> all = new HashSet<>(notes.keySet());
    all.addAll(leaving.keySet());
    return all;
  }

  synchronized boolean isUnfinished(TopicPartition partition) {
    return Long.valueOf(UNFINISHED).equals(notes.get(partition));
  }

  synchronized boolean isInUse(TopicPartition partition) {
    return Long.valueOf(IN_USE).equals(notes.get(partition));
  }

  synchronized boolean isLeaving(TopicPartition partition) {
    return leaving.containsKey(partition);
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
    write(file, changed);
    notes = Map.copyOf(changed);
  }

  /** A copy elsewhere may be the log from now on. */
  synchronized void leave(TopicPartition partition) throws IOException {
    Map<TopicPartition, Long> changed = new HashMap<>(leaving);
    changed.put(partition, 0L);
    write(leavingFile, changed);
    leaving = Map.copyOf(changed);
  }

  /** No copy elsewhere is the log. */
  synchronized void stay(TopicPartition partition) throws IOException {
    Map<TopicPartition, Long> changed = new HashMap<>(leaving);
    if (changed.remove(partition) != null) {
      write(leavingFile, changed);
      leaving = Map.copyOf(changed);
    }
  }

  /** It is no copy any more, and has none: it is gone, or its original is. */
  synchronized void remove(TopicPartition partition) throws IOException {
    Map<TopicPartition, Long> changed = new HashMap<>(notes);
    if (changed.remove(partition) != null) {
      write(file, changed);
      notes = Map.copyOf(changed);
    }
    stay(partition);
  }

  private static void write(Path file, Map<TopicPartition, Long> changed) throws IOException {
    if (changed.isEmpty()) {
      Files.deleteIfExists(file);
      DurableFiles.syncDirectory(file.getParent());
    } else {
      CheckpointFile.write(file, changed);
    }
  }
}
