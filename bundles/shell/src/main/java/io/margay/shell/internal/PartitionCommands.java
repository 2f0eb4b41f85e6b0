package io.margay.shell.internal;

import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.log.LogSettings;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiPredicate;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands of scope partition. */
@Command(name = "partition")
final class PartitionCommands {
  static final String SCOPE = "partition";
  private final Requests requests;
  private final NodeSettings settings;
  private final CommandFunction.Io io;

  PartitionCommands(Requests requests, NodeSettings settings, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.io = io;
  }

  /** Which partitions to show: those that meet all conditions. */
  static final class Filter {
    @Option(names = {"-b", "--broker"}, paramLabel = "N", description = "Only those that this broker holds.")
    private Integer broker;
    @Option(names = "--no-leader", description = "Only those without a leader.")
    private boolean noLeader;
    @Option(names = "--under-replicated", description = "Only those with replicas that are not in sync.")
    private boolean underReplicated;
    @Option(names = "--under-min-isr", description = "Only those with fewer in-sync replicas than min.insync.replicas.")
    private boolean underMinIsr;
    @Option(names = "--reassigning", description = "Only those whose replicas are being moved.")
    private boolean reassigning;
  }

  @Needs(Role.VIEW)
  @Command(name = "list", description = "List partitions with leader, replicas, offsets and size; --no-leader and the like also "
      + "show internal topics.")
  void list(@Parameters(arity = "0..1", paramLabel = "TOPIC", description = "Only those of this topic.") String name,
      @ArgGroup(exclusive = false) Filter filter,
      @Option(names = {"-a", "--all"}, description = "Those of internal topics, too.") boolean all,
      @Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    Collection<TopicImage> topics = name != null ? List.of(requests.topic(name))
        : new TreeMap<>(requests.image().topics()).values().stream().filter(t -> all || filter != null || !t.internal()).toList();
    Page.print(io.out(), json, new PartitionTable(requests).of(topics, predicate(filter == null ? new Filter() : filter)));
  }

  private BiPredicate<TopicImage, PartitionImage> predicate(Filter filter) {
    BrokerId broker = filter.broker == null ? null : requests.broker(filter.broker).id();
    return (topic, partition) -> (broker == null || partition.replicas().contains(broker))
        && (!filter.noLeader || PartitionHealth.leaderless(partition))
        && (!filter.underReplicated || PartitionHealth.underReplicated(partition))
        && (!filter.underMinIsr || PartitionHealth.underMinIsr(partition, minIsr(topic)))
        && (!filter.reassigning || partition.members().reassigning());
  }

  private int minIsr(TopicImage topic) {
    return settings.topic(requests.image().config(ConfigResource.topic(topic.name()))).get(LogSettings.MIN_INSYNC_REPLICAS);
  }
}
