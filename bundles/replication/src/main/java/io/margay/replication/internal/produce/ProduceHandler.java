package io.margay.replication.internal.produce;

import io.margay.model.Scheduler;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Records;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.message.ProduceResponse.TopicProduceResponse;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.Replication;
import io.margay.replication.internal.ServedTopic;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.log.PartitionLog;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Serves Produce. A request is decoded, appended and answered on the caller's thread. Only where a partition waits for its
 * followers or for stable storage is the answer left to a {@link PendingProduce}, and only while logs are being opened can a
 * request be parked.
 */
@Component(service = ApiHandler.class, immediate = true)
public final class ProduceHandler implements ApiHandler {
  private static final short FIRST_WITH_TOPIC_IDS = 13;
  private static final short ALL = -1;
  private static final String ADMIN_CLIENT = "__admin_client";

  private final ReplicaTable table;
  private final Replication replication;
  private final Scheduler scheduler;
  private final LeaderHints hints;
  private final Set<PendingProduce> pending = ConcurrentHashMap.newKeySet();

  /** @param replication the partitions */
  @Activate
  public ProduceHandler(@Reference Replication replication) {
    this.replication = replication;
    this.table = replication.table();
    this.scheduler = replication.scheduler();
    this.hints = new LeaderHints(replication.partitions());
  }

  /** Answers what still waits. */
  @Deactivate
  public void close() {
    pending.forEach(PendingProduce::expire);
  }

  @Override
  public Api api() {
    return ProduceRequest.API;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public void handle(Request request) {
    ProduceRequest produce = request.read(new ProduceRequest());
    if (table.anyOpening()) {
      long waitMs = Math.min(produce.timeoutMs(), replication.openWaitMs());
      replication.gate().whenOpen(request, replicas(produce, request.version()), waitMs, () -> append(request, produce));
    } else {
      append(request, produce);
    }
  }

  private List<LocalReplica> replicas(ProduceRequest produce, short version) {
    List<LocalReplica> replicas = new ArrayList<>();
    for (TopicProduceData topic : produce.topicData()) {
      ServedTopic served = topic(topic, version);
      for (PartitionProduceData partition : topic.partitionData()) {
        replicas.add(served == null ? null : served.replica(partition.index()));
      }
    }
    return replicas;
  }

  private ServedTopic topic(TopicProduceData topic, short version) {
    return version >= FIRST_WITH_TOPIC_IDS ? table.topic(topic.topicId()) : table.topic(topic.name());
  }

  private void append(Request request, ProduceRequest produce) {
    short version = request.version();
    short acks = produce.acks();
    boolean valid = acks >= ALL && acks <= 1;
    PendingProduce waiting = null;
    int failures = 0;
    Errors lastFailure = Errors.NONE;
    List<TopicProduceData> topics = produce.topicData();
    List<TopicProduceResponse> answers = new ArrayList<>(topics.size());
    for (int i = 0; i < topics.size(); i++) {
      TopicProduceData topic = topics.get(i);
      ServedTopic served = topic(topic, version);
      List<PartitionProduceData> partitions = topic.partitionData();
      List<PartitionProduceResponse> partitionAnswers = new ArrayList<>(partitions.size());
      for (int j = 0; j < partitions.size(); j++) {
        PartitionProduceData partition = partitions.get(j);
        PartitionProduceResponse answer = new PartitionProduceResponse().setIndex(partition.index()).setBaseOffset(-1);
        partitionAnswers.add(answer);
        Errors error = valid ? refusal(request, served, partition) : Errors.INVALID_REQUIRED_ACKS;
        if (error != Errors.NONE) {
          answer.setErrorCode(error.code());
        } else {
          waiting = append(request, produce, served, partition, answer, waiting);
        }
        if (answer.errorCode() != 0) {
          failures++;
          lastFailure = Errors.forCode(answer.errorCode());
        }
      }
      answers.add(new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId())
          .setPartitionResponses(partitionAnswers));
    }
    ProduceResponse response = new ProduceResponse().setResponses(answers);
    if (failures > 0) {
      hints.add(request, response);
    }
    if (acks == 0) {
      finishUnacknowledged(request, failures, lastFailure);
    } else if (waiting == null) {
      request.respond(response);
    } else {
      waiting.start(response, produce.timeoutMs());
    }
  }

  /** With acks=0 there is no answer to carry an error: the connection is closed so that the client notices. */
  private static void finishUnacknowledged(Request request, int failures, Errors lastFailure) {
    if (failures == 0) {
      request.respondNothing();
    } else {
      request.close("A produce request with acks=0 failed failures=" + failures + " errorCode=" + lastFailure);
    }
  }

  private Errors refusal(Request request, ServedTopic served, PartitionProduceData partition) {
    if (served == null) {
      return request.version() >= FIRST_WITH_TOPIC_IDS ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (served.internal() && !ADMIN_CLIENT.equals(request.clientId())) {
      return Errors.INVALID_TOPIC_EXCEPTION;
    }
    return served.has(partition.index()) ? Errors.NONE : Errors.UNKNOWN_TOPIC_OR_PARTITION;
  }

  private PendingProduce append(Request request, ProduceRequest produce, ServedTopic served, PartitionProduceData partition,
      PartitionProduceResponse answer, PendingProduce waiting) {
    LocalReplica replica = served.replica(partition.index());
    PartitionLeader leader = replica == null ? null : replica.leader();
    if (leader == null) {
      answer.setErrorCode((replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.leaderError()).code());
      return waiting;
    }
    Records records = partition.records();
    ByteBuf buffer = records == null ? null : records.bufferOrNull();
    if (!ProducedBatch.check(buffer, produce, request.version(), answer)) {
      return waiting;
    }
    boolean all = produce.acks() == ALL;
    PartitionLog.Appended appended = leader.append(buffer, PartitionLog.Origin.CLIENT, all);
    if (appended.error() != Errors.NONE) {
      answer.setErrorCode(appended.error().code()).setErrorMessage(appended.message())
          .setLogStartOffset(startIfKnown(leader, appended));
      return waiting;
    }
    answer.setBaseOffset(appended.baseOffset()).setLogAppendTimeMs(appended.appendTimeMs())
        .setLogStartOffset(leader.logStartOffset());
    if (produce.acks() == 0 || leader.highWatermark() >= appended.nextOffset() || !all && !leader.flushOnAck()) {
      return waiting;
    }
    PendingProduce wait = waiting == null ? new PendingProduce(request, all, scheduler, pending) : waiting;
    wait.add(leader, appended.nextOffset(), answer);
    return wait;
  }

  /** Clients use the start offset to tell lost producer state from lost records. */
  private static long startIfKnown(PartitionLeader leader, PartitionLog.Appended appended) {
    return appended.error() == Errors.UNKNOWN_PRODUCER_ID || appended.error() == Errors.OUT_OF_ORDER_SEQUENCE_NUMBER
        ? leader.logStartOffset() : -1;
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    ProduceRequest produce = request.read(new ProduceRequest());
    if (produce.acks() == 0) {
      return null;
    }
    ProduceResponse response = new ProduceResponse();
    for (TopicProduceData topic : produce.topicData()) {
      TopicProduceResponse answer = new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId());
      for (PartitionProduceData partition : topic.partitionData()) {
        answer.partitionResponses().add(new PartitionProduceResponse().setIndex(partition.index()).setBaseOffset(-1)
            .setErrorCode(error.code()));
      }
      response.responses().add(answer);
    }
    return response;
  }
}
