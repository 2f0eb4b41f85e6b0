package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ShareGroupDescribeRequest;
import io.margay.protocol.message.ShareGroupDescribeResponse;
import io.margay.spi.handler.Request;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletionStage;

/** Serves ShareGroupDescribe. */
final class ShareGroupDescribeHandler extends GroupHandler<ShareGroupDescribeRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ShareGroupDescribeHandler(GroupCoordinatorService groups) {
    super(ShareGroupDescribeRequest.API, ShareGroupDescribeRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(ShareGroupDescribeRequest query, Request request, long bytes) {
    return groups.describeShare(new LinkedHashSet<>(query.groupIds()), new AnswerMemory(request::reserve)).thenApply(described -> {
      if (query.includeAuthorizedOperations()) {
        described.stream().filter(g -> g.errorCode() == Errors.NONE.code())
            .forEach(g -> g.setAuthorizedOperations(DescribeGroupsHandler.ALL_OPERATIONS));
      }
      return new ShareGroupDescribeResponse().setGroups(described);
    });
  }

  @Override
  int elements(ShareGroupDescribeRequest query) {
    return query.groupIds().size();
  }

  @Override
  int elementBytes() {
    return 300;
  }

  @Override
  Message error(ShareGroupDescribeRequest query, Errors error, short version) {
    ShareGroupDescribeResponse response = new ShareGroupDescribeResponse();
    query.groupIds().forEach(id -> response.groups().add(new ShareGroupDescribeResponse.DescribedGroup().setGroupId(id)
        .setErrorCode(error.code()).setErrorMessage(error.message())));
    return response;
  }
}
