package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.HeartbeatResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves Heartbeat of classic groups. */
final class HeartbeatHandler extends GroupHandler<HeartbeatRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  HeartbeatHandler(GroupCoordinatorService groups) {
    super(HeartbeatRequest.API, HeartbeatRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(HeartbeatRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(HeartbeatRequest query, Request request, long bytes) {
    return groups.heartbeat(query).thenApply(error -> new HeartbeatResponse().setErrorCode(error.code()));
  }

  @Override
  Message error(HeartbeatRequest query, Errors error, short version) {
    // members go on while the coordinator loads: to them that is no failure
    Errors told = error == Errors.COORDINATOR_LOAD_IN_PROGRESS ? Errors.NONE : error;
    return new HeartbeatResponse().setErrorCode(told.code());
  }
}
