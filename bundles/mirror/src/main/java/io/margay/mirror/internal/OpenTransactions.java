package io.margay.mirror.internal;

import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeProducersRequest;
import io.margay.protocol.message.DescribeProducersRequest.TopicRequest;
import io.margay.protocol.message.DescribeProducersResponse;
import io.margay.protocol.message.DescribeProducersResponse.ProducerState;
import io.margay.protocol.message.WriteTxnMarkersRequest;
import io.margay.protocol.message.WriteTxnMarkersRequest.WritableTxnMarker;
import io.margay.protocol.message.WriteTxnMarkersRequest.WritableTxnMarkerTopic;
import io.margay.protocol.message.WriteTxnMarkersResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * Ends what producers of the source left open in a mirror that is promoted: their transactions are aborted, since no coordinator of this
 * cluster knows them.
 */
final class OpenTransactions {
  private static final int LOOKS_MAX = 5;
  private static final int TRIES_MAX = 100;
  private static final long PAUSE_MS = 100;

  private final RemoteCluster target;

  OpenTransactions(RemoteCluster target) {
    this.target = target;
  }

  /** Aborts them. Returns how many there were. */
  int abort(List<TopicPartition> partitions) throws IOException, InterruptedException {
    int aborted = 0;
    int found;
    int looks = 0;
    do {
      // a leader that did not know yet may have taken some more
      found = abortOnce(partitions);
      aborted += found;
    } while (found > 0 && ++looks < LOOKS_MAX);
    return aborted;
  }

  private int abortOnce(List<TopicPartition> partitions) throws IOException, InterruptedException {
    int aborted = 0;
    for (Map.Entry<TopicPartition, Integer> led : new PartitionOffsets(target).leaders(partitions).entrySet()) {
      TopicPartition tp = led.getKey();
      DescribeProducersRequest request = new DescribeProducersRequest()
          .setTopics(List.of(new TopicRequest().setName(tp.topic()).setPartitionIndexes(List.of(tp.partition()))));
      var answer = target.at(led.getValue(), DescribeProducersRequest.API, version -> request, new DescribeProducersResponse()).topics().get(0)
          .partitions().get(0);
      if (answer.errorCode() != Errors.NONE.code()) {
        throw new IOException("the producers of " + tp + " are not known: " + Errors.forCode(answer.errorCode()));
      }
      for (ProducerState producer : answer.activeProducers()) {
        if (producer.currentTxnStartOffset() >= 0) {
          abort(led.getValue(), tp, producer);
          aborted++;
        }
      }
    }
    return aborted;
  }

  private void abort(int leader, TopicPartition tp, ProducerState producer) throws IOException, InterruptedException {
    WriteTxnMarkersRequest request = new WriteTxnMarkersRequest().setMarkers(List.of(new WritableTxnMarker()
        .setProducerId(producer.producerId()).setProducerEpoch((short) producer.producerEpoch()).setTransactionResult(false)
        .setCoordinatorEpoch(Math.max(0, producer.coordinatorEpoch()))
        .setTopics(List.of(new WritableTxnMarkerTopic().setName(tp.topic()).setPartitionIndexes(List.of(tp.partition()))))));
    Errors error;
    int tries = 0;
    do {
      if (tries > 0) {
        // the leader does not know yet that its topic is no mirror any more
        Thread.sleep(PAUSE_MS);
      }
      var answer = target.at(leader, WriteTxnMarkersRequest.API, version -> request, new WriteTxnMarkersResponse()).markers().get(0);
      error = Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    } while (error == Errors.POLICY_VIOLATION && ++tries < TRIES_MAX);
    if (error != Errors.NONE) {
      throw new IOException("the open transaction of producer " + producer.producerId() + " in " + tp + " cannot be aborted: " + error);
    }
  }
}
