package io.margay.transactions.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.TopicPartition;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AddPartitionsToTxnRequest;
import io.margay.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import io.margay.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTransaction;
import io.margay.protocol.message.AddPartitionsToTxnResponse;
import io.margay.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnPartitionResult;
import io.margay.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnResult;
import io.margay.protocol.message.AddPartitionsToTxnResponse.AddPartitionsToTxnTopicResult;
import io.margay.spi.handler.Request;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.state.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Serves AddPartitionsToTxn: up to version 3 one transaction, from clients; from version 4 several, from brokers, which may only want to
 * know whether the partitions belong to the transaction (KIP-890).
 */
final class AddPartitionsToTxnHandler extends TransactionHandler<AddPartitionsToTxnRequest> {
  private static final short FIRST_BATCHED = 4;
  private static final short FIRST_WITH_ABORTABLE = 5;
  private static final int FIRST_WITH_FENCED = 2;
  private static final int PARTITION_BYTES = 160;

  private final TransactionCoordinatorService coordinator;

  /** @param coordinator the coordinator */
  AddPartitionsToTxnHandler(TransactionCoordinatorService coordinator) {
    super(AddPartitionsToTxnRequest.API, AddPartitionsToTxnRequest::new, FIRST_WITH_FENCED);
    this.coordinator = coordinator;
  }

  @Override
  long extraBytes(AddPartitionsToTxnRequest query) {
    long partitions = query.v3AndBelowTopics().stream().mapToLong(t -> 1L + t.partitions().size()).sum();
    for (AddPartitionsToTxnTransaction t : query.transactions()) {
      partitions += 2 + t.topics().stream().mapToLong(topic -> 1L + topic.partitions().size()).sum();
    }
    return partitions * PARTITION_BYTES;
  }

  @Override
  Errors denial(AddPartitionsToTxnRequest query, Request request) {
    if (request.version() < FIRST_BATCHED) {
      return unlessAllowed(request, AclOperation.WRITE, query.v3AndBelowTransactionalId());
    }
    return request.allowed(AclOperation.CLUSTER_ACTION, ResourceType.CLUSTER, Acl.CLUSTER_NAME) ? Errors.NONE
        : Errors.CLUSTER_AUTHORIZATION_FAILED;
  }

  @Override
  CompletionStage<? extends Message> serve(AddPartitionsToTxnRequest query, Request request, long bytes) {
    short version = request.version();
    if (version < FIRST_BATCHED) {
      Claim claim = new Claim(query.v3AndBelowTransactionalId(), query.v3AndBelowProducerId(), query.v3AndBelowProducerEpoch());
      Set<String> denied = new LinkedHashSet<>();
      query.v3AndBelowTopics().stream().map(AddPartitionsToTxnTopic::name)
          .filter(t -> !request.allowed(AclOperation.WRITE, ResourceType.TOPIC, t)).forEach(denied::add);
      return (denied.isEmpty() ? add(claim, query.v3AndBelowTopics(), version, bytes)
          : CompletableFuture.completedFuture(refused(query.v3AndBelowTopics(), denied))).thenApply(topics ->
          new AddPartitionsToTxnResponse().setResultsByTopicV3AndBelow(topics));
    }
    List<CompletableFuture<AddPartitionsToTxnResult>> parts = new ArrayList<>(query.transactions().size());
    for (AddPartitionsToTxnTransaction t : query.transactions()) {
      Claim claim = new Claim(t.transactionalId(), t.producerId(), t.producerEpoch());
      long share = bytes / query.transactions().size();
      CompletableFuture<List<AddPartitionsToTxnTopicResult>> answer = t.verifyOnly() ? verify(claim, t.topics(), version, share)
          : add(claim, t.topics(), version, share);
      parts.add(answer.thenApply(topics -> new AddPartitionsToTxnResult().setTransactionalId(t.transactionalId())
          .setTopicResults(topics)));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored -> {
      AddPartitionsToTxnResponse response = new AddPartitionsToTxnResponse();
      parts.forEach(part -> response.resultsByTransaction().add(part.join()));
      return response;
    });
  }

  private CompletableFuture<List<AddPartitionsToTxnTopicResult>> add(Claim claim, List<AddPartitionsToTxnTopic> topics, short version,
      long bytes) {
    Set<TopicPartition> partitions = partitions(topics);
    Set<TopicPartition> unknown = new LinkedHashSet<>(partitions);
    unknown.removeIf(coordinator::exists);
    if (claim.transactionalId().isEmpty()) {
      return CompletableFuture.completedFuture(results(topics, tp -> Errors.INVALID_REQUEST));
    }
    if (!unknown.isEmpty()) {
      return CompletableFuture.completedFuture(results(topics, tp ->
          unknown.contains(tp) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.OPERATION_NOT_ATTEMPTED));
    }
    return coordinator.add(claim, partitions, version < FIRST_BATCHED ? 0 : Transaction.V2, bytes)
        .handle((error, failure) -> failure == null ? error : inVersion(CoordinatorException.errorOf(failure), version))
        .thenApply(error -> results(topics, tp -> error));
  }

  /** Nothing is added when the client may not write to one of the topics. Of those it learns no more than that. */
  private List<AddPartitionsToTxnTopicResult> refused(List<AddPartitionsToTxnTopic> topics, Set<String> denied) {
    return results(topics, tp -> denied.contains(tp.topic()) ? Errors.TOPIC_AUTHORIZATION_FAILED
        : coordinator.exists(tp) ? Errors.OPERATION_NOT_ATTEMPTED : Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  private CompletableFuture<List<AddPartitionsToTxnTopicResult>> verify(Claim claim, List<AddPartitionsToTxnTopic> topics, short version,
      long bytes) {
    return coordinator.verify(claim, partitions(topics), bytes).handle((found, failure) -> {
      Errors whole = failure == null ? Errors.NONE : CoordinatorException.errorOf(failure);
      return results(topics, tp -> {
        Errors error = failure == null ? found.get(tp) : whole;
        return error == Errors.TRANSACTION_ABORTABLE && version < FIRST_WITH_ABORTABLE ? Errors.INVALID_TXN_STATE : error;
      });
    });
  }

  private static Set<TopicPartition> partitions(List<AddPartitionsToTxnTopic> topics) {
    Set<TopicPartition> partitions = new LinkedHashSet<>();
    topics.forEach(t -> t.partitions().forEach(p -> partitions.add(new TopicPartition(t.name(), p))));
    return partitions;
  }

  private static List<AddPartitionsToTxnTopicResult> results(List<AddPartitionsToTxnTopic> topics,
      Function<TopicPartition, Errors> errors) {
    List<AddPartitionsToTxnTopicResult> results = new ArrayList<>(topics.size());
    for (AddPartitionsToTxnTopic topic : topics) {
      AddPartitionsToTxnTopicResult result = new AddPartitionsToTxnTopicResult().setName(topic.name());
      topic.partitions().forEach(p -> result.resultsByPartition().add(new AddPartitionsToTxnPartitionResult().setPartitionIndex(p)
          .setPartitionErrorCode(errors.apply(new TopicPartition(topic.name(), p)).code())));
      results.add(result);
    }
    return results;
  }

  @Override
  Message error(AddPartitionsToTxnRequest query, Errors error, short version) {
    AddPartitionsToTxnResponse response = new AddPartitionsToTxnResponse();
    if (version < FIRST_BATCHED) {
      return response.setResultsByTopicV3AndBelow(results(query.v3AndBelowTopics(), tp -> error));
    }
    return response.setErrorCode(error.code());
  }
}
