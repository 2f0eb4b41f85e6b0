package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ShareGroupDescribeRequest;
import io.margay.protocol.message.ShareGroupDescribeResponse;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
  Errors denial(ShareGroupDescribeRequest query, Request request) {
    return Errors.NONE; // each group is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(ShareGroupDescribeRequest query, Request request, long bytes) {
    Set<String> seen = new LinkedHashSet<>();
    List<ShareGroupDescribeResponse.DescribedGroup> answers = new ArrayList<>();
    for (String id : new LinkedHashSet<>(query.groupIds())) {
      if (unlessAllowed(request, AclOperation.DESCRIBE, id) == Errors.NONE) {
        seen.add(id);
      } else {
        answers.add(failed(id, Errors.GROUP_AUTHORIZATION_FAILED));
      }
    }
    return groups.describeShare(seen, new AnswerMemory(request::reserve)).thenApply(described -> {
      if (query.includeAuthorizedOperations()) {
        described.stream().filter(g -> g.errorCode() == Errors.NONE.code())
            .forEach(g -> g.setAuthorizedOperations(request.allowedOperations(ResourceType.GROUP, g.groupId())));
      }
      described.forEach(g -> answers.add(showsOnlySeenTopics(g, request) ? g : failed(g.groupId(), Errors.TOPIC_AUTHORIZATION_FAILED)
          .setErrorMessage("The group has described topic(s) that the client is not authorized to describe.")));
      return new ShareGroupDescribeResponse().setGroups(answers);
    });
  }

  private static boolean showsOnlySeenTopics(ShareGroupDescribeResponse.DescribedGroup group, Request request) {
    return group.members().stream().flatMap(m -> m.assignment().topicPartitions().stream())
        .allMatch(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t.topicName()));
  }

  private static ShareGroupDescribeResponse.DescribedGroup failed(String groupId, Errors error) {
    return new ShareGroupDescribeResponse.DescribedGroup().setGroupId(groupId).setErrorCode(error.code()).setErrorMessage(error.message());
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
    query.groupIds().forEach(id -> response.groups().add(failed(id, error)));
    return response;
  }
}
