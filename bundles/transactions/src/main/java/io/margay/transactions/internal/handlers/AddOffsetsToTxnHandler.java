package io.margay.transactions.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AddOffsetsToTxnRequest;
import io.margay.protocol.message.AddOffsetsToTxnResponse;
import io.margay.spi.handler.Request;
import io.margay.spi.partition.TransactionVerifier.Claim;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves AddOffsetsToTxn: adds the partition that holds a group's offsets. */
final class AddOffsetsToTxnHandler extends TransactionHandler<AddOffsetsToTxnRequest> {
  private static final int FIRST_WITH_FENCED = 2;

  private final TransactionCoordinatorService coordinator;

  /** @param coordinator the coordinator */
  AddOffsetsToTxnHandler(TransactionCoordinatorService coordinator) {
    super(AddOffsetsToTxnRequest.API, AddOffsetsToTxnRequest::new, FIRST_WITH_FENCED);
    this.coordinator = coordinator;
  }

  @Override
  Errors denial(AddOffsetsToTxnRequest query, Request request) {
    Errors denied = unlessAllowed(request, AclOperation.WRITE, query.transactionalId());
    boolean group = request.allowed(AclOperation.READ, ResourceType.GROUP, query.groupId());
    return denied == Errors.NONE && !group ? Errors.GROUP_AUTHORIZATION_FAILED : denied;
  }

  @Override
  CompletionStage<? extends Message> serve(AddOffsetsToTxnRequest query, Request request, long bytes) {
    if (query.transactionalId().isEmpty()) {
      return CompletableFuture.failedFuture(new CoordinatorException(Errors.INVALID_REQUEST));
    }
    Claim claim = new Claim(query.transactionalId(), query.producerId(), query.producerEpoch());
    return coordinator.add(claim, Set.of(coordinator.offsetsPartition(query.groupId())), 0, bytes)
        .thenApply(error -> new AddOffsetsToTxnResponse().setErrorCode(error.code()));
  }

  @Override
  Message error(AddOffsetsToTxnRequest query, Errors error, short version) {
    return new AddOffsetsToTxnResponse().setErrorCode(error.code());
  }
}
