package io.margay.transactions.internal.handlers;

import io.margay.model.ForeignPattern;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ListTransactionsRequest;
import io.margay.protocol.message.ListTransactionsResponse;
import io.margay.spi.handler.Request;
import io.margay.transactions.internal.operations.Listing;
import io.margay.transactions.internal.state.TransactionStatus;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves ListTransactions: by state, producer id, duration and an expression of RE2 that matches whole transactional ids (KIP-664, 994, 1152). */
final class ListTransactionsHandler extends TransactionHandler<ListTransactionsRequest> {
  private final TransactionCoordinatorService coordinator;

  /** @param coordinator the coordinator */
  ListTransactionsHandler(TransactionCoordinatorService coordinator) {
    super(ListTransactionsRequest.API, ListTransactionsRequest::new, 0);
    this.coordinator = coordinator;
  }

  @Override
  Errors denial(ListTransactionsRequest query, Request request) {
    return Errors.NONE; // transactional ids that may not be seen are left out
  }

  @Override
  CompletionStage<? extends Message> serve(ListTransactionsRequest query, Request request, long bytes) {
    Set<TransactionStatus> states = EnumSet.noneOf(TransactionStatus.class);
    List<String> unknown = new ArrayList<>();
    for (String name : query.stateFilters()) {
      TransactionStatus found = null;
      for (TransactionStatus status : TransactionStatus.values()) {
        found = status.title().equals(name) ? status : found;
      }
      if (found == null) {
        unknown.add(name);
      } else {
        states.add(found);
      }
    }
    if (states.isEmpty() && !unknown.isEmpty()) {
      // no transaction is in such a state
      return CompletableFuture.completedFuture(new ListTransactionsResponse().setUnknownStateFilters(unknown));
    }
    ForeignPattern pattern;
    try {
      String text = query.transactionalIdPattern();
      pattern = text == null || text.isEmpty() ? null : ForeignPattern.of(text);
    } catch (IllegalArgumentException e) {
      return CompletableFuture.completedFuture(error(query, Errors.INVALID_REGULAR_EXPRESSION, request.version()));
    }
    Listing.Filter filter = new Listing.Filter(states, new HashSet<>(query.producerIdFilters()), query.durationFilter(), pattern);
    return coordinator.list(filter, request::reserve).thenApply(found ->
        new ListTransactionsResponse().setUnknownStateFilters(unknown).setTransactionStates(found.stream()
            .filter(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, t.transactionalId())).toList()));
  }

  @Override
  Message error(ListTransactionsRequest query, Errors error, short version) {
    return new ListTransactionsResponse().setErrorCode(error.code());
  }
}
