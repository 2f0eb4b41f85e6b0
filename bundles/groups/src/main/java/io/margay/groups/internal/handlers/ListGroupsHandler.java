package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse.ListedGroup;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.spi.handler.Request;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Serves ListGroups. */
final class ListGroupsHandler extends GroupHandler<ListGroupsRequest> {
  private static final short FIRST_WITH_STATE = 4;
  private static final short FIRST_WITH_TYPE = 5;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  ListGroupsHandler(GroupCoordinatorService groups) {
    super(ListGroupsRequest.API, ListGroupsRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(ListGroupsRequest query, Request request) {
    return Errors.NONE; // groups that may not be seen are left out
  }

  @Override
  CompletionStage<? extends Message> serve(ListGroupsRequest query, Request request, long bytes) {
    return groups.list(lower(query.statesFilter()), lower(query.typesFilter()),
        new AnswerMemory(request::reserve))
        .thenApply(all -> new ListGroupsResponse().setGroups(seen(all, request)));
  }

  /** Who may see the cluster sees all groups. */
  private static List<ListedGroup> seen(List<ListedGroup> all, Request request) {
    return request.allowed(AclOperation.DESCRIBE, ResourceType.CLUSTER, Acl.CLUSTER_NAME) ? all
        : all.stream().filter(g -> request.allowed(AclOperation.DESCRIBE, ResourceType.GROUP, g.groupId())).toList();
  }

  private static Set<String> lower(List<String> names) {
    return names.stream().map(n -> n.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
  }

  @Override
  Message error(ListGroupsRequest query, Errors error, short version) {
    return new ListGroupsResponse().setErrorCode(error.code());
  }
}
