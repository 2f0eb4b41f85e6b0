package io.margay.shell.internal;

import io.margay.metadata.ClusterImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.message.DescribeLogDirsRequest;
import io.margay.protocol.message.DescribeLogDirsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks how large replicas are, and how far behind. */
final class LogSizes {
  private static final Logger LOG = LoggerFactory.getLogger(LogSizes.class);
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

  /**
   * The replicas of brokers.
   *
   * @param wanted the replicas, by broker
   * @return what the brokers say; a broker that cannot be asked is absent, because sizes are an extra: a table is useful without them
   */
  Map<BrokerId, Map<TopicPartition, Replica>> of(Map<BrokerId, ? extends Collection<TopicPartition>> wanted)
      throws InterruptedException {
    Map<BrokerId, CompletableFuture<DescribeLogDirsResponse>> answers = new TreeMap<>();
    List<BrokerId> reachable = requests.reachable();
    wanted.forEach((broker, partitions) -> {
      if (reachable.contains(broker) && !partitions.isEmpty()) {
        answers.put(broker, requests.start(broker, DescribeLogDirsRequest.API, request(partitions), new DescribeLogDirsResponse()));
      }
    });
    Map<BrokerId, Map<TopicPartition, Replica>> all = new TreeMap<>();
    for (Map.Entry<BrokerId, CompletableFuture<DescribeLogDirsResponse>> answer : answers.entrySet()) {
      try {
        all.put(answer.getKey(), replicas(requests.await(DescribeLogDirsRequest.API, answer.getValue())));
      } catch (ShellException e) {
        LOG.debug("A broker does not tell the sizes of its logs broker={} error={}", answer.getKey().value(), e.getMessage());
      }
    }
    return all;
  }

  /** All replicas of partitions, by broker. */
  static Map<BrokerId, List<TopicPartition>> replicasOf(ClusterImage image, Collection<TopicPartition> partitions) {
    Map<BrokerId, List<TopicPartition>> byBroker = new TreeMap<>();
    partitions.forEach(tp -> image.partition(tp).replicas()
        .forEach(broker -> byBroker.computeIfAbsent(broker, b -> new ArrayList<>()).add(tp)));
    return byBroker;
  }

  /** For each partition the size of its largest replica, and the lag of the one that is most behind, of those that are known. */
  Map<TopicPartition, Replica> largest(Collection<TopicPartition> partitions) throws InterruptedException {
    Map<TopicPartition, Replica> largest = new HashMap<>();
    of(replicasOf(requests.image(), partitions)).values().forEach(replicas -> replicas.forEach((tp, replica) -> largest.merge(tp,
        replica, (a, b) -> new Replica(Math.max(a.sizeBytes(), b.sizeBytes()), Math.max(a.lag(), b.lag())))));
    return largest;
  }

  private static DescribeLogDirsRequest request(Collection<TopicPartition> partitions) {
    Map<String, List<Integer>> byTopic = new TreeMap<>();
    partitions.forEach(tp -> byTopic.computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(tp.partition()));
    DescribeLogDirsRequest request = new DescribeLogDirsRequest().setTopics(new ArrayList<>());
    byTopic.forEach((topic, list) -> request.topics().add(
        new DescribeLogDirsRequest.DescribableLogDirTopic().setTopic(topic).setPartitions(list)));
    return request;
  }

  private static Map<TopicPartition, Replica> replicas(DescribeLogDirsResponse response) {
    Map<TopicPartition, Replica> replicas = new HashMap<>();
    response.results().forEach(place -> place.topics().forEach(topic -> topic.partitions().stream().filter(p -> !p.isFutureKey())
        .forEach(p -> replicas.put(new TopicPartition(topic.name(), p.partitionIndex()),
            new Replica(p.partitionSize(), p.offsetLag())))));
    return replicas;
  }
}
