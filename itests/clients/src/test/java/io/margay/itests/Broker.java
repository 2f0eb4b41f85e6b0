package io.margay.itests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The built distribution as a process of its own, on a free port of the loopback interface, with a data directory of its own. */
public final class Broker implements AutoCloseable {
  private static final Pattern READY = Pattern.compile("Margay ready on (\\S+):(\\d+) in (\\d+) ms");
  public static final Path HOME = Path.of(System.getProperty("margay.home")).normalize();

  private static final String ANY_PORT = "PLAINTEXT://127.0.0.1:0";

  private final Path data;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> output = new CopyOnWriteArrayList<>();
  private Process process;
  private int port;

  private Broker(Path data) {
    this.data = data;
    environment.put("KAFKA_LISTENERS", ANY_PORT);
    environment.put("KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS", "0");
  }

  /** A broker that is not started yet. */
  public static Broker prepare() {
    try {
      Path work = Path.of(System.getProperty("work.dir"));
      Files.createDirectories(work);
      return new Broker(Files.createTempDirectory(work, "broker"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A broker that serves. */
  public static Broker started() {
    return prepare().start();
  }

  public Broker with(String variable, String value) {
    environment.put(variable, value);
    return this;
  }

  /** The value of an environment variable, null when it was not given one. */
  public String get(String variable) {
    return environment.get(variable);
  }

  /** Starts the process and waits until it says that it is ready. After the first time it keeps its port. */
  public Broker start() {
    launch();
    CompletableFuture<Void> ready = new CompletableFuture<>();
    Thread reader = new Thread(() -> read(ready), "broker-output");
    reader.setDaemon(true);
    reader.start();
    try {
      ready.get(60, TimeUnit.SECONDS);
    } catch (Exception e) {
      process.destroyForcibly();
      throw new IllegalStateException("the broker did not get ready:\n" + String.join("\n", output), e);
    }
    environment.replace("KAFKA_LISTENERS", ANY_PORT, "PLAINTEXT://127.0.0.1:" + port);
    return this;
  }

  /** Starts the process, and kills it after a while: most likely before it serves. */
  public void startAndKill(int afterMs) {
    launch();
    Thread reader = new Thread(() -> read(new CompletableFuture<>()), "broker-output");
    reader.setDaemon(true);
    reader.start();
    isAliveAfter(afterMs);
    kill();
  }

  /** Starts the process, which is expected to end by itself, and waits for that. @return its exit code */
  int startExpectingEnd() {
    launch();
    read(new CompletableFuture<>());
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the broker went on:\n" + String.join("\n", output));
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return process.exitValue();
  }

  private void launch() {
    ProcessBuilder b = new ProcessBuilder(HOME.resolve("bin/margay").toString(), "run", "--no-console").redirectErrorStream(true);
    b.environment().keySet().removeIf(k -> k.startsWith("KAFKA_") || k.startsWith("MARGAY_"));
    b.environment().putAll(environment);
    b.environment().put("MARGAY_DATA", data.toString());
    output.clear();
    try {
      process = b.start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void read(CompletableFuture<Void> ready) {
    try (BufferedReader in = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line; (line = in.readLine()) != null;) {
        output.add(line);
        Matcher m = READY.matcher(line);
        if (m.find()) {
          port = Integer.parseInt(m.group(2));
          ready.complete(null);
        }
      }
    } catch (IOException e) {
      output.add(e.toString());
    }
    ready.completeExceptionally(new IllegalStateException("the process ended"));
  }

  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  /** What it printed since its last start. */
  public String output() {
    return String.join("\n", output);
  }

  public Path data() {
    return data;
  }

  public long pid() {
    return process.pid();
  }

  /** Whether the process that was started last is still there. */
  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /** Whether it is still there after a while; returns at once when it is not. */
  public boolean isAliveAfter(int ms) {
    try {
      return !process.waitFor(ms, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the log file holds. */
  public String log() {
    try {
      return Files.readString(data.resolve("log/margay.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** SIGKILL. */
  public void kill() {
    await(process.destroyForcibly());
  }

  /** SIGTERM, and the wait for a clean end. @return the exit code */
  public int stop() {
    process.destroy();
    await(process);
    return process.exitValue();
  }

  private void await(Process p) {
    try {
      if (!p.waitFor(60, TimeUnit.SECONDS)) {
        p.destroyForcibly();
        throw new IllegalStateException("the broker did not stop:\n" + output());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Runs {@code bin/margay shell} with a command. */
  public Run shell(String command) {
    return Run.of(Map.of("MARGAY_DATA", data.toString()), null, HOME.resolve("bin/margay").toString(), "shell", command);
  }

  /** Runs another command of {@code bin/margay}. */
  public Run launcher(String... words) {
    List<String> command = new ArrayList<>(List.of(HOME.resolve("bin/margay").toString()));
    command.addAll(List.of(words));
    return Run.of(Map.of("MARGAY_DATA", data.toString()), null, command.toArray(String[]::new));
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      kill();
    }
    try (Stream<Path> all = Files.walk(data)) {
      all.sorted(Comparator.reverseOrder()).forEach(p -> p.toFile().delete());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
