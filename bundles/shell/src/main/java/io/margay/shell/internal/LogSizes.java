package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks how large replicas are, and how far behind. */
final class LogSizes {
  private final Requests requests;

  LogSizes(Requests requests) {
    this.requests = requests;
  }

  /**
   * A replica's log.
   *
   * @param sizeBytes its size
   * @param lag records that the high watermark is ahead of its end
   */
  record Replica(long sizeBytes, long lag) { }

  /** The replicas that this broker holds; empty when it does not say, because sizes are an extra: a table is useful without them. */
  Map<TopicPartition, Replica> here(Collection<TopicPartition> partitions) throws InterruptedException {
    if (partitions.isEmpty()) {
      return Map.of();
    }
    Map<String, List<Integer>> byTopic = new HashMap<>();
    partitions.forEach(tp -> byTopic.computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(tp.partition()));
    DescribeLogDirsRequest request = new DescribeLogDirsRequest().setTopics(new ArrayList<>());
    byTopic.forEach((topic, list) -> request.topics().add(
        new DescribeLogDirsRequest.DescribableLogDirTopic().setTopic(topic).setPartitions(list)));
    Map<TopicPartition, Replica> replicas = new HashMap<>();
    try {
      DescribeLogDirsResponse response = requests.send(DescribeLogDirsRequest.API, request, new DescribeLogDirsResponse());
      response.results().forEach(place -> place.topics().forEach(topic -> topic.partitions().stream().filter(p -> !p.isFutureKey())
          .forEach(p -> replicas.put(new TopicPartition(topic.name(), p.partitionIndex()),
              new Replica(p.partitionSize(), p.offsetLag())))));
    } catch (ShellException e) {
      return Map.of();
    }
    return replicas;
  }

  /** As {@link #here}, for each of these brokers that this node can ask. */
  Map<BrokerId, Map<TopicPartition, Replica>> on(Collection<BrokerId> brokers, Collection<TopicPartition> partitions)
      throws InterruptedException {
    Map<BrokerId, Map<TopicPartition, Replica>> all = new HashMap<>();
    for (BrokerId broker : brokers) {
      if (requests.isHere(broker)) {
        all.put(broker, here(partitions));
      }
    }
    return all;
  }

  /** The largest known replica of each partition. */
  Map<TopicPartition, Replica> largest(Collection<TopicPartition> partitions) throws InterruptedException {
    return here(partitions);
  }
}
