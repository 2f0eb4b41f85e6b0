package io.margay.simulation;

import io.margay.groups.internal.SimulatedGroups;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.margay.protocol.message.OffsetFetchResponse;
import java.util.List;

/** Asks for the stable offset of the group whose offsets are committed in transactions. */
final class CommittedOffset extends SimulatedClient {
  /** The group. */
  static final String GROUP = "transactional";

  private final Simulation.Topic topic;
  private long last;
  private int reads;

  CommittedOffset(SimulatedNetwork network, Machine machine, Invariants invariants, Simulation.Topic topic, int nodes) {
    super(network, machine, invariants, new TopicPartition(SimulatedGroups.TOPIC, 0), nodes);
    this.topic = topic;
  }

  /** What was read last; 0 when nothing is committed. */
  long last() {
    return last;
  }

  int reads() {
    return reads;
  }

  @Override
  void proceed() {
    OffsetFetchRequest request = new OffsetFetchRequest().setRequireStable(true).setGroups(List.of(new OffsetFetchRequestGroup()
        .setGroupId(GROUP).setMemberId(null).setMemberEpoch(-1).setTopics(List.of(new OffsetFetchRequestTopics().setName(topic.name())
            .setTopicId(topic.id()).setPartitionIndexes(List.of(0))))));
    toLeader(OffsetFetchRequest.API, request, new OffsetFetchResponse(), response -> {
      var answer = response.groups().get(0);
      Errors error = Errors.forCode(answer.errorCode());
      var partition = error == Errors.NONE ? answer.topics().get(0).partitions().get(0) : null;
      error = partition == null ? error : Errors.forCode(partition.errorCode());
      if (error != Errors.NONE) {
        again(error == Errors.UNSTABLE_OFFSET_COMMIT ? Errors.NONE : error);
        return;
      }
      long offset = Math.max(0, partition.committedOffset());
      invariants.transactions().visible(offset);
      if (offset < last) {
        invariants.fail(SimulatedCommitter.NEVER_BACK, "%s: the committed offset is %d, but %d was read before", this, offset, last);
      }
      last = offset;
      reads++;
      process.after(world.random(5, 100), this::next);
    });
  }
}
