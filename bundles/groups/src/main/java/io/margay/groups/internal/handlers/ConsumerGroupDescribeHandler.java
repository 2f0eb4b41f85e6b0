package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ConsumerGroupDescribeRequest;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** Serves ConsumerGroupDescribe. */
final class ConsumerGroupDescribeHandler extends GroupHandler<ConsumerGroupDescribeRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ConsumerGroupDescribeHandler(GroupCoordinatorService groups) {
    super(ConsumerGroupDescribeRequest.API, ConsumerGroupDescribeRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(ConsumerGroupDescribeRequest query, Request request) {
    return Errors.NONE; // each group is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(ConsumerGroupDescribeRequest query, Request request, long bytes) {
    Set<String> seen = new LinkedHashSet<>();
    List<DescribedGroup> answers = new ArrayList<>();
    for (String id : new LinkedHashSet<>(query.groupIds())) {
      if (unlessAllowed(request, AclOperation.DESCRIBE, id) == Errors.NONE) {
        seen.add(id);
      } else {
        answers.add(failed(id, Errors.GROUP_AUTHORIZATION_FAILED));
      }
    }
    return groups.describeConsumer(seen, new AnswerMemory(request::reserve)).thenApply(described -> {
      if (query.includeAuthorizedOperations()) {
        described.stream().filter(g -> g.errorCode() == Errors.NONE.code())
            .forEach(g -> g.setAuthorizedOperations(request.allowedOperations(ResourceType.GROUP, g.groupId())));
      }
      described.forEach(g -> answers.add(showsOnlySeenTopics(g, request) ? g : failed(g.groupId(), Errors.TOPIC_AUTHORIZATION_FAILED)
          .setErrorMessage("The group has described topic(s) that the client is not authorized to describe.")));
      return new ConsumerGroupDescribeResponse().setGroups(answers);
    });
  }

  private static boolean showsOnlySeenTopics(DescribedGroup group, Request request) {
    return group.members().stream().flatMap(m -> Stream.of(m.assignment(), m.targetAssignment()))
        .flatMap(a -> a.topicPartitions().stream())
        .allMatch(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t.topicName()));
  }

  private static DescribedGroup failed(String groupId, Errors error) {
    return new DescribedGroup().setGroupId(groupId).setErrorCode(error.code()).setErrorMessage(error.message());
  }

  @Override
  int elements(ConsumerGroupDescribeRequest query) {
    return query.groupIds().size();
  }

  @Override
  int elementBytes() {
    return 300;
  }

  @Override
  Message error(ConsumerGroupDescribeRequest query, Errors error, short version) {
    ConsumerGroupDescribeResponse response = new ConsumerGroupDescribeResponse();
    query.groupIds().forEach(id -> response.groups().add(failed(id, error)));
    return response;
  }
}
