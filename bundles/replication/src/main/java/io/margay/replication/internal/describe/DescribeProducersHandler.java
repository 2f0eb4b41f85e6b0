package io.margay.replication.internal.describe;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeProducersRequest;
import io.margay.protocol.message.DescribeProducersRequest.TopicRequest;
import io.margay.protocol.message.DescribeProducersResponse;
import io.margay.protocol.message.DescribeProducersResponse.PartitionResponse;
import io.margay.protocol.message.DescribeProducersResponse.ProducerState;
import io.margay.protocol.message.DescribeProducersResponse.TopicResponse;
import io.margay.replication.internal.AnswerMemory;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.spi.handler.Access;
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
  /** Bytes of one element of the answer, and of what finds it. */
  private static final int BYTES_EACH = 64;
  private static final int PRODUCER_BYTES = 64;
  private static final int FEW = 8;

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
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public void handle(Request request) {
    DescribeProducersRequest asked = request.read(new DescribeProducersRequest());
    int partitions = asked.topics().stream().mapToInt(topic -> topic.partitionIndexes().size()).sum();
    if (!AnswerMemory.reserve(request, this, partitions, BYTES_EACH)) {
      return;
    }
    List<LocalReplica> replicas = new ArrayList<>(partitions);
    for (TopicRequest topic : asked.topics()) {
      if (mayRead(request, topic.name())) {
        topic.partitionIndexes().forEach(index -> replicas.add(table.replica(topic.name(), index)));
      }
    }
    replication.gate().whenOpen(request, this, replicas, replication.openWaitMs(),
        again -> request.respond(answer(asked, (topic, index) -> mayRead(request, topic) ? describe(request, topic, index)
            : failed(index, Errors.TOPIC_AUTHORIZATION_FAILED))));
  }

  private static boolean mayRead(Request request, String topic) {
    return request.allowed(AclOperation.READ, ResourceType.TOPIC, topic);
  }

  private PartitionResponse describe(Request request, String topic, Integer index) {
    PartitionLeader leader = table.leader(topic, index);
    if (leader == null) {
      return failed(index, table.whyNoLeader(topic, index));
    }
    PartitionResponse answer = new PartitionResponse().setPartitionIndex(index);
    List<PartitionLog.ProducerInfo> producers = leader.log().producers();
    if (producers.size() > FEW && !request.reserve((long) producers.size() * PRODUCER_BYTES)) {
      return failed(index, Errors.THROTTLING_QUOTA_EXCEEDED);
    }
    for (PartitionLog.ProducerInfo producer : producers) {
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
