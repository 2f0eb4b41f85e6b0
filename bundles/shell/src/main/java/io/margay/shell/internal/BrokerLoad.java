package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToIntFunction;

/** How many partitions each broker leads, should lead, and holds. */
final class BrokerLoad {
  private final Map<BrokerId, int[]> counts = new HashMap<>();
  private int ledByOther;

  private BrokerLoad() { }

  static BrokerLoad of(ClusterImage image) {
    BrokerLoad load = new BrokerLoad();
    for (TopicImage topic : image.topics().values()) {
      for (PartitionImage partition : topic.partitions()) {
        load.add(partition.leader(), 0);
        partition.replicas().stream().limit(1).forEach(broker -> load.add(broker, 1));
        partition.replicas().forEach(broker -> load.add(broker, 2));
        load.ledByOther += PartitionHealth.ledByOther(partition) ? 1 : 0;
      }
    }
    return load;
  }

  private void add(BrokerId broker, int what) {
    counts.computeIfAbsent(broker, b -> new int[3])[what]++;
  }

  private int count(BrokerId broker, int what) {
    int[] all = counts.get(broker);
    return all == null ? 0 : all[what];
  }

  int leaders(BrokerId broker) {
    return count(broker, 0);
  }

  /** Partitions whose first replica it is. */
  int preferred(BrokerId broker) {
    return count(broker, 1);
  }

  int replicas(BrokerId broker) {
    return count(broker, 2);
  }

  /** One sentence for people. */
  String evenness(ClusterImage image) {
    List<BrokerId> active = image.brokers().values().stream().filter(BrokerImage::active).map(BrokerImage::id).toList();
    if (active.isEmpty()) {
      return "No broker is active.";
    }
    return "Leaders per active broker: " + range(active, this::leaders) + "; replicas: " + range(active, this::replicas) + ". "
        + (ledByOther == 0 ? "All leaders are the preferred ones."
            : ledByOther + (ledByOther == 1 ? " partition is" : " partitions are") + " led by another than the preferred leader; "
                + "leader:elect gives back what it can.");
  }

  private static String range(List<BrokerId> brokers, ToIntFunction<BrokerId> load) {
    return brokers.stream().mapToInt(load).min().getAsInt() + " to " + brokers.stream().mapToInt(load).max().getAsInt()
        + String.format(Locale.ROOT, " (even: %.1f)", brokers.stream().mapToInt(load).average().getAsDouble());
  }
}
