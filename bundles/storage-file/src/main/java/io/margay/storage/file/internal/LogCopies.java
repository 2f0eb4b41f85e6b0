package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.protocol.KafkaUuid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copies of logs in other directories of the engine, while logs move. A copy has its final name from the beginning, and
 * {@link CopyNotes} tell it from a log. Changes are made by one thread at a time; reads by all.
 */
final class LogCopies {
  private static final Logger LOG = LoggerFactory.getLogger(LogCopies.class);

  private final LogDirectories directories;
  private final Map<TopicPartition, PartitionEntry> copies = new ConcurrentHashMap<>();
  /** Originals that are still open, with the log that has replaced them. */
  private final Map<PartitionEntry, PartitionEntry> replaced = new ConcurrentHashMap<>();

  LogCopies(LogDirectories directories) {
    this.directories = directories;
  }

  /** A copy that an earlier process has left. */
  void found(FoundLogs.Found copy) {
    copies.put(copy.partition(), new PartitionEntry(copy.partition(), null, copy.directory(), copy.path(), false));
  }

  /** The path of the directory that has a copy of a log, or null. */
  String placeOf(TopicIdPartition id) {
    PartitionEntry copy = copyOf(id);
    return copy == null ? null : copy.directory().toString();
  }

  private PartitionEntry copyOf(TopicIdPartition id) {
    PartitionEntry copy = copies.get(id.topicPartition());
    try {
      // a crash may have come before the file with the topic's id
      return copy != null && (copy.id().equals(id) || copy.id().topicId().equals(KafkaUuid.ZERO)) ? copy : null;
    } catch (IOException e) {
      LOG.warn("Cannot read the topic id of a copy path={}", copy.path(), e);
      return null;
    }
  }

  /**
   * Creates an empty copy.
   *
   * @throws IOException when it cannot be created, or when the log has replaced one that is not deleted yet: if that is in a directory that is offline,
   *     a later start could not tell which of the three is the log
   */
  PartitionEntry begin(TopicIdPartition id, PartitionEntry original, String place) throws IOException {
    LogDirectory directory = directories.at(place);
    if (directory == original.directory() || copies.containsKey(id.topicPartition())) {
      throw new IllegalStateException("the log of " + id + " is in " + place + " already, or has a copy");
    }
    if (original.directory().copyNotes().isInUse(id.topicPartition())) {
      throw new IOException("the log of " + id + " in " + original.directory() + " does not move yet: what it has replaced is not deleted, as when that"
          + " is in a log directory that is offline");
    }
    directory.copyNotes().begin(id.topicPartition());
    Path path;
    try {
      directory.lowerRecoveryPoint(id.topicPartition(), 0);
      path = directory.create(id.topicPartition(), id.topicId());
    } catch (IOException e) {
      directory.copyNotes().remove(id.topicPartition());
      throw e;
    }
    PartitionEntry copy = new PartitionEntry(id.topicPartition(), id, directory, path, true);
    copies.put(id.topicPartition(), copy);
    return copy;
  }

  /**
   * Notes that a copy is the log. Rows of the engine's tables go with it.
   *
   * @return the copy
   */
  PartitionEntry use(TopicIdPartition id, PartitionEntry original) throws IOException {
    PartitionEntry copy = copyOf(id);
    if (copy == null || copy.store() == null) {
      throw new IllegalStateException("the log of " + id + " has no open copy");
    }
    takeRows(original.directory(), copy.directory(), id.topicPartition());
    DurableFiles.syncDirectory(copy.directory().path());
    original.directory().copyNotes().leave(id.topicPartition());
    try {
      copy.directory().copyNotes().use(id.topicPartition());
    } catch (IOException e) {
      takeBack(copy, original, e);
      throw e;
    }
    copies.remove(id.topicPartition());
    replaced.put(original, copy);
    return copy;
  }

  /** The note may be on the disk although writing it failed: the original, which goes on, must not be deleted at the next start. */
  private static void takeBack(PartitionEntry copy, PartitionEntry original, IOException failure) {
    try {
      copy.directory().copyNotes().begin(copy.partition());
      original.directory().copyNotes().stay(original.partition());
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  /** Rows that an earlier stay has left there go, too. */
  private static void takeRows(LogDirectory from, LogDirectory to, TopicPartition partition) throws IOException {
    Set<String> names = new HashSet<>(from.checkpoints());
    names.addAll(to.checkpoints());
    names.remove(LogDirectory.RECOVERY_POINTS);
    for (String name : names) {
      Map<TopicPartition, Long> rows = new HashMap<>(to.readCheckpoint(name));
      Long value = from.readCheckpoint(name).get(partition);
      Long former = value == null ? rows.remove(partition) : rows.put(partition, value);
      if (!Objects.equals(former, value)) {
        to.writeCheckpoint(name, rows);
      }
    }
  }

  /**
   * A log is closed.
   *
   * @return its directory, renamed, to be deleted because a copy has replaced it; null for any other log
   */
  Path onClosed(PartitionEntry closed) throws IOException {
    PartitionEntry successor = replaced.remove(closed);
    if (successor == null) {
      return null;
    }
    Path renamed = gone(closed);
    forget(closed);
    forget(successor);
    return renamed;
  }

  /** @return the directory of a copy, renamed, to be deleted; null when there is none */
  Path delete(TopicIdPartition id) throws IOException {
    PartitionEntry copy = copyOf(id);
    if (copy == null) {
      return null;
    }
    if (copy.store() != null) {
      throw new IllegalStateException("the copy of the log of " + id + " is open");
    }
    Path renamed = gone(copy);
    copies.remove(id.topicPartition());
    forget(copy);
    return renamed;
  }

  private static Path gone(PartitionEntry entry) throws IOException {
    Path renamed = entry.directory().renameForDeletion(entry.path());
    DurableFiles.syncDirectory(entry.directory().path());
    return renamed;
  }

  /** A note that stays is removed at the next start, or when the name is used again; the space is freed in any case. */
  private static void forget(PartitionEntry entry) {
    try {
      entry.directory().copyNotes().remove(entry.partition());
    } catch (IOException e) {
      LOG.warn("The note about a copy could not be removed directory={} partition={}", entry.directory(), entry.partition(), e);
    }
  }
}
