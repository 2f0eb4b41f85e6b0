package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.TxnOffsetCommitRequest;
import io.margay.protocol.message.TxnOffsetCommitResponse;
import io.margay.spi.handler.Request;
import io.margay.spi.partition.TransactionVerifier.Claim;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Serves TxnOffsetCommit: offsets that count when the producer's transaction is committed. Turned into an OffsetCommit and its answer
 * back.
 */
final class TxnOffsetCommitHandler extends GroupHandler<TxnOffsetCommitRequest> {
  private static final short FIRST_WITH_ABORTABLE = 4;
  private static final short FIRST_THAT_ADDS = 5;
  private static final short FIRST_WITH_IDS = 6;
  /** The versions of OffsetCommit with topics by name, and by id. */
  private static final int BY_NAME = 8;
  private static final int BY_ID = 10;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  TxnOffsetCommitHandler(GroupCoordinatorService groups) {
    super(TxnOffsetCommitRequest.API, TxnOffsetCommitRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(TxnOffsetCommitRequest query, Request request) {
    return request.allowed(AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, query.transactionalId())
        ? unlessAllowed(request, AclOperation.READ, query.groupId()) : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
  }

  @Override
  CompletionStage<? extends Message> serve(TxnOffsetCommitRequest query, Request request, long bytes) {
    if (query.transactionalId().isEmpty()) {
      return CompletableFuture.failedFuture(new CoordinatorException(Errors.INVALID_REQUEST));
    }
    short version = request.version();
    OffsetCommitRequest offsets = new OffsetCommitRequest().setGroupId(query.groupId()).setMemberId(query.memberId())
        .setGroupInstanceId(query.groupInstanceId()).setGenerationIdOrMemberEpoch(query.generationIdOrMemberEpoch())
        .setRetentionTimeMs(-1);
    for (TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic t : query.topics()) {
      OffsetCommitRequest.OffsetCommitRequestTopic topic =
          new OffsetCommitRequest.OffsetCommitRequestTopic().setName(t.name()).setTopicId(t.topicId());
      t.partitions().forEach(p -> topic.partitions().add(new OffsetCommitRequest.OffsetCommitRequestPartition()
          .setPartitionIndex(p.partitionIndex()).setCommittedOffset(p.committedOffset())
          .setCommittedLeaderEpoch(p.committedLeaderEpoch()).setCommittedMetadata(p.committedMetadata())));
      offsets.topics().add(topic);
    }
    Claim claim = new Claim(query.transactionalId(), query.producerId(), query.producerEpoch());
    boolean byId = version >= FIRST_WITH_IDS;
    return CommittedTopics.commit(request, offsets, byId, groups,
        allowed -> groups.commitInTransaction(claim, version >= FIRST_THAT_ADDS, allowed, byId ? BY_ID : BY_NAME, bytes)).thenApply(TxnOffsetCommitHandler::back);
  }

  private static TxnOffsetCommitResponse back(OffsetCommitResponse answer) {
    TxnOffsetCommitResponse response = new TxnOffsetCommitResponse();
    for (OffsetCommitResponse.OffsetCommitResponseTopic t : answer.topics()) {
      TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic topic =
          new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic().setName(t.name()).setTopicId(t.topicId());
      t.partitions().forEach(p -> topic.partitions().add(new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition()
          .setPartitionIndex(p.partitionIndex()).setErrorCode(p.errorCode())));
      response.topics().add(topic);
    }
    return response;
  }

  @Override
  int elements(TxnOffsetCommitRequest query) {
    return query.topics().stream().mapToInt(t -> 1 + t.partitions().size()).sum();
  }

  @Override
  int elementBytes() {
    return 600;
  }

  @Override
  Message error(TxnOffsetCommitRequest query, Errors error, short version) {
    Errors known = error == Errors.TRANSACTION_ABORTABLE && version < FIRST_WITH_ABORTABLE ? Errors.INVALID_TXN_STATE : error;
    TxnOffsetCommitResponse response = new TxnOffsetCommitResponse();
    for (TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic t : query.topics()) {
      TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic topic =
          new TxnOffsetCommitResponse.TxnOffsetCommitResponseTopic().setName(t.name()).setTopicId(t.topicId());
      t.partitions().forEach(p -> topic.partitions().add(new TxnOffsetCommitResponse.TxnOffsetCommitResponsePartition()
          .setPartitionIndex(p.partitionIndex()).setErrorCode(known.code())));
      response.topics().add(topic);
    }
    return response;
  }
}
