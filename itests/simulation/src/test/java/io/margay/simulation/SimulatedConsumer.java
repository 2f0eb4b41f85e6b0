package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.margay.protocol.message.ListOffsetsResponse;
import java.util.List;

/** Reads a partition from its start, as far as it is committed. */
final class SimulatedConsumer extends SimulatedClient {
  private static final int ASK_FOR_END_PER_MILLE = 100;

  private long position;
  /** The highest end of the partition that it was told. */
  private long end;

  SimulatedConsumer(SimulatedNetwork network, Machine machine, Invariants invariants, TopicPartition tp, int nodes) {
    super(network, machine, invariants, tp, nodes);
  }

  long position() {
    return position;
  }

  @Override
  void proceed() {
    if (world.chance(ASK_FOR_END_PER_MILLE)) {
      askForEnd();
    } else {
      fetch();
    }
  }

  private void askForEnd() {
    ListOffsetsRequest request = new ListOffsetsRequest().setReplicaId(-1).setTopics(List.of(new ListOffsetsTopic().setName(tp.topic())
        .setPartitions(List.of(new ListOffsetsPartition().setPartitionIndex(tp.partition()).setCurrentLeaderEpoch(leaderEpoch)
            .setTimestamp(-1)))));
    toLeader(ListOffsetsRequest.API, request, new ListOffsetsResponse(), response -> {
      var answer = response.topics().get(0).partitions().get(0);
      if (answer.errorCode() != 0) {
        again(Errors.forCode(answer.errorCode()));
        return;
      }
      if (answer.offset() < Math.max(end, position)) {
        invariants.fail(PartitionRecords.NEVER_BACK, "%s: the end is %d, but records before %d were readable", this, answer.offset(),
            Math.max(end, position));
      }
      end = answer.offset();
      process.after(1, this::next);
    });
  }

  private void fetch() {
    FetchRequest request = new FetchRequest().setMaxWaitMs(200).setMinBytes(1).setMaxBytes(1 << 20).setSessionId(0).setSessionEpoch(-1)
        .setTopics(List.of(new FetchTopic().setTopicId(topicId).setPartitions(List.of(new FetchPartition().setPartition(tp.partition())
            .setFetchOffset(position).setPartitionMaxBytes(1 << 16).setCurrentLeaderEpoch(leaderEpoch)))));
    toLeader(FetchRequest.API, request, new FetchResponse(), this::fetched);
  }

  private void fetched(FetchResponse response) {
    Errors whole = Errors.forCode(response.errorCode());
    if (whole != Errors.NONE) {
      again(whole);
      return;
    }
    var data = response.responses().get(0).partitions().get(0);
    Errors error = Errors.forCode(data.errorCode());
    if (error == Errors.OFFSET_OUT_OF_RANGE) {
      invariants.fail(PartitionRecords.NEVER_BACK, "%s: offset %d was readable and is out of range now", this, position);
    } else if (error != Errors.NONE) {
      again(error);
      return;
    }
    for (String value : Values.of(data.records() == null ? null : data.records().bufferOrNull(), position, Long.MAX_VALUE)) {
      invariants.records(tp).consumed(position, value);
      position++;
    }
    process.after(world.random(1, 20), this::next);
  }
}
