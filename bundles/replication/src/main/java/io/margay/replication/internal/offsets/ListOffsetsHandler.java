package io.margay.replication.internal.offsets;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsTopicResponse;
import io.margay.replication.internal.AnswerMemory;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.SeededHash;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves ListOffsets: start and end of a log at once, look-ups by timestamp on a thread that may wait for a disk. */
@Component(service = ApiHandler.class, immediate = true)
public final class ListOffsetsHandler implements ApiHandler {
  private static final long LATEST = -1;
  private static final long EARLIEST = -2;
  private static final long MAX_TIMESTAMP = -3;
  private static final long EARLIEST_LOCAL = -4;
  private static final long LATEST_TIERED = -5;
  private static final long EARLIEST_PENDING_UPLOAD = -6;
  private static final int CONSUMER = -1;
  /** Bytes of one element of the answer, and of what finds it. */
  private static final int BYTES_EACH = 80;
  private static final short FIRST_WITH_OFFSET_NOT_AVAILABLE = 5;

  private final ReplicationContext replication;
  private final ReplicaTable table;

  /** @param replication the partitions */
  @Activate
  public ListOffsetsHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    this.table = replication.table();
  }

  @Override
  public Api api() {
    return ListOffsetsRequest.API;
  }

  @Override
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public void handle(Request request) {
    ListOffsetsRequest list = request.read(new ListOffsetsRequest());
    int partitions = partitions(list);
    if (!AnswerMemory.reserve(request, this, partitions, BYTES_EACH)) {
      return;
    }
    List<LocalReplica> replicas = new ArrayList<>(partitions);
    for (ListOffsetsTopic topic : list.topics()) {
      if (!seen(request, topic.name())) {
        continue; // nobody waits for a log that is not shown
      }
      for (ListOffsetsPartition partition : topic.partitions()) {
        replicas.add(table.replica(topic.name(), partition.partitionIndex()));
      }
    }
    long waitMs = list.timeoutMs() > 0 ? Math.min(list.timeoutMs(), replication.openWaitMs()) : replication.openWaitMs();
    replication.gate().whenOpen(request, this, replicas, waitMs, again -> dispatch(request, list, again));
  }

  private static boolean seen(Request request, String topic) {
    return request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
  }

  private static int partitions(ListOffsetsRequest list) {
    int count = 0;
    for (ListOffsetsTopic topic : list.topics()) {
      count += topic.partitions().size();
    }
    return count;
  }

  private void dispatch(Request request, ListOffsetsRequest list, BooleanSupplier again) {
    if (!mayBlock(list)) {
      request.respond(answer(request, list, new AtomicBoolean()));
      return;
    }
    boolean accepted = replication.reads().run(request, this, () -> {
      AtomicBoolean suspended = new AtomicBoolean();
      ListOffsetsResponse response = answer(request, list, suspended);
      if (!suspended.get() || !again.getAsBoolean()) {
        request.respond(response);
      }
    });
    if (!accepted) {
      boolean known = request.version() >= FIRST_WITH_OFFSET_NOT_AVAILABLE;
      request.respond(errorResponse(list, known ? Errors.OFFSET_NOT_AVAILABLE : Errors.LEADER_NOT_AVAILABLE));
    }
  }

  private static boolean mayBlock(ListOffsetsRequest list) {
    for (ListOffsetsTopic topic : list.topics()) {
      for (ListOffsetsPartition partition : topic.partitions()) {
        if (partition.timestamp() >= 0 || partition.timestamp() == MAX_TIMESTAMP) {
          return true;
        }
      }
    }
    return false;
  }

  /** @param suspended set when a log was suspended meanwhile, so that the answer is not final */
  private ListOffsetsResponse answer(Request request, ListOffsetsRequest list, AtomicBoolean suspended) {
    NamedTwice twice = new NamedTwice(list, partitions(list));
    ListOffsetsResponse response = new ListOffsetsResponse();
    for (ListOffsetsTopic topic : list.topics()) {
      ListOffsetsTopicResponse answer = new ListOffsetsTopicResponse().setName(topic.name());
      response.topics().add(answer);
      if (!seen(request, topic.name())) {
        topic.partitions().forEach(partition -> answer.partitions().add(failed(partition, Errors.TOPIC_AUTHORIZATION_FAILED)));
        continue;
      }
      long hash = SeededHash.of(topic.name());
      for (ListOffsetsPartition partition : topic.partitions()) {
        answer.partitions().add(twice.contains(hash, partition.partitionIndex()) ? failed(partition, Errors.INVALID_REQUEST)
            : answer(list, topic.name(), partition, request.version(), suspended));
      }
    }
    return response;
  }

  private ListOffsetsPartitionResponse answer(ListOffsetsRequest list, String topic, ListOffsetsPartition partition,
      short version, AtomicBoolean suspended) {
    if (!isKnown(partition.timestamp(), version)) {
      return failed(partition, Errors.UNSUPPORTED_VERSION);
    }
    PartitionLeader leader = table.leader(topic, partition.partitionIndex());
    if (leader == null) {
      return failed(partition, table.whyNoLeader(topic, partition.partitionIndex()));
    }
    Errors epochError = leader.checkEpoch(partition.currentLeaderEpoch());
    if (epochError != Errors.NONE) {
      return failed(partition, epochError);
    }
    try {
      return find(list, leader, partition, version);
    } catch (LogSuspendedException e) {
      suspended.set(true);
      return failed(partition, Errors.NOT_LEADER_OR_FOLLOWER);
    } catch (IOException e) {
      // either the log has called the fault handler, or it was closed because this node no longer leads it
      return failed(partition, leader.ended() ? leader.replica().leaderError() : Errors.KAFKA_STORAGE_ERROR);
    }
  }

  private static ListOffsetsPartitionResponse find(ListOffsetsRequest list, PartitionLeader leader,
      ListOffsetsPartition partition, short version) throws IOException {
    PartitionLog log = leader.log();
    long end = end(list, leader);
    long timestamp = partition.timestamp();
    if (list.replicaId() == CONSUMER && !leader.knowsHighWatermark() && timestamp != EARLIEST && timestamp != EARLIEST_LOCAL) {
      // an earlier leader may have told a higher end, and a consumer must not see it go back
      return failed(partition, version >= FIRST_WITH_OFFSET_NOT_AVAILABLE ? Errors.OFFSET_NOT_AVAILABLE : Errors.LEADER_NOT_AVAILABLE);
    }
    if (timestamp == LATEST) {
      return found(partition, version, -1, end, leader.leaderEpoch().value());
    }
    if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
      long start = log.logStartOffset();
      return found(partition, version, -1, start, log.epochAt(start));
    }
    if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
      // There is no tiered storage, so there are no remote offsets and nothing waits to be moved there.
      return found(partition, version, -1, -1, -1);
    }
    PartitionLog.FoundOffset record = timestamp == MAX_TIMESTAMP ? log.findMaxTimestamp() : log.findByTimestamp(timestamp);
    return record == null || record.offset() >= end ? found(partition, version, -1, -1, -1)
        : found(partition, version, record.timestamp(), record.offset(), record.leaderEpoch());
  }

  /** The end that a reader of the given kind sees. */
  private static long end(ListOffsetsRequest list, PartitionLeader leader) {
    if (list.replicaId() != CONSUMER) {
      return leader.logEndOffset();
    }
    return list.isolationLevel() == 1 ? leader.lastStableOffset() : leader.highWatermark();
  }

  private static boolean isKnown(long timestamp, short version) {
    if (timestamp >= EARLIEST) {
      return true;
    }
    return timestamp == MAX_TIMESTAMP && version >= 7 || timestamp == EARLIEST_LOCAL && version >= 8
        || timestamp == LATEST_TIERED && version >= 9 || timestamp == EARLIEST_PENDING_UPLOAD && version >= 11;
  }

  private static ListOffsetsPartitionResponse found(ListOffsetsPartition partition, short version, long timestamp, long offset,
      int leaderEpoch) {
    ListOffsetsPartitionResponse answer = new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex())
        .setTimestamp(timestamp).setOffset(offset);
    return version >= 4 ? answer.setLeaderEpoch(leaderEpoch) : answer;
  }

  private static ListOffsetsPartitionResponse failed(ListOffsetsPartition partition, Errors error) {
    return new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex()).setErrorCode(error.code());
  }

  @Override
  public Message errorResponse(Request request, Errors error) {
    return errorResponse(request.read(new ListOffsetsRequest()), error);
  }

  private static ListOffsetsResponse errorResponse(ListOffsetsRequest list, Errors error) {
    ListOffsetsResponse response = new ListOffsetsResponse();
    for (ListOffsetsTopic topic : list.topics()) {
      ListOffsetsTopicResponse answer = new ListOffsetsTopicResponse().setName(topic.name());
      topic.partitions().forEach(partition -> answer.partitions().add(failed(partition, error)));
      response.topics().add(answer);
    }
    return response;
  }
}
