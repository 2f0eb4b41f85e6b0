package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ShareGroupHeartbeatRequest;
import io.margay.protocol.message.ShareGroupHeartbeatResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves ShareGroupHeartbeat. */
final class ShareGroupHeartbeatHandler extends GroupHandler<ShareGroupHeartbeatRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ShareGroupHeartbeatHandler(GroupCoordinatorService groups) {
    super(ShareGroupHeartbeatRequest.API, ShareGroupHeartbeatRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(ShareGroupHeartbeatRequest query, Request request) {
    Errors denied = unlessAllowed(request, AclOperation.READ, query.groupId());
    boolean seesTopics = query.subscribedTopicNames() == null || query.subscribedTopicNames().stream()
        .allMatch(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t));
    return denied == Errors.NONE && !seesTopics ? Errors.TOPIC_AUTHORIZATION_FAILED : denied;
  }

  @Override
  CompletionStage<? extends Message> serve(ShareGroupHeartbeatRequest query, Request request, long bytes) {
    return groups.shareHeartbeat(query, request.clientId(), host(request), bytes);
  }

  @Override
  int elements(ShareGroupHeartbeatRequest query) {
    return Math.max(1, query.subscribedTopicNames() == null ? 0 : query.subscribedTopicNames().size());
  }

  @Override
  int elementBytes() {
    return 200;
  }

  @Override
  Message error(ShareGroupHeartbeatRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(ShareGroupHeartbeatRequest query, Errors error, String why, short version) {
    return new ShareGroupHeartbeatResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }
}
