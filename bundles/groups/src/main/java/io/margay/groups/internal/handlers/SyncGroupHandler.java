package io.margay.groups.internal.handlers;

import io.margay.groups.internal.classic.Answers;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves SyncGroup. The answer waits for the leader's assignment. */
final class SyncGroupHandler extends GroupHandler<SyncGroupRequest> {
  private static final short FIRST_WITH_PROTOCOL = 5;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  SyncGroupHandler(GroupCoordinatorService groups) {
    super(SyncGroupRequest.API, SyncGroupRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(SyncGroupRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(SyncGroupRequest query, Request request, long bytes) {
    if (request.version() >= FIRST_WITH_PROTOCOL && (query.protocolType() == null || query.protocolName() == null)) {
      return CompletableFuture.completedFuture(error(query, Errors.INCONSISTENT_GROUP_PROTOCOL, request.version()));
    }
    return groups.sync(query, bytes);
  }

  @Override
  int elements(SyncGroupRequest query) {
    return Math.max(1, query.assignments().size());
  }

  @Override
  int elementBytes() {
    return 200;
  }

  @Override
  Message error(SyncGroupRequest query, Errors error, short version) {
    return Answers.sync(error);
  }
}
