package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves OffsetCommit. */
final class OffsetCommitHandler extends GroupHandler<OffsetCommitRequest> {
  private static final short FIRST_WITH_IDS = 10;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  OffsetCommitHandler(GroupCoordinatorService groups) {
    super(OffsetCommitRequest.API, OffsetCommitRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(OffsetCommitRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(OffsetCommitRequest query, Request request, long bytes) {
    return CommittedTopics.commit(request, query, request.version() >= FIRST_WITH_IDS, groups,
        allowed -> groups.commit(allowed, request.version(), bytes));
  }

  @Override
  int elements(OffsetCommitRequest query) {
    return query.topics().stream().mapToInt(t -> 1 + t.partitions().size()).sum();
  }

  @Override
  int elementBytes() {
    return 500;
  }

  @Override
  Message error(OffsetCommitRequest query, Errors error, short version) {
    OffsetCommitResponse response = new OffsetCommitResponse();
    for (OffsetCommitRequest.OffsetCommitRequestTopic t : query.topics()) {
      OffsetCommitResponse.OffsetCommitResponseTopic topic = new OffsetCommitResponse.OffsetCommitResponseTopic()
          .setName(t.name()).setTopicId(t.topicId());
      t.partitions().forEach(p -> topic.partitions().add(new OffsetCommitResponse.OffsetCommitResponsePartition()
          .setPartitionIndex(p.partitionIndex()).setErrorCode(error.code())));
      response.topics().add(topic);
    }
    return response;
  }
}
