package io.margay.groups.internal.handlers;

import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
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
  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;
  private static final byte SHARE = 2;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  FindCoordinatorHandler(GroupCoordinatorService groups) {
    super(FindCoordinatorRequest.API, FindCoordinatorRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(FindCoordinatorRequest query, Request request) {
    return Errors.NONE; // each key is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(FindCoordinatorRequest query, Request request, long bytes) {
    if (query.keyType() == SHARE && request.version() < FIRST_WITH_SHARE) {
      return CompletableFuture.completedFuture(error(query, Errors.INVALID_REQUEST, request.version()));
    }
    if (request.version() < FIRST_BATCHED) {
      Errors denied = denial(query.keyType(), query.key(), request);
      if (denied != Errors.NONE) {
        return CompletableFuture.completedFuture(error(query, denied, request.version()));
      }
      return groups.find(query.keyType(), query.key(), request.listener()).thenApply(c -> new FindCoordinatorResponse()
          .setErrorCode(c.errorCode()).setErrorMessage(c.errorMessage()).setNodeId(c.nodeId()).setHost(c.host())
          .setPort(c.port()));
    }
    List<CompletableFuture<Coordinator>> found = new ArrayList<>();
    for (String key : new LinkedHashSet<>(query.coordinatorKeys())) {
      Errors denied = denial(query.keyType(), key, request);
      found.add(denied == Errors.NONE ? groups.find(query.keyType(), key, request.listener())
          : CompletableFuture.completedFuture(failed(key, denied)));
    }
    return CompletableFuture.allOf(found.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new FindCoordinatorResponse().setCoordinators(new ArrayList<>(found.stream().map(CompletableFuture::join).toList())));
  }

  private static Errors denial(byte keyType, String key, Request request) {
    return switch (keyType) {
      case GROUP -> unlessAllowed(request, AclOperation.DESCRIBE, key);
      case TRANSACTION -> request.allowed(AclOperation.DESCRIBE, ResourceType.TRANSACTIONAL_ID, key) ? Errors.NONE
          : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
      case SHARE -> request.allowed(AclOperation.CLUSTER_ACTION, ResourceType.CLUSTER, Acl.CLUSTER_NAME) ? Errors.NONE
          : Errors.CLUSTER_AUTHORIZATION_FAILED;
      default -> Errors.NONE; // refused for all
    };
  }

  private static Coordinator failed(String key, Errors error) {
    return new Coordinator().setKey(key).setNodeId(-1).setHost("").setPort(-1).setErrorCode(error.code())
        .setErrorMessage(error.message());
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
    query.coordinatorKeys().forEach(key -> response.coordinators().add(failed(key, error)));
    return response;
  }
}
