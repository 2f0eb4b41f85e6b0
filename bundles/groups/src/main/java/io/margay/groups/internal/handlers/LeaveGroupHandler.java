package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.spi.handler.Request;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Serves LeaveGroup, of one member (before v3) or several. */
final class LeaveGroupHandler extends GroupHandler<LeaveGroupRequest> {
  private static final short FIRST_BATCHED = 3;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  LeaveGroupHandler(GroupCoordinatorService groups) {
    super(LeaveGroupRequest.API, LeaveGroupRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(LeaveGroupRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(LeaveGroupRequest query, Request request, long bytes) {
    if (request.version() >= FIRST_BATCHED) {
      return groups.leave(query, bytes);
    }
    LeaveGroupRequest one = new LeaveGroupRequest().setGroupId(query.groupId())
        .setMembers(List.of(new LeaveGroupRequest.MemberIdentity().setMemberId(query.memberId())));
    return groups.leave(one, bytes).thenApply(r -> new LeaveGroupResponse().setErrorCode(r.members().get(0).errorCode()));
  }

  @Override
  int elements(LeaveGroupRequest query) {
    return Math.max(1, query.members().size());
  }

  @Override
  int elementBytes() {
    return 200;
  }

  @Override
  Message error(LeaveGroupRequest query, Errors error, short version) {
    return new LeaveGroupResponse().setErrorCode(error.code());
  }
}
