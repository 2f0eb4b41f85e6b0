package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import io.margay.protocol.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;
import io.margay.protocol.message.OffsetDeleteResponse;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Serves OffsetDelete. */
final class OffsetDeleteHandler extends GroupHandler<OffsetDeleteRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  OffsetDeleteHandler(GroupCoordinatorService groups) {
    super(OffsetDeleteRequest.API, OffsetDeleteRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(OffsetDeleteRequest query, Request request) {
    return unlessAllowed(request, AclOperation.DELETE, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(OffsetDeleteRequest query, Request request, long bytes) {
    List<OffsetDeleteResponseTopic> denied = new ArrayList<>();
    List<OffsetDeleteRequestTopic> allowed = new ArrayList<>();
    for (OffsetDeleteRequestTopic topic : query.topics()) {
      if (request.allowed(AclOperation.READ, ResourceType.TOPIC, topic.name())) {
        allowed.add(topic);
      } else {
        OffsetDeleteResponseTopic answer = new OffsetDeleteResponseTopic().setName(topic.name());
        topic.partitions().forEach(p -> answer.partitions().add(new OffsetDeleteResponsePartition()
            .setPartitionIndex(p.partitionIndex()).setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())));
        denied.add(answer);
      }
    }
    return groups.deleteOffsets(query.setTopics(allowed), bytes).thenApply(response -> {
      response.topics().addAll(denied);
      return response;
    });
  }

  @Override
  int elements(OffsetDeleteRequest query) {
    return query.topics().stream().mapToInt(t -> 1 + t.partitions().size()).sum();
  }

  @Override
  int elementBytes() {
    return 400;
  }

  @Override
  Message error(OffsetDeleteRequest query, Errors error, short version) {
    return new OffsetDeleteResponse().setErrorCode(error.code());
  }
}
