package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Serves DescribeGroups. */
final class DescribeGroupsHandler extends GroupHandler<DescribeGroupsRequest> {
  private static final short FIRST_WITH_OPERATIONS = 3;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  DescribeGroupsHandler(GroupCoordinatorService groups) {
    super(DescribeGroupsRequest.API, DescribeGroupsRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(DescribeGroupsRequest query, Request request) {
    return Errors.NONE; // each group is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(DescribeGroupsRequest query, Request request, long bytes) {
    boolean operations = query.includeAuthorizedOperations() && request.version() >= FIRST_WITH_OPERATIONS;
    // a group that is named twice is described once, so that the answer is never larger than all groups
    Set<String> seen = new LinkedHashSet<>();
    List<DescribedGroup> answers = new ArrayList<>();
    for (String id : new LinkedHashSet<>(query.groups())) {
      if (unlessAllowed(request, AclOperation.DESCRIBE, id) == Errors.NONE) {
        seen.add(id);
      } else {
        answers.add(failed(id, Errors.GROUP_AUTHORIZATION_FAILED));
      }
    }
    return groups.describe(seen, request.version(), new AnswerMemory(request::reserve)).thenApply(described -> {
      if (operations) {
        described.stream().filter(g -> g.errorCode() == Errors.NONE.code())
            .forEach(g -> g.setAuthorizedOperations(request.allowedOperations(ResourceType.GROUP, g.groupId())));
      }
      answers.addAll(described);
      return new DescribeGroupsResponse().setGroups(answers);
    });
  }

  private static DescribedGroup failed(String groupId, Errors error) {
    return new DescribedGroup().setGroupId(groupId).setErrorCode(error.code());
  }

  @Override
  int elements(DescribeGroupsRequest query) {
    return query.groups().size();
  }

  @Override
  int elementBytes() {
    return 300;
  }

  @Override
  Message error(DescribeGroupsRequest query, Errors error, short version) {
    DescribeGroupsResponse response = new DescribeGroupsResponse();
    query.groups().forEach(id -> response.groups().add(failed(id, error)));
    return response;
  }
}
