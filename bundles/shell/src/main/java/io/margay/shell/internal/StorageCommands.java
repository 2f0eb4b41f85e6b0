package io.margay.shell.internal;

import io.margay.metadata.ConfigResource;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.log.LogSettings;
import io.margay.spi.log.Logs;
import io.margay.spi.log.Logs.EngineState;
import io.margay.spi.log.Logs.LogPlacement;
import io.margay.spi.storage.StorageEngine;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope storage. They speak of the logs of this broker. */
@Command(name = "storage")
final class StorageCommands {
  static final String SCOPE = "storage";
  private static final long POLL_MS = 200;
  /** Setting changes reach the logs within this time, ms. */
  private static final long BEGIN_MS = 10_000;
  private final Requests requests;
  private final NodeSettings settings;
  private final Strategies strategies;
  private final CommandFunction.Io io;

  StorageCommands(Requests requests, NodeSettings settings, Strategies strategies, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.strategies = strategies;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List the storage engines of this broker, what they promise, and their places.")
  void list(@Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Table table = new Table("engine", "promise", "partitions", "places");
    for (EngineState engine : engines()) {
      table.row(engine.name(), promise(engine), engine.logs(), engine.places().stream().map(StorageEngine.Place::path).toList());
    }
    Page.print(io.out(), json, table);
  }

  @Needs(Role.VIEW)
  @Command(name = "status",
      description = "Show in which storage engine the partitions of a topic are, and what is still to be moved.")
  void status(@Parameters(paramLabel = "TOPIC", description = "Its name.") String topic,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    requests.topic(topic);
    Table table = new Table("partition", "engine", "movesTo", "bytes", "bytesLeft", "waitsFor");
    for (LogPlacement log : placements(topic)) {
      table.row(log.id().partition(), log.engine(), there(log) ? null : log.wanted(), log.sizeBytes(), log.leftBytes(),
          log.waitsFor());
    }
    Page.print(io.out(), json, table);
  }

  @Needs(Role.OPERATE)
  @Command(name = "move", description = "Move a topic to another storage engine, while it is in use.")
  void move(@Parameters(index = "0", paramLabel = "TOPIC", description = "Its name.") String topic,
      @Parameters(index = "1", paramLabel = "ENGINE", description = "The engine's name, as in storage:list.") String engine,
      @Option(names = "--no-wait", description = "Return at once; storage:status shows how far it is.") boolean noWait)
      throws InterruptedException {
    io.requireTopic(topic);
    requests.topic(topic);
    List<EngineState> engines = engines();
    new Configs(requests, settings).alter(ConfigResource.topic(topic), Map.of(LogSettings.MARGAY_STORAGE_ENGINE.name(), engine), List.of());
    io.out().println(topic + " moves to " + engine + engines.stream().filter(e -> e.name().equals(engine)).findFirst()
        .map(e -> ", which is " + promise(e)).orElse(", which is not there yet"));
    io.out().flush();
    if (!noWait) {
      await(topic, engine);
    }
  }

  private void await(String topic, String engine) throws InterruptedException {
    String told = null;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(BEGIN_MS);
    for (;;) {
      List<LogPlacement> logs = placements(topic);
      List<LogPlacement> left = logs.stream().filter(log -> !log.engine().equals(engine)).toList();
      if (left.isEmpty() && !logs.isEmpty()) {
        io.out().println("all " + logs.size() + " partitions are in " + engine);
        return;
      }
      if (left.stream().anyMatch(log -> !log.wanted().equals(engine)) && System.nanoTime() - deadline > 0) {
        throw new ShellException("the topic's setting is another one by now; storage:status " + topic + " shows where it is");
      }
      String why = left.stream().map(LogPlacement::waitsFor).filter(w -> w != null && !w.equals("its turn")).findFirst()
          .map(w -> ", waits for " + w).orElse("");
      String line = left.size() + " of " + logs.size() + " partitions left, "
          + left.stream().mapToLong(LogPlacement::leftBytes).sum() + " bytes" + why;
      if (!line.equals(told)) {
        io.out().println(line);
        io.out().flush();
        told = line;
      }
      Thread.sleep(POLL_MS);
    }
  }

  private static boolean there(LogPlacement log) {
    return log.engine().equals(log.wanted());
  }

  private static String promise(EngineState engine) {
    return engine.promise() == null ? "not there" : engine.promise().name().toLowerCase(Locale.ROOT);
  }

  private List<EngineState> engines() throws InterruptedException {
    return Strategies.use(strategies.logs(), Strategies.LOGS, Strategies.WAIT_MS, Logs::engines);
  }

  private List<LogPlacement> placements(String topic) throws InterruptedException {
    return Strategies.use(strategies.logs(), Strategies.LOGS, Strategies.WAIT_MS, Logs::placements).stream()
        .filter(log -> log.id().topic().equals(topic)).sorted(Comparator.comparingInt(log -> log.id().partition())).toList();
  }
}
