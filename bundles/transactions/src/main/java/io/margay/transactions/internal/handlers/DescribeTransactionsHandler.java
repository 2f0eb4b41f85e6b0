package io.margay.transactions.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeTransactionsRequest;
import io.margay.protocol.message.DescribeTransactionsResponse;
import io.margay.protocol.message.DescribeTransactionsResponse.TransactionState;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves DescribeTransactions. */
final class DescribeTransactionsHandler extends TransactionHandler<DescribeTransactionsRequest> {
  private static final int STATE_BYTES = 400;

  private final TransactionCoordinatorService coordinator;

  /** @param coordinator the coordinator */
  DescribeTransactionsHandler(TransactionCoordinatorService coordinator) {
    super(DescribeTransactionsRequest.API, DescribeTransactionsRequest::new, 0);
    this.coordinator = coordinator;
  }

  @Override
  long extraBytes(DescribeTransactionsRequest query) {
    return (long) query.transactionalIds().size() * STATE_BYTES;
  }

  @Override
  Errors denial(DescribeTransactionsRequest query, Request request) {
    return Errors.NONE; // each transactional id is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(DescribeTransactionsRequest query, Request request, long bytes) {
    List<CompletableFuture<TransactionState>> parts = new ArrayList<>();
    for (String id : new LinkedHashSet<>(query.transactionalIds())) {
      if (unlessAllowed(request, AclOperation.DESCRIBE, id) != Errors.NONE) {
        parts.add(CompletableFuture.completedFuture(failed(id, Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)));
        continue;
      }
      parts.add(id.isEmpty() ? CompletableFuture.completedFuture(failed(id, Errors.INVALID_REQUEST))
          : coordinator.describe(id, request::reserve).thenApply(state -> seen(state, request)).exceptionally(e -> failed(id, CoordinatorException.errorOf(e))));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored -> {
      DescribeTransactionsResponse response = new DescribeTransactionsResponse();
      parts.forEach(part -> response.transactionStates().add(part.join()));
      return response;
    });
  }

  private static TransactionState seen(TransactionState state, Request request) {
    return state.setTopics(state.topics().stream()
        .filter(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t.topic())).toList());
  }

  private static TransactionState failed(String id, Errors error) {
    return new TransactionState().setTransactionalId(id).setErrorCode(error.code());
  }

  @Override
  Message error(DescribeTransactionsRequest query, Errors error, short version) {
    DescribeTransactionsResponse response = new DescribeTransactionsResponse();
    query.transactionalIds().forEach(id -> response.transactionStates().add(failed(id, error)));
    return response;
  }
}
