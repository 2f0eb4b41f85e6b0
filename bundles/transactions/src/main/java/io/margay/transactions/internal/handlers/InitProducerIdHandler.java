package io.margay.transactions.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.spi.handler.Request;
import io.margay.transactions.internal.operations.InitOperation;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Serves InitProducerId: a new id with epoch 0 for an idempotent producer; for a transactional id, its producer with a new epoch, which
 * fences the producer before it. The version with the two-phase commit of KIP-939 is not stable and not served, so no request can ask
 * for it.
 */
final class InitProducerIdHandler extends TransactionHandler<InitProducerIdRequest> {
  private static final int FIRST_WITH_FENCED = 4;

  private final TransactionCoordinatorService coordinator;

  /** @param coordinator the coordinator */
  InitProducerIdHandler(TransactionCoordinatorService coordinator) {
    super(InitProducerIdRequest.API, InitProducerIdRequest::new, FIRST_WITH_FENCED);
    this.coordinator = coordinator;
  }

  @Override
  public short highestVersion() {
    return (short) (api().latestVersionUnstable() ? api().highest() - 1 : api().highest());
  }

  @Override
  Errors denial(InitProducerIdRequest query, Request request) {
    if (query.transactionalId() != null) {
      return unlessAllowed(request, AclOperation.WRITE, query.transactionalId());
    }
    return request.allowed(AclOperation.IDEMPOTENT_WRITE, ResourceType.CLUSTER, Acl.CLUSTER_NAME)
        || request.allowedForAny(AclOperation.WRITE, ResourceType.TOPIC) ? Errors.NONE : Errors.CLUSTER_AUTHORIZATION_FAILED;
  }

  @Override
  CompletionStage<? extends Message> serve(InitProducerIdRequest query, Request request, long bytes) {
    if (query.transactionalId() == null) {
      return idempotent();
    }
    boolean half = query.producerId() < 0 != query.producerEpoch() < 0;
    if (query.transactionalId().isEmpty() || half) {
      return CompletableFuture.failedFuture(new CoordinatorException(Errors.INVALID_REQUEST));
    }
    return coordinator.init(new InitOperation.Init(query.transactionalId(), query.transactionTimeoutMs(), query.producerId(),
        query.producerEpoch(), -1)).thenApply(done -> done.error() != Errors.NONE ? error(query, done.error(), request.version())
            : new InitProducerIdResponse().setProducerId(done.producerId()).setProducerEpoch(done.epoch()));
  }

  private CompletionStage<InitProducerIdResponse> idempotent() {
    CompletableFuture<InitProducerIdResponse> answer = new CompletableFuture<>();
    coordinator.producerIds().next((error, id) -> {
      if (error == Errors.NONE) {
        answer.complete(new InitProducerIdResponse().setProducerId(id).setProducerEpoch((short) 0));
      } else {
        answer.completeExceptionally(new CoordinatorException(error));
      }
    });
    return answer;
  }

  @Override
  Message error(InitProducerIdRequest query, Errors error, short version) {
    return new InitProducerIdResponse().setErrorCode(error.code()).setProducerId(-1).setProducerEpoch((short) -1);
  }
}
