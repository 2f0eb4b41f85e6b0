package io.margay.storage.file.internal;

import io.margay.model.DurableFiles;
import io.margay.model.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the directories hold at the start. Where a crash has left a log and a copy that is in use already, the log is deleted; an
 * unfinished copy whose log is not there is deleted, too. A log is not used whose copy may be in use in a directory that is offline:
 * it may lack records, and those that it would get would be lost when that directory is back.
 */
final class FoundLogs {
  private static final Logger LOG = LoggerFactory.getLogger(FoundLogs.class);

  /** A partition in a directory. */
  record Found(LogDirectory directory, TopicPartition partition, Path path) { }

  private final Map<TopicPartition, Found> logs = new HashMap<>();
  private final List<Found> copies = new ArrayList<>();
  private final List<Found> inUse = new ArrayList<>();
  private final Set<TopicPartition> uncertain = new HashSet<>();
  private final List<Path> leftovers = new ArrayList<>();

  private FoundLogs() {
  }

  /** @throws IOException when a directory cannot be read, or a partition is in two of them */
  static FoundLogs in(LogDirectories directories) throws IOException {
    FoundLogs found = new FoundLogs();
    for (LogDirectory directory : directories.online()) {
      found.look(directory);
    }
    found.completeMoves(directories.offline().isEmpty());
    found.copies.removeIf(copy -> !found.logs.containsKey(copy.partition));
    return found;
  }

  /** The logs, each in one directory. */
  Iterable<Found> logs() {
    return logs.values();
  }

  /** Unfinished copies of these. */
  List<Found> copies() {
    return copies;
  }

  /** Whether a copy of a log, in a directory that is offline, may be in use instead of it. */
  boolean isUncertain(Found log) {
    return uncertain.contains(log.partition);
  }

  /** Directories to be deleted. */
  List<Path> leftovers() {
    return leftovers;
  }

  /** The number of logs in a directory. */
  int count(LogDirectory directory) {
    return (int) logs.values().stream().filter(log -> log.directory == directory).count();
  }

  private void look(LogDirectory directory) throws IOException {
    CopyNotes notes = directory.copyNotes();
    Set<TopicPartition> missing = notes.all();
    for (LogDirectory.Found each : directory.scan(leftovers)) {
      Found found = new Found(directory, each.partition(), each.path());
      missing.remove(found.partition);
      if (notes.isUnfinished(found.partition)) {
        copies.add(found);
      } else if (notes.isInUse(found.partition)) {
        inUse.add(found);
      } else {
        Found other = logs.putIfAbsent(found.partition, found);
        if (other != null) {
          throw new IOException("the partition " + found.partition + " is in two log directories: " + directory + " and "
              + other.directory);
        }
      }
    }
    for (TopicPartition partition : missing) {
      notes.remove(partition);
    }
  }

  /** @param all whether no directory is offline, where an original may be */
  private void completeMoves(boolean all) throws IOException {
    for (Found copy : inUse) {
      Found original = logs.put(copy.partition, copy);
      if (original != null) {
        LOG.info("Deleting a log that has moved partition={} from={} to={}", copy.partition, original.directory, copy.directory);
        drop(original);
      }
    }
    for (Found log : logs.values()) {
      CopyNotes notes = log.directory.copyNotes();
      if (all) {
        notes.remove(log.partition);
      } else if (notes.isLeaving(log.partition)) {
        stayOrWait(log, notes);
      }
    }
    for (Found copy : copies) {
      if (!logs.containsKey(copy.partition)) {
        LOG.info("Deleting an unfinished copy, because the log is not there partition={} directory={}", copy.partition, copy.directory);
        drop(copy);
      }
    }
  }

  private void stayOrWait(Found log, CopyNotes notes) throws IOException {
    if (copies.stream().anyMatch(copy -> copy.partition.equals(log.partition))) {
      notes.stay(log.partition);
    } else {
      uncertain.add(log.partition);
      LOG.warn("A log is not used before all log directories are back, because a copy of it may be in use there partition={} directory={}",
          log.partition, log.directory);
    }
  }

  private void drop(Found found) throws IOException {
    leftovers.add(found.directory.renameForDeletion(found.path));
    DurableFiles.syncDirectory(found.directory.path());
    found.directory.copyNotes().remove(found.partition);
  }
}
