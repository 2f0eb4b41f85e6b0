package io.margay.shell.internal;

import io.margay.spi.config.NodeSettings;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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

  @Command(name = "produce", description = "Append records to a topic.")
  void produce(@Mixin ProduceOptions options) throws IOException, InterruptedException {
    strategies.requireEngine(requests, settings, options.topic);
    new Producing(requests, new PartitionChoice(requests, strategies, settings), io, options).run();
  }

  @Command(name = "consume", description = "Print the records of a topic.")
  void consume(@Mixin ConsumeOptions options) throws InterruptedException {
    strategies.requireEngine(requests, settings, options.topic);
    new Consuming(requests, io, options).run();
  }

  /** In place of Gogo's command of this name, which fails without arguments. */
  @Command(name = "refresh", description = "Let bundles use what was updated: those that use it stop and start again.")
  void refresh(@Parameters(arity = "0..*", paramLabel = "BUNDLE",
      description = "Names or numbers. Default: all that were updated or uninstalled.") List<String> bundles)
      throws InterruptedException {
    platform.refresh(bundles == null ? List.of() : bundles);
  }

  @Command(name = "help", description = "List the commands, or show how one is used.")
  void help(@Parameters(arity = "0..1", paramLabel = "COMMAND", description = "Such as topic:create.") String name) {
    if (name != null) {
      CommandFunction function = all.getOrDefault(name, all.get(SCOPE + ":" + name));
      if (function == null) {
        throw new ShellException("there is no command " + name + " of Margay" + Near.hint(name, all.keySet(), "help"));
      }
      io.out().print(function.usage());
      return;
    }
    int width = all.values().stream().mapToInt(f -> f.fullName().length()).max().orElse(0);
    all.values().forEach(f -> io.out().println(f.fullName() + " ".repeat(width - f.fullName().length() + 2)
        + f.summary()));
    io.out().println("\nCOMMAND --help shows how one is used.");
  }
}
