package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.DeleteShareGroupOffsetsResponse;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Serves DeleteShareGroupOffsets. */
final class DeleteShareGroupOffsetsHandler extends GroupHandler<DeleteShareGroupOffsetsRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  DeleteShareGroupOffsetsHandler(GroupCoordinatorService groups) {
    super(DeleteShareGroupOffsetsRequest.API, DeleteShareGroupOffsetsRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(DeleteShareGroupOffsetsRequest query, Request request) {
    return unlessAllowed(request, AclOperation.DELETE, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(DeleteShareGroupOffsetsRequest query, Request request, long bytes) {
    List<DeleteShareGroupOffsetsResponse.DeleteShareGroupOffsetsResponseTopic> denied = new ArrayList<>();
    query.topics().removeIf(t -> {
      boolean refused = !request.allowed(AclOperation.READ, ResourceType.TOPIC, t.topicName());
      if (refused) {
        denied.add(new DeleteShareGroupOffsetsResponse.DeleteShareGroupOffsetsResponseTopic().setTopicName(t.topicName())
            .setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code()));
      }
      return refused;
    });
    return groups.shareOffsets().delete(query, bytes).thenApply(response -> {
      response.responses().addAll(denied);
      return response;
    });
  }

  @Override
  int elements(DeleteShareGroupOffsetsRequest query) {
    return Math.max(1, query.topics().size());
  }

  @Override
  int elementBytes() {
    return 500;
  }

  @Override
  Message error(DeleteShareGroupOffsetsRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(DeleteShareGroupOffsetsRequest query, Errors error, String why, short version) {
    return new DeleteShareGroupOffsetsResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }
}
