package io.margay.shell.internal;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Partitions with their state, their offsets where this broker leads them, and their size where it holds them. */
final class PartitionTable {
  private final Requests requests;

  PartitionTable(Requests requests) {
    this.requests = requests;
  }

  Table of(Collection<TopicImage> topics) throws InterruptedException {
    List<TopicPartition> all = new ArrayList<>();
    topics.forEach(t -> all.addAll(Offsets.partitions(t)));
    Offsets offsets = new Offsets(requests);
    Map<TopicPartition, Long> starts = offsets.at(all, Offsets.EARLIEST);
    Map<TopicPartition, Long> ends = offsets.at(all, Offsets.LATEST);
    Map<TopicPartition, Long> sizes = sizes(all);
    Table table = new Table("topic", "partition", "leader", "leaderEpoch", "replicas", "isr", "startOffset", "endOffset",
        "sizeBytes");
    for (TopicImage topic : topics) {
      for (PartitionImage p : topic.partitions()) {
        TopicPartition tp = new TopicPartition(topic.name(), p.index());
        table.row(topic.name(), p.index(), p.leader().equals(BrokerId.NONE) ? null : p.leader().value(), p.leaderEpoch().value(),
            ids(p.replicas()), ids(p.isr()), starts.get(tp), ends.get(tp), sizes.get(tp));
      }
    }
    return table;
  }

  private static List<Integer> ids(List<BrokerId> brokers) {
    return brokers.stream().map(BrokerId::value).toList();
  }

  private Map<TopicPartition, Long> sizes(List<TopicPartition> partitions) throws InterruptedException {
    Map<String, List<Integer>> byTopic = new HashMap<>();
    partitions.forEach(tp -> byTopic.computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(tp.partition()));
    List<DescribeLogDirsRequest.DescribableLogDirTopic> topics = new ArrayList<>();
    byTopic.forEach((topic, list) -> topics.add(
        new DescribeLogDirsRequest.DescribableLogDirTopic().setTopic(topic).setPartitions(list)));
    Map<TopicPartition, Long> sizes = new HashMap<>();
    DescribeLogDirsResponse response;
    try {
      response = requests.send(DescribeLogDirsRequest.API, new DescribeLogDirsRequest().setTopics(topics),
          new DescribeLogDirsResponse());
    } catch (ShellException e) {
      // sizes are an extra; the table is useful without them
      return sizes;
    }
    for (var place : response.results()) {
      for (var topic : place.topics()) {
        for (var p : topic.partitions()) {
          if (!p.isFutureKey()) {
            sizes.put(new TopicPartition(topic.name(), p.partitionIndex()), p.partitionSize());
          }
        }
      }
    }
    return sizes;
  }
}
