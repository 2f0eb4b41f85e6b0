package io.margay.mirror.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads and writes the committed offsets of a group in one cluster. */
final class GroupOffsets {
  private static final short FIRST_WITH_GROUPS = 8;

  private final RemoteCluster cluster;

  GroupOffsets(RemoteCluster cluster) {
    this.cluster = cluster;
  }

  /** A committed offset. */
  record Committed(long offset, String metadata) { }

  /** All committed offsets of a group. */
  Map<TopicPartition, Committed> read(int coordinator, String group) throws IOException, InterruptedException {
    OffsetFetchResponse response = cluster.at(coordinator, OffsetFetchRequest.API, version -> version >= FIRST_WITH_GROUPS
        ? new OffsetFetchRequest().setGroups(List.of(new OffsetFetchRequestGroup().setGroupId(group).setMemberId(null).setTopics(null)))
        : new OffsetFetchRequest().setGroupId(group).setTopics(null), new OffsetFetchResponse());
    boolean many = !response.groups().isEmpty();
    Errors error = Errors.forCode(many ? response.groups().get(0).errorCode() : response.errorCode());
    if (error != Errors.NONE) {
      throw new IOException("the offsets of group " + group + " cannot be read: " + error);
    }
    Map<TopicPartition, Committed> offsets = new HashMap<>();
    if (many) {
      response.groups().get(0).topics().forEach(topic -> topic.partitions().forEach(p -> put(offsets, topic.name(), p.partitionIndex(),
          p.errorCode(), new Committed(p.committedOffset(), p.metadata()))));
    } else {
      response.topics().forEach(topic -> topic.partitions().forEach(p -> put(offsets, topic.name(), p.partitionIndex(), p.errorCode(),
          new Committed(p.committedOffset(), p.metadata()))));
    }
    return offsets;
  }

  private static void put(Map<TopicPartition, Committed> offsets, String topic, int partition, short error, Committed committed) {
    if (error == Errors.NONE.code() && committed.offset() >= 0) {
      offsets.put(new TopicPartition(topic, partition), committed);
    }
  }

  /**
   * Commits as one who is no member. No leader epoch is committed: those of the other cluster mean nothing here.
   *
   * @return the error of each partition
   */
  Map<TopicPartition, Errors> commit(int coordinator, String group, Map<TopicPartition, Committed> offsets)
      throws IOException, InterruptedException {
    Map<String, OffsetCommitRequestTopic> topics = new LinkedHashMap<>();
    offsets.forEach((tp, committed) -> topics.computeIfAbsent(tp.topic(), name -> new OffsetCommitRequestTopic().setName(name))
        .partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(tp.partition()).setCommittedOffset(committed.offset())
            .setCommittedLeaderEpoch(-1).setCommittedMetadata(committed.metadata())));
    OffsetCommitRequest request = new OffsetCommitRequest().setGroupId(group).setGenerationIdOrMemberEpoch(-1).setMemberId("")
        .setTopics(List.copyOf(topics.values()));
    Map<TopicPartition, Errors> answers = new HashMap<>();
    cluster.at(coordinator, OffsetCommitRequest.API, version -> request, new OffsetCommitResponse()).topics()
        .forEach(topic -> topic.partitions().forEach(p -> answers.put(new TopicPartition(topic.name(), p.partitionIndex()),
            Errors.forCode(p.errorCode()))));
    return answers;
  }
}
