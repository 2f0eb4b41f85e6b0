package io.margay.replication.internal.produce;

import io.margay.model.Scheduler;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Records;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.BatchIndexAndErrorMessage;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.message.ProduceResponse.TopicProduceResponse;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.ReplicationSettings;
import io.margay.replication.internal.ServedTopic;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.TransactionVerifier;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves Produce. A request is decoded, appended and answered on the caller's thread. Only when a partition waits for its
 * followers, for stable storage, or for a log that is being opened or is suspended, the answer is left to a {@link PendingProduce}.
 * Waits for logs are per partition, so that no other partition waits as well, and records that were appended are not appended
 * again.
 */
@Component(service = ApiHandler.class, immediate = true)
public final class ProduceHandler implements ApiHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ProduceHandler.class);
  private static final short FIRST_WITH_TOPIC_IDS = 13;
  private static final short ALL = -1;
  private static final String ADMIN_CLIENT = "__admin_client";
  /** Nothing was appended: the batch must wait until its transaction is verified, see {@link Verifications}. Compared by identity. */
  static final PartitionLog.Appended UNVERIFIED = PartitionLog.Appended.failed(Errors.INVALID_TXN_STATE, null);

  private final ReplicaTable table;
  private final ReplicationContext replication;
  private final Scheduler scheduler;
  private final ProduceHints hints;
  private final Verifications verifications;
  private final Set<PendingProduce> pending = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** @param replication the partitions */
  @Activate
  public ProduceHandler(@Reference ReplicationContext replication) {
    this.replication = replication;
    this.table = replication.table();
    this.scheduler = replication.scheduler();
    this.hints = new ProduceHints(replication.partitions());
    this.verifications = new Verifications(
        () -> replication.settings().get(ReplicationSettings.TRANSACTION_PARTITION_VERIFICATION_ENABLE));
  }

  /** Optional: while transactions are being replaced, the first batches of transactions get an error that producers retry. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setVerifier(TransactionVerifier verifier) {
    verifications.setVerifier(verifier);
  }

  void unsetVerifier(TransactionVerifier verifier) {
    verifications.unsetVerifier(verifier);
  }

  Verifications verifications() {
    return verifications;
  }

  boolean closed() {
    return closed;
  }

  /** Answers the waiting requests. */
  @Deactivate
  public void close() {
    closed = true;
    pending.forEach(PendingProduce::expire);
  }

  @Override
  public Api api() {
    return ProduceRequest.API;
  }

  @Override
  public Access access() {
    return Access.BY_RESOURCE;
  }

  @Override
  public Ordering ordering() {
    return Ordering.PIPELINED;
  }

  @Override
  public void handle(Request request) {
    append(request, request.read(new ProduceRequest()), table.anyPaused());
  }

  private ServedTopic topic(TopicProduceData topic, short version) {
    return version >= FIRST_WITH_TOPIC_IDS ? table.topic(topic.topicId()) : table.topic(topic.name());
  }

  /** @param gated whether some log is paused, so that each partition has to be checked */
  private void append(Request request, ProduceRequest produce, boolean gated) {
    short version = request.version();
    short acks = produce.acks();
    Errors refused = acks < ALL || acks > 1 ? Errors.INVALID_REQUIRED_ACKS
        : mayUseTransaction(request, produce) ? Errors.NONE : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
    PendingProduce waiting = null;
    List<TopicProduceData> topics = produce.topicData();
    List<TopicProduceResponse> answers = new ArrayList<>(topics.size());
    for (int i = 0; i < topics.size(); i++) {
      TopicProduceData topic = topics.get(i);
      ServedTopic served = topic(topic, version);
      Errors denied = refused != Errors.NONE || mayWrite(request, topic, served) ? refused : Errors.TOPIC_AUTHORIZATION_FAILED;
      List<PartitionProduceData> partitions = topic.partitionData();
      List<PartitionProduceResponse> partitionAnswers = new ArrayList<>(partitions.size());
      for (int j = 0; j < partitions.size(); j++) {
        PartitionProduceData partition = partitions.get(j);
        PartitionProduceResponse answer = new PartitionProduceResponse().setIndex(partition.index()).setBaseOffset(-1);
        partitionAnswers.add(answer);
        Errors error = denied == Errors.NONE ? refusal(request, served, partition) : denied;
        if (error != Errors.NONE) {
          answer.setErrorCode(error.code());
        } else {
          waiting = append(request, produce, served.replica(partition.index()), partition, answer, gated, waiting);
        }
      }
      answers.add(new TopicProduceResponse().setName(topic.name()).setTopicId(topic.topicId())
          .setPartitionResponses(partitionAnswers));
    }
    ProduceResponse response = new ProduceResponse().setResponses(answers);
    if (waiting == null) {
      finish(request, acks, response);
    } else {
      waiting.start(response, produce.timeoutMs(), Math.min(produce.timeoutMs(), replication.openWaitMs()));
    }
  }

  /** An id that nothing has is no secret: the answer says that it is unknown. */
  private static boolean mayWrite(Request request, TopicProduceData topic, ServedTopic served) {
    String name = served != null ? served.name() : request.version() < FIRST_WITH_TOPIC_IDS ? topic.name() : null;
    return name == null || request.allowed(AclOperation.WRITE, ResourceType.TOPIC, name);
  }

  /** Only transactional batches use the transactional id; one without it is refused with the batch. */
  private static boolean mayUseTransaction(Request request, ProduceRequest produce) {
    String id = produce.transactionalId();
    return id == null || request.allowed(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, id)
        || !ProducedBatch.anyTransactional(produce);
  }

  /** Answers when every partition is decided. */
  void finish(Request request, short acks, ProduceResponse response) {
    int failures = 0;
    Errors lastFailure = Errors.NONE;
    List<TopicProduceResponse> topics = response.responses();
    for (int i = 0; i < topics.size(); i++) {
      List<PartitionProduceResponse> partitions = topics.get(i).partitionResponses();
      for (int j = 0; j < partitions.size(); j++) {
        if (partitions.get(j).errorCode() != 0) {
          failures++;
          lastFailure = Errors.forCode(partitions.get(j).errorCode());
        }
      }
    }
    if (failures > 0) {
      hints.add(request, response);
    }
    if (acks == 0) {
      finishUnacknowledged(request, failures, lastFailure);
    } else {
      request.respond(response);
    }
  }

  /** With acks=0 no answer can carry an error: the connection is closed so that the client notices. */
  private static void finishUnacknowledged(Request request, int failures, Errors lastFailure) {
    if (failures == 0) {
      request.respondNothing();
    } else {
      request.close("A produce request with acks=0 failed failures=" + failures + " errorCode=" + lastFailure);
    }
  }

  /** The error as clients of this version know it. */
  static Errors inVersion(short version, Errors error) {
    return version >= FIRST_WITH_TOPIC_IDS && error == Errors.UNKNOWN_TOPIC_OR_PARTITION ? Errors.UNKNOWN_TOPIC_ID : error;
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

  private PendingProduce append(Request request, ProduceRequest produce, LocalReplica replica, PartitionProduceData partition,
      PartitionProduceResponse answer, boolean gated, PendingProduce waiting) {
    boolean park = gated && replica != null && replica.waiting();
    PartitionLeader leader = park || replica == null ? null : replica.leader();
    PartitionLog.Appended appended = null;
    if (!park) {
      appended = append(request.version(), produce, replica, leader, partition, answer, false);
      park = appended == PartitionLog.Appended.SUSPENDED;
    }
    boolean unverified = appended == UNVERIFIED;
    if (!park && !unverified && !waitsForCommit(produce.acks(), leader, appended)) {
      return waiting;
    }
    PendingProduce wait = waiting == null ? new PendingProduce(this, request, produce, scheduler, pending) : waiting;
    if (unverified) {
      wait.verify(replica, leader, partition, answer);
    } else if (park) {
      wait.park(replica, partition, answer);
    } else {
      wait.add(leader, appended.nextOffset(), answer);
    }
    return wait;
  }

  /**
   * Appends the records of one partition and fills its answer.
   *
   * @param replica the partition, or null when it is not here
   * @param leader its current leadership, or null
   * @param verified whether the coordinator has confirmed the batch's transaction
   * @return the result, {@link PartitionLog.Appended#SUSPENDED} or {@link #UNVERIFIED} when the append has to be repeated; null when it
   *     was refused
   */
  PartitionLog.Appended append(short version, ProduceRequest produce, LocalReplica replica, PartitionLeader leader,
      PartitionProduceData partition, PartitionProduceResponse answer, boolean verified) {
    try {
      return appendNow(version, produce, replica, leader, partition, answer, verified);
    } catch (RuntimeException | Error e) {
      LOG.error("Records cannot be appended partition={}", replica == null ? null : replica.id(), e);
      answer.setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code()).setBaseOffset(-1).setLogAppendTimeMs(-1);
      return null;
    }
  }

  private PartitionLog.Appended appendNow(short version, ProduceRequest produce, LocalReplica replica, PartitionLeader leader,
      PartitionProduceData partition, PartitionProduceResponse answer, boolean verified) {
    if (leader == null) {
      Errors error = replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.leaderError();
      answer.setErrorCode(inVersion(version, error).code());
      return null;
    }
    Records records = partition.records();
    ByteBuf buffer = records == null ? null : records.bufferOrNull();
    if (!ProducedBatch.check(buffer, produce, version, answer)) {
      return null;
    }
    boolean transactional = ProducedBatch.isTransactional(buffer);
    if (!verified && transactional
        && verifications.mustWait(leader, Verifications.key(leader, buffer, produce.transactionalId(), version))) {
      return UNVERIFIED;
    }
    PartitionLog.Appended appended = leader.append(buffer, PartitionLog.Origin.CLIENT, produce.acks() == ALL);
    if (appended == PartitionLog.Appended.SUSPENDED) {
      return appended;
    }
    if (transactional && appended.error() == Errors.INVALID_TXN_STATE) {
      // The log has lost the verification, with a marker or because it was opened again.
      return UNVERIFIED;
    }
    if (appended.error() != Errors.NONE) {
      answer.setErrorCode(appended.error().code()).setErrorMessage(appended.message())
          .setLogStartOffset(startIfKnown(leader, appended));
      // KIP-467: the batch's other records fail because one of them was invalid.
      for (InvalidRecordBatchException.Fault fault : appended.faults()) {
        answer.recordErrors().add(new BatchIndexAndErrorMessage().setBatchIndex(fault.recordIndex())
            .setBatchIndexErrorMessage(fault.message()));
      }
      return null;
    }
    answer.setBaseOffset(appended.baseOffset()).setLogAppendTimeMs(appended.appendTimeMs())
        .setLogStartOffset(leader.logStartOffset());
    if (appended.baseOffset() < 0) {
      // It is in the log, and nobody knows where: clients take this as success without an offset.
      answer.setErrorCode(Errors.DUPLICATE_SEQUENCE_NUMBER.code());
    }
    return appended;
  }

  /**
   * Whether records wait: with acks=all until they are committed, with acks=1 at most for this broker's disk.
   *
   * @param appended what {@link #append} returned
   */
  static boolean waitsForCommit(short acks, PartitionLeader leader, PartitionLog.Appended appended) {
    if (appended == null || acks == 0 || leader.highWatermark() >= appended.nextOffset()) {
      return false;
    }
    return acks == ALL || leader.flushOnAck() && leader.log().flushedOffset() < appended.nextOffset();
  }

  /** Clients use the start offset to distinguish lost producer state from lost records. */
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
