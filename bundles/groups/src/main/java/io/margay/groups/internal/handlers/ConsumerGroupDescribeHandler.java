package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ConsumerGroupDescribeRequest;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerGroupDescribeResponse.DescribedGroup;
import io.margay.spi.handler.Request;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletionStage;

/** Serves ConsumerGroupDescribe. */
final class ConsumerGroupDescribeHandler extends GroupHandler<ConsumerGroupDescribeRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ConsumerGroupDescribeHandler(GroupCoordinatorService groups) {
    super(ConsumerGroupDescribeRequest.API, ConsumerGroupDescribeRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(ConsumerGroupDescribeRequest query, Request request, long bytes) {
    return groups.describeConsumer(new LinkedHashSet<>(query.groupIds()), new AnswerMemory(request::reserve)).thenApply(described -> {
      if (query.includeAuthorizedOperations()) {
        described.stream().filter(g -> g.errorCode() == Errors.NONE.code())
            .forEach(g -> g.setAuthorizedOperations(DescribeGroupsHandler.ALL_OPERATIONS));
      }
      return new ConsumerGroupDescribeResponse().setGroups(described);
    });
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
    query.groupIds().forEach(id -> response.groups().add(
        new DescribedGroup().setGroupId(id).setErrorCode(error.code()).setErrorMessage(error.message())));
    return response;
  }
}
