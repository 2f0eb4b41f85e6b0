package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsResponse;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Serves AlterShareGroupOffsets. */
final class AlterShareGroupOffsetsHandler extends GroupHandler<AlterShareGroupOffsetsRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  AlterShareGroupOffsetsHandler(GroupCoordinatorService groups) {
    super(AlterShareGroupOffsetsRequest.API, AlterShareGroupOffsetsRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(AlterShareGroupOffsetsRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(AlterShareGroupOffsetsRequest query, Request request, long bytes) {
    List<AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic> denied = new ArrayList<>();
    query.topics().removeIf(t -> {
      boolean refused = !request.allowed(AclOperation.READ, ResourceType.TOPIC, t.topicName());
      if (refused) {
        AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic answer =
            new AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic().setTopicName(t.topicName());
        t.partitions().forEach(p -> answer.partitions().add(new AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponsePartition()
            .setPartitionIndex(p.partitionIndex()).setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())));
        denied.add(answer);
      }
      return refused;
    });
    return groups.shareOffsets().alter(query, bytes).thenApply(response -> {
      response.responses().addAll(denied);
      return response;
    });
  }

  @Override
  int elements(AlterShareGroupOffsetsRequest query) {
    return Math.max(1, query.topics().stream().mapToInt(t -> 1 + t.partitions().size()).sum());
  }

  @Override
  int elementBytes() {
    return 500;
  }

  @Override
  Message error(AlterShareGroupOffsetsRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(AlterShareGroupOffsetsRequest query, Errors error, String why, short version) {
    return new AlterShareGroupOffsetsResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }
}
