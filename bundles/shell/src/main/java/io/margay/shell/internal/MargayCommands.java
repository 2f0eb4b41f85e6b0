package io.margay.shell.internal;

import io.margay.spi.config.NodeSettings;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The commands of scope margay, which is left out when they are typed. */
@Command(name = "margay")
final class MargayCommands {
  static final String SCOPE = "margay";
  private final Requests requests;
  private final Map<String, CommandFunction> all;
  private final NodeSettings settings;
  private final Strategies strategies;
  private final Platform platform;
  private final CommandFunction.Io io;

  /** @param all every command by scope and name */
  MargayCommands(Requests requests, NodeSettings settings, Strategies strategies, Map<String, CommandFunction> all,
      Platform platform, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.strategies = strategies;
    this.all = all;
    this.platform = platform;
    this.io = io;
  }

  @Needs(Role.OPERATE)
  @Command(name = "produce", description = "Append records to a topic.")
  void produce(@Mixin ProduceOptions options) throws IOException, InterruptedException {
    if (options.file != null) {
      io.requireFiles("--file", "; - reads lines from the input");
    }
    io.requireTopic(options.topic);
    strategies.requireEngine(requests, settings, options.topic);
    new Producing(requests, new PartitionChoice(requests, strategies, settings), io, options).run();
  }

  @Needs(Role.OPERATE)
  @Command(name = "consume", description = "Print the records of a topic.")
  void consume(@Mixin ConsumeOptions options) throws InterruptedException {
    io.requireTopic(options.topic);
    strategies.requireEngine(requests, settings, options.topic);
    new Consuming(requests, io, options).run();
  }

  /** In place of Gogo's command of this name, which fails without arguments. */
  @Needs(Role.ADMIN)
  @Command(name = "refresh", description = "Let bundles use what was updated: those that use it stop and start again.")
  void refresh(@Parameters(arity = "0..*", paramLabel = "BUNDLE",
      description = "Names or numbers. Default: all that were updated or uninstalled.") List<String> bundles)
      throws InterruptedException {
    platform.refresh(bundles == null ? List.of() : bundles);
  }

  @Needs(Role.VIEW)
  @Command(name = "help", description = "List the commands, or show how one is used.")
  void help(@Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Such as topic:create.") String name) {
    List<Platform.OtherCommand> others = platform.otherCommands();
    if (name != null) {
      io.out().print(usage(name, others));
      return;
    }
    Map<String, String> summaries = new TreeMap<>();
    all.forEach((id, function) -> summaries.put(id, function.summary()));
    others.forEach(other -> summaries.put(other.id(), other.summary()));
    Map<String, String> lines = new LinkedHashMap<>();
    summaries.forEach((id, summary) -> lines.put(id.startsWith(SCOPE + ":") ? id.substring(SCOPE.length() + 1) : id, summary));
    int width = lines.keySet().stream().mapToInt(String::length).max().orElse(0);
    lines.forEach((full, summary) -> io.out().println(full + " ".repeat(width - full.length() + 2) + summary));
    io.out().println("\nCOMMAND --help shows how one is used.");
  }

  private String usage(String name, List<Platform.OtherCommand> others) {
    CommandFunction function = all.getOrDefault(name, all.get(SCOPE + ":" + name));
    if (function != null) {
      return function.usage();
    }
    return others.stream().filter(o -> name.equals(o.id()) || name.equals(o.fullName())).map(Platform.OtherCommand::usage).findFirst()
        .orElseThrow(() -> new ShellException("there is no command " + name + " of Margay"
            + Near.hint(name, Stream.concat(all.keySet().stream(), others.stream().map(Platform.OtherCommand::id)).toList(), "help")));
  }
}
