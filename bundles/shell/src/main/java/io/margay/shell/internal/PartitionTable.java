package io.margay.shell.internal;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * Partitions with their state; their offsets, size and lag come from the brokers that can be reached: of the leader, of the largest
 * replica, and of the replica that is most behind.
 */
final class PartitionTable {
  private final Requests requests;

  PartitionTable(Requests requests) {
    this.requests = requests;
  }

  Table of(Collection<TopicImage> topics) throws InterruptedException {
    return of(topics, (topic, partition) -> true);
  }

  /** @param filter which partitions to show */
  Table of(Collection<TopicImage> topics, BiPredicate<TopicImage, PartitionImage> filter) throws InterruptedException {
    List<TopicPartition> all = new ArrayList<>();
    topics.forEach(t -> t.partitions().stream().filter(p -> filter.test(t, p))
        .forEach(p -> all.add(new TopicPartition(t.name(), p.index()))));
    Offsets offsets = new Offsets(requests);
    Map<TopicPartition, Long> starts = offsets.at(all, Offsets.EARLIEST);
    Map<TopicPartition, Long> ends = offsets.at(all, Offsets.LATEST);
    Map<TopicPartition, LogSizes.Replica> replicas = new LogSizes(requests).largest(all);
    Table table = new Table("topic", "partition", "leader", "leaderEpoch", "replicas", "isr", "elr", "startOffset", "endOffset",
        "lag", "sizeBytes");
    for (TopicImage topic : topics) {
      for (PartitionImage p : topic.partitions()) {
        if (filter.test(topic, p)) {
          TopicPartition tp = new TopicPartition(topic.name(), p.index());
          LogSizes.Replica replica = replicas.get(tp);
          table.row(topic.name(), p.index(), PartitionHealth.leader(p), p.leaderEpoch().value(),
              PartitionHealth.ids(p.replicas()), PartitionHealth.ids(p.isr()), PartitionHealth.ids(p.members().elr()), starts.get(tp),
              ends.get(tp), replica == null ? null : (Long) replica.lag(), replica == null ? null : (Long) replica.sizeBytes());
        }
      }
    }
    return table;
  }
}
