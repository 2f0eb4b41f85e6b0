package io.margay.replication.internal.describe;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeProducersRequest;
import io.margay.protocol.message.DescribeProducersRequest.TopicRequest;
import io.margay.protocol.message.DescribeProducersResponse;
import io.margay.protocol.message.DescribeProducersResponse.PartitionResponse;
import io.margay.protocol.message.DescribeProducersResponse.ProducerState;
import io.margay.protocol.message.DescribeProducersResponse.TopicResponse;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.log.PartitionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves DescribeProducers: the idempotent and transactional producers that a log remembers. */
@Component(service = ApiHandler.class, immediate = true)
public final class DescribeProducersHandler implements ApiHandler {
  private final ReplicationContext replication;
  private final ReplicaTable table;

  /** @param replication the partitions */
  @Activate
  public DescribeProducersHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    this.table = replication.table();
  }

  @Override
  public Api api() {
    return DescribeProducersRequest.API;
  }

  @Override
  public void handle(Request request) {
    DescribeProducersRequest asked = request.read(new DescribeProducersRequest());
    List<LocalReplica> replicas = new ArrayList<>();
    for (TopicRequest topic : asked.topics()) {
      topic.partitionIndexes().forEach(index -> replicas.add(table.replica(topic.name(), index)));
    }
    replication.gate().whenOpen(request, replicas, replication.openWaitMs(),
        again -> request.respond(answer(asked, this::describe)));
  }

  private PartitionResponse describe(String topic, Integer index) {
    PartitionLeader leader = table.leader(topic, index);
    if (leader == null) {
      return failed(index, table.whyNoLeader(topic, index));
    }
    PartitionResponse answer = new PartitionResponse().setPartitionIndex(index);
    for (PartitionLog.ProducerInfo producer : leader.log().producers()) {
      answer.activeProducers().add(new ProducerState().setProducerId(producer.producerId())
          .setProducerEpoch(producer.producerEpoch())
          .setLastSequence(producer.lastSequence()).setLastTimestamp(producer.lastTimestamp())
          .setCoordinatorEpoch(producer.coordinatorEpoch()).setCurrentTxnStartOffset(producer.currentTransactionStartOffset()));
    }
    return answer;
  }

  private static PartitionResponse failed(Integer index, Errors error) {
    return new PartitionResponse().setPartitionIndex(index).setErrorCode(error.code()).setErrorMessage(error.message());
  }

  private static DescribeProducersResponse answer(DescribeProducersRequest asked,
      BiFunction<String, Integer, PartitionResponse> each) {
    DescribeProducersResponse response = new DescribeProducersResponse();
    for (TopicRequest topic : asked.topics()) {
      TopicResponse answer = new TopicResponse().setName(topic.name());
      topic.partitionIndexes().forEach(index -> answer.partitions().add(each.apply(topic.name(), index)));
      response.topics().add(answer);
    }
    return response;
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return answer(request.read(new DescribeProducersRequest()), (topic, index) -> failed(index, error));
  }
}
