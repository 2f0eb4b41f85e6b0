package io.margay.simulation;

import io.margay.groups.internal.SimulatedGroups;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.margay.protocol.message.OffsetFetchResponse;
import java.util.List;
import java.util.UUID;

/** Commits rising offsets of a group without members, and asks for them. */
final class SimulatedCommitter extends SimulatedClient {
  static final String NEVER_BACK = "a committed offset never goes back";

  private final String group;
  private final String topic;
  private final UUID committedTopicId;
  private long sent;
  private long known;
  private int commits;

  SimulatedCommitter(SimulatedNetwork network, Machine machine, Invariants invariants, String topic, UUID topicId, int nodes) {
    super(network, machine, invariants, new TopicPartition(SimulatedGroups.TOPIC, 0), nodes);
    this.group = "group-" + machine.id;
    this.topic = topic;
    this.committedTopicId = topicId;
  }

  String group() {
    return group;
  }

  /** The highest offset that it has sent. */
  long sent() {
    return sent;
  }

  /** What it was told last. */
  long known() {
    return known;
  }

  /** How many commits have succeeded. */
  int commits() {
    return commits;
  }

  @Override
  void proceed() {
    if (world.chance(500)) {
      commit();
    } else {
      fetch();
    }
  }

  private void commit() {
    long offset = ++sent;
    OffsetCommitRequest request = new OffsetCommitRequest().setGroupId(group).setMemberId("").setGenerationIdOrMemberEpoch(-1)
        .setTopics(List.of(new OffsetCommitRequestTopic().setName(topic).setTopicId(committedTopicId).setPartitions(List.of(
            new OffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset).setCommittedLeaderEpoch(-1)
                .setCommittedMetadata("")))));
    toLeader(OffsetCommitRequest.API, request, new OffsetCommitResponse(), response -> {
      Errors error = Errors.forCode(response.topics().get(0).partitions().get(0).errorCode());
      if (error != Errors.NONE) {
        again(error);
        return;
      }
      world.trace().add("%s: committed %d", this, offset);
      known = offset;
      commits++;
      process.after(world.random(5, 100), this::next);
    });
  }

  private void fetch() {
    OffsetFetchRequest request = new OffsetFetchRequest().setRequireStable(true).setGroups(List.of(new OffsetFetchRequestGroup()
        .setGroupId(group).setMemberId(null).setMemberEpoch(-1).setTopics(List.of(new OffsetFetchRequestTopics().setName(topic)
            .setTopicId(committedTopicId).setPartitionIndexes(List.of(0))))));
    toLeader(OffsetFetchRequest.API, request, new OffsetFetchResponse(), response -> {
      var answer = response.groups().get(0);
      Errors error = Errors.forCode(answer.errorCode());
      var partition = error == Errors.NONE ? answer.topics().get(0).partitions().get(0) : null;
      error = partition == null ? error : Errors.forCode(partition.errorCode());
      if (error != Errors.NONE) {
        again(error);
        return;
      }
      long offset = Math.max(0, partition.committedOffset());
      if (offset < known || offset > sent) {
        invariants.fail(NEVER_BACK, "%s: the committed offset is %d, but %d was known and %d was sent last", this, offset, known, sent);
      }
      known = offset;
      process.after(world.random(5, 100), this::next);
    });
  }
}
