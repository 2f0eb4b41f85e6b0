package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsResponse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Asks for offsets of partitions. */
final class Offsets {
  static final long LATEST = -1;
  static final long EARLIEST = -2;
  private final Requests requests;

  Offsets(Requests requests) {
    this.requests = requests;
  }

  /**
   * @param partitions which
   * @param timestamp ms since the epoch, {@link #LATEST} or {@link #EARLIEST}
   * @return the offset of the first record at or after the time; -1 if there is none; absent for a partition that this broker
   *     does not lead
   */
  Map<TopicPartition, Long> at(Collection<TopicPartition> partitions, long timestamp) throws InterruptedException {
    if (partitions.isEmpty()) {
      return Map.of();
    }
    Map<String, List<ListOffsetsRequest.ListOffsetsPartition>> byTopic = new TreeMap<>();
    for (TopicPartition tp : partitions) {
      byTopic.computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(
          new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(tp.partition()).setTimestamp(timestamp));
    }
    ListOffsetsRequest request = new ListOffsetsRequest();
    byTopic.forEach((topic, list) -> request.topics().add(
        new ListOffsetsRequest.ListOffsetsTopic().setName(topic).setPartitions(list)));
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (var topic : requests.send(ListOffsetsRequest.API, request, new ListOffsetsResponse()).topics()) {
      for (var partition : topic.partitions()) {
        if (partition.errorCode() == Errors.NONE.code()) {
          offsets.put(new TopicPartition(topic.name(), partition.partitionIndex()), partition.offset());
        }
      }
    }
    return offsets;
  }

  /** All partitions of a topic. */
  static List<TopicPartition> partitions(TopicImage topic) {
    return topic.partitions().stream().map(p -> new TopicPartition(topic.name(), p.index())).toList();
  }
}
