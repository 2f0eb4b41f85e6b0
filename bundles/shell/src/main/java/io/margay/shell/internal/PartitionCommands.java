package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope partition. */
@Command(name = "partition")
final class PartitionCommands {
  static final String SCOPE = "partition";
  private final Requests requests;
  private final CommandFunction.Io io;

  PartitionCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.io = io;
  }

  @Command(name = "list", description = "List partitions with leader, in-sync replicas, offsets and size.")
  void list(@Parameters(arity = "0..1", paramLabel = "TOPIC", description = "Only those of this topic.") String name,
      @Option(names = {"-a", "--all"}, description = "Those of internal topics, too.") boolean all,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Collection<TopicImage> topics = name != null ? List.of(requests.topic(name))
        : new TreeMap<>(requests.image().topics()).values().stream().filter(t -> all || !t.internal()).toList();
    Page.print(io.out(), json, new PartitionTable(requests).of(topics));
  }
}
