package io.margay.replication.internal.offsets;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteRecordsRequest.DeleteRecordsPartition;
import io.margay.protocol.message.DeleteRecordsRequest.DeleteRecordsTopic;
import io.margay.protocol.message.DeleteRecordsResponse;
import io.margay.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import io.margay.protocol.message.DeleteRecordsResponse.DeleteRecordsTopicResult;
import io.margay.replication.internal.AnswerMemory;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.ServedTopic;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.log.LogSuspendedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Serves DeleteRecords: advances the start of logs, on a thread that may wait for a disk. */
@Component(service = ApiHandler.class, immediate = true)
public final class DeleteRecordsHandler implements ApiHandler {
  private static final long UP_TO_HIGH_WATERMARK = -1;
  /** Bytes of one element of the answer, and of what finds it. */
  private static final int BYTES_EACH = 56;

  private final ReplicationContext replication;
  private final ReplicaTable table;
  private final Set<PendingDelete> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** @param replication the partitions */
  @Activate
  public DeleteRecordsHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    this.table = replication.table();
  }

  @Override
  public Api api() {
    return DeleteRecordsRequest.API;
  }

  @Override
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public void handle(Request request) {
    DeleteRecordsRequest delete = request.read(new DeleteRecordsRequest());
    int partitions = delete.topics().stream().mapToInt(topic -> topic.partitions().size()).sum();
    if (!AnswerMemory.reserve(request, this, partitions, BYTES_EACH)) {
      return;
    }
    List<LocalReplica> replicas = new ArrayList<>(partitions);
    for (DeleteRecordsTopic topic : delete.topics()) {
      if (mayDelete(request, topic.name())) {
        topic.partitions().forEach(partition -> replicas.add(table.replica(topic.name(), partition.partitionIndex())));
      }
    }
    long waitMs = Math.min(delete.timeoutMs(), replication.openWaitMs());
    replication.gate().whenOpen(request, this, replicas, waitMs, again -> {
      if (!replication.reads().run(request, this, () -> delete(request, delete, again))) {
        request.respond(errorResponse(request, Errors.REQUEST_TIMED_OUT));
      }
    });
  }

  private static boolean mayDelete(Request request, String topic) {
    return request.allowed(AclOperation.DELETE, ResourceType.TOPIC, topic);
  }

  /** What was deleted before a log was found suspended stays deleted; a repetition changes nothing. */
  private void delete(Request request, DeleteRecordsRequest delete, BooleanSupplier again) {
    AtomicBoolean suspended = new AtomicBoolean();
    PendingDelete wait = new PendingDelete(request, pending);
    DeleteRecordsResponse response = answer(delete, (topic, partition) -> mayDelete(request, topic)
        ? delete(topic, partition, suspended, wait, isFromHere(request)) : failed(partition, Errors.TOPIC_AUTHORIZATION_FAILED));
    if (!suspended.get() || !again.getAsBoolean()) {
      wait.start(response, closed ? 0 : delete.timeoutMs(), replication.scheduler());
    }
  }

  /** The waiting requests are answered; what they deleted stays deleted. */
  @Deactivate
  public void close() {
    closed = true;
    pending.forEach(PendingDelete::expire);
  }

  /** Whether a part of this server asks: the one that keeps its state in an internal topic shortens it. */
  private static boolean isFromHere(Request request) {
    return request.clientPort() == 0;
  }

  private DeleteRecordsPartitionResult delete(String name, DeleteRecordsPartition partition, AtomicBoolean suspended,
      PendingDelete wait, boolean fromHere) {
    ServedTopic topic = table.topic(name);
    if (topic != null && topic.internal() && !fromHere) {
      return failed(partition, Errors.INVALID_TOPIC_EXCEPTION);
    }
    PartitionLeader leader = table.leader(name, partition.partitionIndex());
    if (leader == null) {
      return failed(partition, table.whyNoLeader(name, partition.partitionIndex()));
    }
    if (!leader.log().config().retention().delete() || leader.mirrorSource() != null) {
      return failed(partition, Errors.POLICY_VIOLATION);
    }
    long highWatermark = leader.highWatermark();
    long offset = partition.offset() == UP_TO_HIGH_WATERMARK ? highWatermark : partition.offset();
    if (offset < 0 || offset > highWatermark) {
      return failed(partition, Errors.OFFSET_OUT_OF_RANGE);
    }
    try {
      leader.log().advanceStart(offset);
    } catch (LogSuspendedException e) {
      suspended.set(true);
      return failed(partition, Errors.NOT_LEADER_OR_FOLLOWER);
    } catch (IOException e) {
      // either the log has called the fault handler, or it was closed because this node no longer leads it
      return failed(partition, leader.ended() ? leader.replica().leaderError() : Errors.KAFKA_STORAGE_ERROR);
    }
    DeleteRecordsPartitionResult result = new DeleteRecordsPartitionResult().setPartitionIndex(partition.partitionIndex());
    wait.add(leader, offset, result);
    return result;
  }

  private static DeleteRecordsPartitionResult failed(DeleteRecordsPartition partition, Errors error) {
    return new DeleteRecordsPartitionResult().setPartitionIndex(partition.partitionIndex()).setLowWatermark(-1)
        .setErrorCode(error.code());
  }

  private static DeleteRecordsResponse answer(DeleteRecordsRequest delete,
      BiFunction<String, DeleteRecordsPartition, DeleteRecordsPartitionResult> each) {
    DeleteRecordsResponse response = new DeleteRecordsResponse();
    for (DeleteRecordsTopic topic : delete.topics()) {
      DeleteRecordsTopicResult answer = new DeleteRecordsTopicResult().setName(topic.name());
      topic.partitions().forEach(partition -> answer.partitions().add(each.apply(topic.name(), partition)));
      response.topics().add(answer);
    }
    return response;
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return answer(request.read(new DeleteRecordsRequest()), (topic, partition) -> failed(partition, error));
  }
}
