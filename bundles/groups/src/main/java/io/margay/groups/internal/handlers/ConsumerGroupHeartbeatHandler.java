package io.margay.groups.internal.handlers;

import io.margay.groups.internal.consumer.HeartbeatOperations;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ConsumerGroupHeartbeatResponse;
import io.margay.spi.handler.Request;
import java.util.concurrent.CompletionStage;

/** Serves ConsumerGroupHeartbeat. */
final class ConsumerGroupHeartbeatHandler extends GroupHandler<ConsumerGroupHeartbeatRequest> {
  private static final short FIRST_WITH_OWN_ID = 1;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ConsumerGroupHeartbeatHandler(GroupCoordinatorService groups) {
    super(ConsumerGroupHeartbeatRequest.API, ConsumerGroupHeartbeatRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(ConsumerGroupHeartbeatRequest query, Request request) {
    Errors denied = unlessAllowed(request, AclOperation.READ, query.groupId());
    boolean seesTopics = query.subscribedTopicNames() == null || query.subscribedTopicNames().stream()
        .allMatch(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t));
    return denied == Errors.NONE && !seesTopics ? Errors.TOPIC_AUTHORIZATION_FAILED : denied;
  }

  @Override
  CompletionStage<? extends Message> serve(ConsumerGroupHeartbeatRequest query, Request request, long bytes) {
    return groups.consumerHeartbeat(query, new HeartbeatOperations.Sender(request.clientId(), host(request),
        request.version() >= FIRST_WITH_OWN_ID, t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t)), bytes);
  }

  @Override
  int elements(ConsumerGroupHeartbeatRequest query) {
    int partitions = query.topicPartitions() == null ? 0 : query.topicPartitions().stream().mapToInt(t -> 1 + t.partitions().size()).sum();
    return Math.max(1, partitions + (query.subscribedTopicNames() == null ? 0 : query.subscribedTopicNames().size()));
  }

  @Override
  int elementBytes() {
    return 200;
  }

  @Override
  Message error(ConsumerGroupHeartbeatRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(ConsumerGroupHeartbeatRequest query, Errors error, String why, short version) {
    return new ConsumerGroupHeartbeatResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why);
  }
}
