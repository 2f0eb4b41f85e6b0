package io.margay.shell.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
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
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks for offsets of partitions. */
final class Offsets {
  static final long LATEST = -1;
  static final long EARLIEST = -2;
  /** Consumers see what is committed; a replica would also see what is not. */
  private static final int CONSUMER = -1;
  private static final Logger LOG = LoggerFactory.getLogger(Offsets.class);
  private final Requests requests;

  Offsets(Requests requests) {
    this.requests = requests;
  }

  /**
   * Asks the leaders.
   *
   * @param partitions which
   * @param timestamp ms since the epoch, {@link #LATEST} or {@link #EARLIEST}
   * @return the offset of the first record at or after the time; -1 if there is none; absent for a partition whose leader does not
   *     answer or cannot be reached
   */
  Map<TopicPartition, Long> at(Collection<TopicPartition> partitions, long timestamp) throws InterruptedException {
    Map<BrokerId, Map<String, List<ListOffsetsRequest.ListOffsetsPartition>>> byLeader = new TreeMap<>();
    for (TopicPartition tp : partitions) {
      byLeader.computeIfAbsent(requests.leader(tp), b -> new TreeMap<>()).computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(
          new ListOffsetsRequest.ListOffsetsPartition().setPartitionIndex(tp.partition()).setTimestamp(timestamp));
    }
    List<CompletableFuture<ListOffsetsResponse>> answers = new ArrayList<>();
    byLeader.forEach((leader, byTopic) -> {
      ListOffsetsRequest request = new ListOffsetsRequest().setReplicaId(CONSUMER);
      byTopic.forEach((topic, list) -> request.topics().add(
          new ListOffsetsRequest.ListOffsetsTopic().setName(topic).setPartitions(list)));
      answers.add(requests.start(leader, ListOffsetsRequest.API, request, new ListOffsetsResponse()));
    });
    Map<TopicPartition, Long> offsets = new HashMap<>();
    for (CompletableFuture<ListOffsetsResponse> answer : answers) {
      try {
        add(requests.await(ListOffsetsRequest.API, answer), offsets);
      } catch (ShellException e) {
        if (answers.size() == 1) {
          throw e;
        }
        // the others are worth showing
        LOG.debug("A leader does not tell its offsets error={}", e.getMessage());
      }
    }
    return offsets;
  }

  private static void add(ListOffsetsResponse response, Map<TopicPartition, Long> offsets) {
    for (var topic : response.topics()) {
      for (var partition : topic.partitions()) {
        if (partition.errorCode() == Errors.NONE.code()) {
          offsets.put(new TopicPartition(topic.name(), partition.partitionIndex()), partition.offset());
        }
      }
    }
  }

  /** All partitions of a topic. */
  static List<TopicPartition> partitions(TopicImage topic) {
    return topic.partitions().stream().map(p -> new TopicPartition(topic.name(), p.index())).toList();
  }
}
