package io.margay.simulation;

import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import java.util.ArrayList;
import java.util.List;

/** An idempotent producer with acks=all that sends a batch until it is acknowledged. */
final class SimulatedProducer extends SimulatedClient {
  private static final int TIMEOUT_MS = 1_500;

  private long producerId = -1;
  private int sequence;
  private int number;
  private List<String> values;
  private byte[] batch;
  private int acknowledged;

  SimulatedProducer(SimulatedNetwork network, Machine machine, Invariants invariants, TopicPartition tp, int nodes) {
    super(network, machine, invariants, tp, nodes);
  }

  /** How many batches were acknowledged. */
  int acknowledged() {
    return acknowledged;
  }

  @Override
  void proceed() {
    if (producerId < 0) {
      toAny(InitProducerIdRequest.API, new InitProducerIdRequest().setTransactionalId(null).setTransactionTimeoutMs(1000).setProducerId(-1).setProducerEpoch((short) -1),
          new InitProducerIdResponse(), this::initialised);
      return;
    }
    if (batch == null) {
      values = new ArrayList<>();
      for (long i = world.random(1, 4); i > 0; i--) {
        values.add("p" + process.id() + "-" + number++);
      }
      batch = Values.batch(producerId, sequence, process.millis(), values);
    }
    ProduceRequest request = new ProduceRequest().setAcks((short) -1).setTimeoutMs(TIMEOUT_MS).setTopicData(List.of(
        new TopicProduceData().setName(tp.topic()).setTopicId(topicId).setPartitionData(List.of(
            new PartitionProduceData().setIndex(tp.partition()).setRecords(new BufferRecords(Values.buffer(batch)))))));
    toLeader(ProduceRequest.API, request, new ProduceResponse(), this::produced);
  }

  private void initialised(InitProducerIdResponse response) {
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      again(error);
    } else {
      producerId = response.producerId();
      next();
    }
  }

  private void produced(ProduceResponse response) {
    var answer = response.responses().get(0).partitionResponses().get(0);
    Errors error = Errors.forCode(answer.errorCode());
    if (error != Errors.NONE) {
      world.trace().add("%s: %s for %s", this, error, values);
      again(error);
      return;
    }
    world.trace().add("%s: %s at %d", this, values, answer.baseOffset());
    for (int i = 0; i < values.size(); i++) {
      invariants.records(tp).acknowledged(answer.baseOffset() + i, values.get(i));
    }
    acknowledged++;
    sequence += values.size();
    batch = null;
    process.after(world.random(1, 40), this::next);
  }
}
