package io.margay.simulation;

import io.margay.groups.internal.SimulatedGroups;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.margay.protocol.message.OffsetFetchResponse;
import java.util.List;

/** Asks a target for the offset that a link has carried over for the group of a committer. */
final class CopiedOffset extends SimulatedClient {
  private static final int ID = 6_000;

  private final Region target;
  private final String topic;
  private final SimulatedCommitter committer;
  private long last;

  CopiedOffset(Region target, String topic, SimulatedCommitter committer) {
    super(target.network(), target.machine(ID), target.invariants, new TopicPartition(SimulatedGroups.TOPIC, 0), Region.NODES);
    this.target = target;
    this.topic = topic;
    this.committer = committer;
  }

  /** What was read last; 0 when nothing is committed. */
  long last() {
    return last;
  }

  @Override
  void proceed() {
    OffsetFetchRequest request = new OffsetFetchRequest().setRequireStable(true).setGroups(List.of(new OffsetFetchRequestGroup()
        .setGroupId(committer.group()).setMemberId(null).setMemberEpoch(-1).setTopics(List.of(new OffsetFetchRequestTopics().setName(topic)
            .setTopicId(Region.topicId(target.name, topic)).setPartitionIndexes(List.of(0))))));
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
      if (offset < last || offset > committer.sent()) {
        invariants.fail(CopySimulation.OFFSETS_EXACT, "the offset is %d, but %d was read before, and %d was committed last at the source",
            offset, last, committer.sent());
      }
      last = offset;
      process.after(world.random(5, 100), this::next);
    });
  }
}
