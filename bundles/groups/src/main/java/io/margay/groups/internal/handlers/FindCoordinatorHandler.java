package io.margay.groups.internal.handlers;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.FindCoordinatorResponse.Coordinator;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves FindCoordinator. */
final class FindCoordinatorHandler extends GroupHandler<FindCoordinatorRequest> {
  private static final short FIRST_BATCHED = 4;
  private static final short FIRST_WITH_SHARE = 6;
  private static final byte SHARE = 2;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  FindCoordinatorHandler(GroupCoordinatorService groups) {
    super(FindCoordinatorRequest.API, FindCoordinatorRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(FindCoordinatorRequest query, Request request, long bytes) {
    if (query.keyType() == SHARE && request.version() < FIRST_WITH_SHARE) {
      return CompletableFuture.completedFuture(error(query, Errors.INVALID_REQUEST, request.version()));
    }
    if (request.version() < FIRST_BATCHED) {
      return groups.find(query.keyType(), query.key(), request.listener()).thenApply(c -> new FindCoordinatorResponse()
          .setErrorCode(c.errorCode()).setErrorMessage(c.errorMessage()).setNodeId(c.nodeId()).setHost(c.host())
          .setPort(c.port()));
    }
    List<CompletableFuture<Coordinator>> found = new ArrayList<>();
    new LinkedHashSet<>(query.coordinatorKeys()).forEach(key -> found.add(groups.find(query.keyType(), key, request.listener())));
    return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new FindCoordinatorResponse().setCoordinators(new ArrayList<>(found.stream().map(CompletableFuture::join).toList())));
  }

  @Override
  int elements(FindCoordinatorRequest query) {
    return Math.max(1, query.coordinatorKeys().size());
  }

  @Override
  int elementBytes() {
    return 400;
  }

  @Override
  Message error(FindCoordinatorRequest query, Errors error, short version) {
    FindCoordinatorResponse response = new FindCoordinatorResponse();
    if (version < FIRST_BATCHED) {
      return response.setErrorCode(error.code()).setErrorMessage(error.message()).setNodeId(-1).setHost("").setPort(-1);
    }
    query.coordinatorKeys().forEach(key -> response.coordinators().add(new Coordinator().setKey(key).setNodeId(-1).setHost("")
        .setPort(-1).setErrorCode(error.code()).setErrorMessage(error.message())));
    return response;
  }
}
