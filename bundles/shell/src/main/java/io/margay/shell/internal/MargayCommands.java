package io.margay.shell.internal;

import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The commands of scope margay, which is left out when they are typed. */
@Command(name = "margay")
final class MargayCommands {
  static final String SCOPE = "margay";
  private final Requests requests;
  private final CommandFunction.Io io;

  MargayCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.io = io;
  }

  @Command(name = "produce", description = "Append records to a topic.")
  void produce(@Mixin ProduceOptions options) throws IOException, InterruptedException {
    new Producing(requests, io, options).run();
  }

  @Command(name = "consume", description = "Print the records of a topic.")
  void consume(@Mixin ConsumeOptions options) throws InterruptedException {
    new Consuming(requests, io, options).run();
  }
}
