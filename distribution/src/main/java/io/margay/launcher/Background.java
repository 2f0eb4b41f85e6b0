package io.margay.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A broker in the background: start, stop, status. Each prints one line and returns the exit code. */
final class Background {
  private static final long START_TIMEOUT_MS = 60_000;
  private static final long STOP_TIMEOUT_MS = 60_000;
  private static final long POLL_MS = 20;
  private static final int NOT_RUNNING = 3;
  /** Variables that two nodes on one machine cannot share, besides those that are given for each. */
  private static final Set<String> OF_ONE_NODE = Set.of("KAFKA_BROKER_ID", "KAFKA_NODE_ID", "KAFKA_LISTENERS", "KAFKA_ADVERTISED_LISTENERS",
      "KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_LOG_DIR", "KAFKA_LOG_DIRS", "KAFKA_METADATA_LOG_DIR", "KAFKA_CLUSTER_ID",
      "KAFKA_KRAFT_CLUSTER_ID", "KAFKA_PROCESS_ROLES", "MARGAY_HTTP_LISTENERS", "MARGAY_CLUSTER_ID");

  private Background() {}

  /** Starts a broker and waits until it serves. */
  static int start(Layout layout) throws IOException, InterruptedException {
    OptionalLong owner = InstanceLock.owner(layout.pidFile());
    if (owner.isPresent()) {
      System.out.println("Margay is already running, process " + owner.getAsLong());
      return 0;
    }
    return spawn(layout, "", Map.of()).awaitReady();
  }

  /**
   * A broker that was started.
   *
   * @param process its process
   * @param log its output
   * @param prefix what its lines begin with
   */
  record Started(Process process, Path log, String prefix) {
    /** Waits until it serves, and prints a line. */
    int awaitReady() throws IOException, InterruptedException {
      long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_TIMEOUT_MS);
      while (System.nanoTime() - deadlineNs < 0) {
        boolean ended = process.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
        List<String> lines = Files.readAllLines(log);
        for (String line : lines) {
          if (line.startsWith("Margay ready on ")) {
            System.out.println(prefix + line + ", process " + process.pid());
            return 0;
          }
        }
        if (ended) {
          lines.forEach(line -> System.err.println(prefix + line));
          System.err.println("margay: " + prefix + "the broker ended with code " + process.exitValue());
          return 1;
        }
      }
      System.err.println("margay: " + prefix + "not ready after " + START_TIMEOUT_MS + " ms, process " + process.pid()
          + " continues; see " + log);
      return 1;
    }
  }

  /** Starts a broker, with settings in the environment that replace those of this process. */
  static Started spawn(Layout layout, String prefix, Map<String, String> environment) throws IOException {
    Path log = layout.consoleLog();
    Files.createDirectories(log.getParent());
    // nohup: the broker must outlive the terminal. Its exec keeps the process id.
    ProcessBuilder builder = new ProcessBuilder("nohup", layout.home().resolve("bin/margay").toString(), "run", "--no-console")
        .redirectInput(new File("/dev/null")).redirectOutput(log.toFile()).redirectErrorStream(true);
    if (!environment.isEmpty()) {
      builder.environment().keySet().removeIf(name -> OF_ONE_NODE.contains(name.replaceFirst("^KAFKA_CFG_", "KAFKA_")));
    }
    builder.environment().putAll(environment);
    return new Started(builder.start(), log, prefix);
  }

  /** Asks the broker to stop (SIGTERM) and waits until it is gone; the broker itself bounds how long it takes. */
  static int stop(Layout layout) throws IOException, InterruptedException {
    OptionalLong owner = InstanceLock.owner(layout.pidFile());
    if (owner.isEmpty()) {
      System.out.println("Margay does not run");
      return 0;
    }
    return stop(owner.getAsLong(), "");
  }

  /** The same for a process that is known. */
  static int stop(long pid, String prefix) throws InterruptedException {
    Optional<ProcessHandle> running = ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    if (running.isPresent() && !running.get().destroy() && running.get().isAlive()) {
      System.err.println("margay: " + prefix + "cannot stop process " + pid + "; it belongs to "
          + running.get().info().user().orElse("another user"));
      return 1;
    }
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MS);
    while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
      if (System.nanoTime() - deadlineNs >= 0) {
        System.err.println("margay: " + prefix + "process " + pid + " still runs after " + STOP_TIMEOUT_MS + " ms");
        return 1;
      }
      Thread.sleep(POLL_MS);
    }
    System.out.println(prefix + "Margay stopped, process " + pid);
    return 0;
  }

  /** Says whether a broker runs; exit code 0 or {@value #NOT_RUNNING}, like an init script. */
  static int status(Layout layout) throws IOException {
    OptionalLong owner = InstanceLock.owner(layout.pidFile());
    if (owner.isEmpty()) {
      System.out.println("Margay does not run");
      return NOT_RUNNING;
    }
    System.out.println("Margay runs, process " + owner.getAsLong());
    return 0;
  }
}
