package io.margay.storage.file.internal;

import io.margay.model.FaultHandler;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** The directories of an engine: those that could be opened, and those that are offline. Immutable. */
final class LogDirectories {
  private final List<LogDirectory> online;
  private final Map<Path, Throwable> offline;

  private LogDirectories(List<LogDirectory> online, Map<Path, Throwable> offline) {
    this.online = List.copyOf(online);
    this.offline = offline;
  }

  /**
   * @param faults notified of each directory that is offline
   * @throws IOException when none can be opened: then this node cannot go on
   */
  static LogDirectories open(List<Path> paths, FaultHandler faults) throws IOException {
    List<LogDirectory> online = new ArrayList<>();
    Map<Path, Throwable> offline = new LinkedHashMap<>();
    for (Path path : paths) {
      try {
        online.add(LogDirectory.open(path));
      } catch (IOException e) {
        offline.put(path, e);
        faults.onFault("cannot open the log directory " + path, e);
      } catch (IllegalStateException e) {
        new LogDirectories(online, offline).close(directory -> directory.wasClean());
        throw e;
      }
    }
    if (online.isEmpty()) {
      String why = "no directory of log.dirs can be used: " + offline + "; make one of them writable, or set log.dirs to another one";
      faults.onFatal(why);
      IOException failure = new IOException(why);
      offline.values().forEach(failure::addSuppressed);
      throw failure;
    }
    return new LogDirectories(online, offline);
  }

  List<LogDirectory> online() {
    return online;
  }

  /** @return causes by path */
  Map<Path, Throwable> offline() {
    return offline;
  }

  /**
   * @param place the path of one of them
   * @throws IOException when it is offline, or none of them
   */
  LogDirectory at(String place) throws IOException {
    for (LogDirectory directory : online) {
      if (directory.toString().equals(place)) {
        return directory;
      }
    }
    for (Map.Entry<Path, Throwable> each : offline.entrySet()) {
      if (each.getKey().toString().equals(place)) {
        throw new IOException("the log directory " + place + " is offline", each.getValue());
      }
    }
    throw new IOException("there is no log directory " + place);
  }

  /**
   * @param entries all partitions
   * @return the directory for a new partition
   * @throws IOException when a directory is offline: it may hold that very partition, and an empty one must not take its place
   */
  LogDirectory leastUsed(Collection<PartitionEntry> entries) throws IOException {
    if (!offline.isEmpty()) {
      throw new IOException("no partition can be created while log directories are offline, because they may hold it: "
          + offline.keySet());
    }
    if (online.size() == 1) {
      return online.get(0);
    }
    Map<LogDirectory, Integer> counts = new HashMap<>();
    entries.forEach(entry -> counts.merge(entry.directory(), 1, Integer::sum));
    LogDirectory best = online.get(0);
    for (LogDirectory directory : online) {
      if (counts.getOrDefault(directory, 0) < counts.getOrDefault(best, 0)) {
        best = directory;
      }
    }
    return best;
  }

  /** @return whether no directory is missing, and each still had all that was appended when it was opened */
  boolean kept() {
    return offline.isEmpty() && online.stream().allMatch(d -> d.wasClean() || d.keptPageCache());
  }

  /** A log is opened or created in one of them. */
  void onUse() throws IOException {
    for (LogDirectory directory : online) {
      directory.onUse();
    }
  }

  /** @param clean whether a directory gets the mark of a clean shutdown */
  void close(Predicate<LogDirectory> clean) throws IOException {
    IOException failure = null;
    for (LogDirectory directory : online) {
      try {
        directory.close(clean.test(directory));
      } catch (IOException e) {
        failure = e;
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
