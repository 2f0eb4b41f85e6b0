package io.margay.replication.internal.offsets;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetForLeaderEpochRequest;
import io.margay.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import io.margay.protocol.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import io.margay.protocol.message.OffsetForLeaderEpochResponse;
import io.margay.protocol.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import io.margay.protocol.message.OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult;
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

/**
 * Serves OffsetForLeaderEpoch: where a leader epoch ends, so that clients and followers detect records that the log does not have.
 */
@Component(service = ApiHandler.class, immediate = true)
public final class OffsetForLeaderEpochHandler implements ApiHandler {
  /** Bytes of one element of the answer, and of what finds it. */
  private static final int BYTES_EACH = 56;

  private final ReplicationContext replication;
  private final ReplicaTable table;

  /** @param replication the partitions */
  @Activate
  public OffsetForLeaderEpochHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    this.table = replication.table();
  }

  @Override
  public Api api() {
    return OffsetForLeaderEpochRequest.API;
  }

  @Override
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public void handle(Request request) {
    OffsetForLeaderEpochRequest asked = request.read(new OffsetForLeaderEpochRequest());
    int partitions = asked.topics().stream().mapToInt(topic -> topic.partitions().size()).sum();
    if (!AnswerMemory.reserve(request, this, partitions, BYTES_EACH)) {
      return;
    }
    List<LocalReplica> replicas = new ArrayList<>(partitions);
    for (OffsetForLeaderTopic topic : asked.topics()) {
      if (seen(request, topic.topic())) {
        topic.partitions().forEach(partition -> replicas.add(table.replica(topic.topic(), partition.partition())));
      }
    }
    replication.gate().whenOpen(request, this, replicas, replication.openWaitMs(),
        again -> request.respond(answer(asked, (topic, partition) -> seen(request, topic) ? find(topic, partition)
            : failed(partition, Errors.TOPIC_AUTHORIZATION_FAILED))));
  }

  /** Brokers see all topics. */
  private static boolean seen(Request request, String topic) {
    return request.allowed(AclOperation.CLUSTER_ACTION, ResourceType.CLUSTER, Acl.CLUSTER_NAME)
        || request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
  }

  private EpochEndOffset find(String topic, OffsetForLeaderPartition partition) {
    PartitionLeader leader = table.leader(topic, partition.partition());
    if (leader == null) {
      return failed(partition, table.whyNoLeader(topic, partition.partition()));
    }
    Errors epochError = leader.checkEpoch(partition.currentLeaderEpoch());
    if (epochError != Errors.NONE) {
      return failed(partition, epochError);
    }
    PartitionLog.EpochEnd end = leader.log().endOfEpoch(partition.leaderEpoch());
    return new EpochEndOffset().setPartition(partition.partition()).setLeaderEpoch(end.epoch()).setEndOffset(end.endOffset());
  }

  private static EpochEndOffset failed(OffsetForLeaderPartition partition, Errors error) {
    return new EpochEndOffset().setPartition(partition.partition()).setErrorCode(error.code());
  }

  private static OffsetForLeaderEpochResponse answer(OffsetForLeaderEpochRequest asked,
      BiFunction<String, OffsetForLeaderPartition, EpochEndOffset> each) {
    OffsetForLeaderEpochResponse response = new OffsetForLeaderEpochResponse();
    for (OffsetForLeaderTopic topic : asked.topics()) {
      OffsetForLeaderTopicResult answer = new OffsetForLeaderTopicResult().setTopic(topic.topic());
      topic.partitions().forEach(partition -> answer.partitions().add(each.apply(topic.topic(), partition)));
      response.topics().add(answer);
    }
    return response;
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return answer(request.read(new OffsetForLeaderEpochRequest()), (topic, partition) -> failed(partition, error));
  }
}
