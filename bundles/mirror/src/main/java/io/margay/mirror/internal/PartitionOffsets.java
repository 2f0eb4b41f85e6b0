package io.margay.mirror.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.MetadataResponse;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Asks the leaders of a cluster where partitions start or end. */
final class PartitionOffsets {
  static final long EARLIEST = -2;
  static final long LATEST = -1;

  private final RemoteCluster cluster;

  PartitionOffsets(RemoteCluster cluster) {
    this.cluster = cluster;
  }

  /** The end of what is committed; partitions of which it is not known are missing. */
  Map<TopicPartition, Long> of(Collection<TopicPartition> partitions) throws IOException, InterruptedException {
    return of(partitions, LATEST);
  }

  /** As {@link #of(Collection)}, but partitions are missing, too, whose leader cannot be asked; {@code unreachable} gets why. */
  Map<TopicPartition, Long> ofReachable(Collection<TopicPartition> partitions, Consumer<IOException> unreachable)
      throws IOException, InterruptedException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (Map.Entry<Integer, ListOffsetsRequest> each : requests(partitions, LATEST).entrySet()) {
      try {
        ask(each.getKey(), each.getValue(), LATEST, offsets);
      } catch (IOException e) {
        unreachable.accept(e);
      }
    }
    return offsets;
  }

  /** As {@link #of(Collection)}, for {@link #EARLIEST}, {@link #LATEST}, or a time in milliseconds; -1 when there is no record so late. */
  Map<TopicPartition, Long> of(Collection<TopicPartition> partitions, long which) throws IOException, InterruptedException {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (Map.Entry<Integer, ListOffsetsRequest> each : requests(partitions, which).entrySet()) {
      ask(each.getKey(), each.getValue(), which, offsets);
    }
    return offsets;
  }

  /** By leader. */
  private Map<Integer, ListOffsetsRequest> requests(Collection<TopicPartition> partitions, long which) throws IOException, InterruptedException {
    Map<Integer, Map<String, ListOffsetsTopic>> byLeader = new HashMap<>();
    leaders(partitions).forEach((tp, leader) -> byLeader.computeIfAbsent(leader, id -> new LinkedHashMap<>())
        .computeIfAbsent(tp.topic(), name -> new ListOffsetsTopic().setName(name)).partitions().add(new ListOffsetsPartition()
            .setPartitionIndex(tp.partition()).setCurrentLeaderEpoch(-1).setTimestamp(which)));
    Map<Integer, ListOffsetsRequest> requests = new HashMap<>();
    byLeader.forEach((leader, topics) -> requests.put(leader, new ListOffsetsRequest().setReplicaId(-1).setIsolationLevel((byte) 0)
        .setTopics(List.copyOf(topics.values()))));
    return requests;
  }

  private void ask(int leader, ListOffsetsRequest request, long which, Map<TopicPartition, Long> offsets)
      throws IOException, InterruptedException {
    cluster.at(leader, ListOffsetsRequest.API, version -> request, new ListOffsetsResponse()).topics()
        .forEach(topic -> topic.partitions().forEach(p -> {
          if (p.errorCode() == Errors.NONE.code() && (p.offset() >= 0 || which >= 0)) {
            offsets.put(new TopicPartition(topic.name(), p.partitionIndex()), p.offset());
          }
        }));
  }

  /** The leaders of partitions; those without a leader are missing. */
  Map<TopicPartition, Integer> leaders(Collection<TopicPartition> partitions) throws IOException, InterruptedException {
    Map<TopicPartition, Integer> leaders = new HashMap<>();
    List<String> topics = partitions.stream().map(TopicPartition::topic).distinct().toList();
    if (topics.isEmpty()) {
      return leaders;
    }
    MetadataResponse metadata = cluster.metadata(topics);
    metadata.topics().forEach(topic -> topic.partitions().forEach(p -> {
      TopicPartition tp = topic.name() == null ? null : new TopicPartition(topic.name(), p.partitionIndex());
      if (tp != null && p.leaderId() >= 0 && partitions.contains(tp)) {
        leaders.put(tp, p.leaderId());
      }
    }));
    return leaders;
  }
}
