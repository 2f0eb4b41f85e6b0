package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.log.LogSettings;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands of scope cluster. */
@Command(name = "cluster")
final class ClusterCommands {
  static final String SCOPE = "cluster";
  private final Requests requests;
  private final NodeSettings settings;
  private final CommandFunction.Io io;

  ClusterCommands(Requests requests, NodeSettings settings, CommandFunction.Io io) {
    this.requests = requests;
    this.settings = settings;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "status", description = "Show whether the cluster is well: controller, brokers, partitions.")
  void status(@Option(names = "--json", description = "Print JSON.") boolean json) {
    ClusterImage image = requests.image();
    Counts counts = count(image);
    List<Integer> fenced = image.brokers().values().stream().filter(BrokerImage::fenced).map(b -> b.id().value()).toList();
    Verdict verdict = verdict(image, counts, fenced);
    new Page(io.out(), json)
        .fact("cluster", image.clusterId())
        .fact("controller", image.controller().equals(BrokerId.NONE) ? null : image.controller().value())
        .fact("metadataOffset", image.offset())
        .fact("brokers", image.brokers().size())
        .fact("brokersActive", image.brokers().values().stream().filter(BrokerImage::active).count())
        .fact("brokersFenced", fenced)
        .fact("brokersShuttingDown", image.brokers().values().stream().filter(b -> b.shuttingDown() && !b.fenced())
            .map(b -> b.id().value()).toList())
        .fact("topics", image.topics().size())
        .fact("partitions", counts.partitions)
        .fact("withoutLeader", counts.leaderless)
        .fact("underMinIsr", counts.underMinIsr)
        .fact("underReplicated", counts.underReplicated)
        .fact("ledByOther", counts.ledByOther)
        .fact("reassigning", counts.reassigning)
        .fact("state", verdict.state)
        .fact("verdict", verdict.text)
        .print();
  }

  private Counts count(ClusterImage image) {
    Counts counts = new Counts();
    for (TopicImage topic : image.topics().values()) {
      int minIsr = settings.topic(image.config(ConfigResource.topic(topic.name()))).get(LogSettings.MIN_INSYNC_REPLICAS);
      for (PartitionImage partition : topic.partitions()) {
        counts.partitions++;
        counts.leaderless += PartitionHealth.leaderless(partition) ? 1 : 0;
        counts.underMinIsr += PartitionHealth.underMinIsr(partition, minIsr) ? 1 : 0;
        counts.underReplicated += PartitionHealth.underReplicated(partition) ? 1 : 0;
        counts.ledByOther += PartitionHealth.ledByOther(partition) ? 1 : 0;
        counts.reassigning += partition.members().reassigning() ? 1 : 0;
      }
    }
    return counts;
  }

  /** The worst that is wrong, and the command that shows more. */
  private static Verdict verdict(ClusterImage image, Counts counts, List<Integer> fenced) {
    if (image.controller().equals(BrokerId.NONE)) {
      return new Verdict("unavailable", "this node knows no controller: nothing can be changed, and no leader is elected; "
          + "quorum:status shows the voters");
    }
    if (counts.leaderless > 0) {
      return new Verdict("unavailable", partitions(counts.leaderless) + " without a leader cannot be read or written; "
          + "partition:list --no-leader shows which");
    }
    if (counts.underMinIsr > 0) {
      return new Verdict("degraded", partitions(counts.underMinIsr) + " with fewer in-sync replicas than min.insync.replicas "
          + "refuse writes with acks=all; partition:list --under-min-isr shows which");
    }
    if (counts.underReplicated > 0) {
      return new Verdict("degraded", "all partitions have a leader, but replicas of " + partitions(counts.underReplicated)
          + " are not in sync; partition:list --under-replicated shows which");
    }
    if (!fenced.isEmpty()) {
      String ids = fenced.stream().map(String::valueOf).collect(Collectors.joining(","));
      return new Verdict("degraded", "all replicas are in sync, but " + (fenced.size() == 1 ? "broker " : "brokers ") + ids
          + " cannot be reached; broker:list shows the addresses");
    }
    return new Verdict("healthy", "all brokers are reachable, and all replicas are in sync");
  }

  private static String partitions(int count) {
    return count + (count == 1 ? " partition" : " partitions");
  }

  /** Partitions by condition; one partition may count several times. */
  private static final class Counts {
    private int partitions;
    private int leaderless;
    private int underMinIsr;
    private int underReplicated;
    private int ledByOther;
    private int reassigning;
  }

  /** @param state healthy, degraded or unavailable */
  private record Verdict(String state, String text) { }
}
