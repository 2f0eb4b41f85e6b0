package io.margay.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** A broker in the background: start, stop, status. Each prints one line and returns the exit code. */
final class Background {
  private static final long START_TIMEOUT_MS = 60_000;
  private static final long STOP_TIMEOUT_MS = 60_000;
  private static final long POLL_MS = 20;
  private static final int NOT_RUNNING = 3;

  private Background() {}

  /** Starts a broker and waits until it serves. */
  static int start(Layout layout) throws IOException, InterruptedException {
    OptionalLong owner = InstanceLock.owner(layout.pidFile());
    if (owner.isPresent()) {
      System.out.println("Margay is already running, process " + owner.getAsLong());
      return 0;
    }
    File log = layout.consoleLog().toFile();
    Files.createDirectories(layout.consoleLog().getParent());
    // nohup: the broker must outlive the terminal. Its exec keeps the process id.
    Process broker = new ProcessBuilder("nohup", layout.home().resolve("bin/margay").toString(), "run", "--no-console")
        .redirectInput(new File("/dev/null")).redirectOutput(log).redirectErrorStream(true).start();
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_TIMEOUT_MS);
    while (System.nanoTime() - deadlineNs < 0) {
      boolean ended = broker.waitFor(POLL_MS, TimeUnit.MILLISECONDS);
      List<String> lines = Files.readAllLines(log.toPath());
      for (String line : lines) {
        if (line.startsWith("Margay ready on ")) {
          System.out.println(line + ", process " + broker.pid());
          return 0;
        }
      }
      if (ended) {
        lines.forEach(System.err::println);
        System.err.println("margay: the broker ended with code " + broker.exitValue());
        return 1;
      }
    }
    System.err.println("margay: not ready after " + START_TIMEOUT_MS + " ms, process " + broker.pid() + " continues; see " + log);
    return 1;
  }

  /** Asks the broker to stop (SIGTERM) and waits until it is gone; the broker itself bounds how long it takes. */
  static int stop(Layout layout) throws IOException, InterruptedException {
    OptionalLong owner = InstanceLock.owner(layout.pidFile());
    if (owner.isEmpty()) {
      System.out.println("Margay does not run");
      return 0;
    }
    long pid = owner.getAsLong();
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_TIMEOUT_MS);
    while (ProcessHandle.of(pid).isPresent() && ProcessHandle.of(pid).get().isAlive()) {
      if (System.nanoTime() - deadlineNs >= 0) {
        System.err.println("margay: process " + pid + " still runs after " + STOP_TIMEOUT_MS + " ms");
        return 1;
      }
      Thread.sleep(POLL_MS);
    }
    System.out.println("Margay stopped, process " + pid);
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
