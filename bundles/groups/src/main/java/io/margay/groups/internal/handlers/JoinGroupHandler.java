package io.margay.groups.internal.handlers;

import io.margay.groups.internal.classic.Answers;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves JoinGroup. The answer waits for the other members of the group. */
final class JoinGroupHandler extends GroupHandler<JoinGroupRequest> {
  private static final short FIRST_WITH_NULL_PROTOCOL = 7;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  JoinGroupHandler(GroupCoordinatorService groups) {
    super(JoinGroupRequest.API, JoinGroupRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(JoinGroupRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(JoinGroupRequest query, Request request, long bytes) {
    return groups.join(query, request.version(), request.clientId(), host(request), bytes).thenApply(r -> fit(r, request.version()));
  }

  @Override
  int elements(JoinGroupRequest query) {
    return Math.max(1, query.protocols().size());
  }

  @Override
  int elementBytes() {
    return 200;
  }

  @Override
  Message error(JoinGroupRequest query, Errors error, short version) {
    String memberId = error == Errors.GROUP_MAX_SIZE_REACHED ? "" : query.memberId();
    return fit(Answers.join(memberId, error), version);
  }

  private static JoinGroupResponse fit(JoinGroupResponse response, short version) {
    return version < FIRST_WITH_NULL_PROTOCOL && response.protocolName() == null ? response.setProtocolName("") : response;
  }
}
