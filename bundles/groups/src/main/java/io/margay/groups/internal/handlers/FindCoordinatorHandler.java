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
  private static final short LAST_OF_LIBRDKAFKA = 2;
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
          .setErrorCode(errorFor(c, request.version())).setErrorMessage(c.errorMessage()).setNodeId(c.nodeId()).setHost(c.host())
          .setPort(c.port()));
    }
    List<CompletableFuture<Coordinator>> found = new ArrayList<>();
    new LinkedHashSet<>(query.coordinatorKeys()).forEach(key -> found.add(groups.find(query.keyType(), key, request.listener())));
    return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new FindCoordinatorResponse().setCoordinators(new ArrayList<>(found.stream().map(CompletableFuture::join).toList())));
  }

  /**
   * That there are no transactions is UNSUPPORTED_VERSION: the Java producer fails at once, with the message. librdkafka, which asks
   * in version 2, would ask again and again; the one error with which it fails at once, and shows the message, is
   * TRANSACTIONAL_ID_AUTHORIZATION_FAILED.
   */
  private static short errorFor(Coordinator answer, short version) {
    return version <= LAST_OF_LIBRDKAFKA && answer.errorCode() == Errors.UNSUPPORTED_VERSION.code()
        ? Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.code() : answer.errorCode();
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
