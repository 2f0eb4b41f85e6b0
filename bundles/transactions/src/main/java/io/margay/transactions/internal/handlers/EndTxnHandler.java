package io.margay.transactions.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.EndTxnRequest;
import io.margay.protocol.message.EndTxnResponse;
import io.margay.spi.handler.Request;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.operations.EndOperations;
import io.margay.transactions.internal.state.Transaction;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves EndTxn. From version 5 on the producer gets another epoch for its next transaction (KIP-890). */
final class EndTxnHandler extends TransactionHandler<EndTxnRequest> {
  private static final short FIRST_WITH_EPOCH = 5;
  private static final int FIRST_WITH_FENCED = 2;

  private final TransactionCoordinatorService coordinator;

  /** @param coordinator the coordinator */
  EndTxnHandler(TransactionCoordinatorService coordinator) {
    super(EndTxnRequest.API, EndTxnRequest::new, FIRST_WITH_FENCED);
    this.coordinator = coordinator;
  }

  @Override
  Errors denial(EndTxnRequest query, Request request) {
    return unlessAllowed(request, AclOperation.WRITE, query.transactionalId());
  }

  @Override
  CompletionStage<? extends Message> serve(EndTxnRequest query, Request request, long bytes) {
    if (query.transactionalId().isEmpty()) {
      return CompletableFuture.failedFuture(new CoordinatorException(Errors.INVALID_REQUEST));
    }
    int version = request.version() < FIRST_WITH_EPOCH ? 0 : Transaction.V2;
    Claim claim = new Claim(query.transactionalId(), query.producerId(), query.producerEpoch());
    return coordinator.end(new EndOperations.End(claim, query.committed(), version, -1)).thenApply(ended ->
        new EndTxnResponse().setProducerId(ended.producerId()).setProducerEpoch(ended.epoch()));
  }

  @Override
  Message error(EndTxnRequest query, Errors error, short version) {
    return new EndTxnResponse().setErrorCode(error.code()).setProducerId(-1).setProducerEpoch((short) -1);
  }
}
