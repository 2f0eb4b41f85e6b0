package io.margay.itests.hostile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * What a process has: its threads by name and everything that it has open, each with its count. Digits are left out of the names of
 * threads and of what is no file.
 */
final class Belongings {
  /** The JVM starts and ends these as it needs them. */
  private static final Set<String> OF_THE_JVM = Set.of("thread C# CompilerThre", "thread Attach Listener");
  /** Threads of the broker for what it does from time to time, and how many of each there are at most. */
  private static final Map<String, Integer> COME_AND_GO = Map.of("thread margay-log-clea", 1, "thread margay-log-hous", 1, "thread shares-#", 2);
  private static final long LOOK_NANOS = 500_000_000;

  private final Path data;
  private final Map<String, Integer> counts;

  private Belongings(Path data, Map<String, Integer> counts) {
    this.data = data;
    this.counts = counts;
  }

  /** @param data the directory with the files of the process: it may have each of them open once */
  static Belongings of(long pid, Path data) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    Map<String, Integer> counts = new TreeMap<>();
    for (Path task : list(proc.resolve("task"))) {
      count(counts, "thread " + withoutDigits(text(task.resolve("comm"))));
    }
    for (Path file : list(proc.resolve("fd"))) {
      String target = target(file);
      count(counts, target.startsWith("/") ? "file " + target : withoutDigits(target));
    }
    return new Belongings(data, counts);
  }

  private static String withoutDigits(String name) {
    return name.replaceAll("[0-9]+", "#").strip();
  }

  private static void count(Map<String, Integer> counts, String what) {
    // Gone since the list was made.
    if (!what.equals("thread") && !what.isEmpty()) {
      counts.merge(what, 1, Integer::sum);
    }
  }

  private static List<Path> list(Path directory) throws IOException {
    try (var files = Files.list(directory)) {
      return files.toList();
    }
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      if (Files.exists(file.getParent())) {
        throw e;
      }
      return "";
    }
  }

  private static String target(Path file) throws IOException {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  /**
   * Looks again and again until everything that is here now and was not before has been gone once: threads of pools end and sockets
   * close some time after their last use.
   *
   * @return what was there each time, with the lowest count and the count before
   */
  static List<String> added(Belongings before, long pid, long patienceNanos) throws IOException {
    Map<String, Integer> lowest = null;
    for (long deadline = System.nanoTime() + patienceNanos; ; LockSupport.parkNanos(LOOK_NANOS)) {
      Map<String, Integer> now = of(pid, before.data).counts;
      if (lowest == null) {
        lowest = now;
      } else {
        lowest.replaceAll((what, n) -> Math.min(n, now.getOrDefault(what, 0)));
      }
      lowest.entrySet().removeIf(e -> OF_THE_JVM.contains(e.getKey()) || e.getValue() <= before.allowed(e.getKey()));
      if (lowest.isEmpty() || System.nanoTime() > deadline) {
        return lowest.entrySet().stream().map(e -> e.getKey() + ": " + before.counts.getOrDefault(e.getKey(), 0) + " before, now "
            + e.getValue()).toList();
      }
    }
  }

  /** @param name with a # for each number */
  int threads(String name) {
    return counts.getOrDefault("thread " + name, 0);
  }

  int sockets() {
    return counts.getOrDefault("socket:[#]", 0);
  }

  private int allowed(String what) {
    boolean own = what.startsWith("file " + data) && !what.endsWith(" (deleted)");
    return Math.max(counts.getOrDefault(what, 0), own ? 1 : COME_AND_GO.getOrDefault(what, 0));
  }
}
