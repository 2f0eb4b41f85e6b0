package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteGroupsRequest;
import io.margay.protocol.message.DeleteGroupsResponse;
import io.margay.protocol.message.DeleteGroupsResponse.DeletableGroupResult;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves DeleteGroups. */
final class DeleteGroupsHandler extends GroupHandler<DeleteGroupsRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  DeleteGroupsHandler(GroupCoordinatorService groups) {
    super(DeleteGroupsRequest.API, DeleteGroupsRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(DeleteGroupsRequest query, Request request) {
    return Errors.NONE; // each group is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(DeleteGroupsRequest query, Request request, long bytes) {
    List<CompletableFuture<DeletableGroupResult>> parts = new ArrayList<>();
    for (String id : new LinkedHashSet<>(query.groupsNames())) {
      if (unlessAllowed(request, AclOperation.DELETE, id) != Errors.NONE) {
        parts.add(CompletableFuture.completedFuture(result(id, Errors.GROUP_AUTHORIZATION_FAILED)));
        continue;
      }
      parts.add(groups.delete(id).exceptionally(CoordinatorException::errorOf).thenApply(error -> result(id, error)));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new DeleteGroupsResponse().setResults(new ArrayList<>(parts.stream().map(CompletableFuture::join).toList())));
  }

  private static DeletableGroupResult result(String groupId, Errors error) {
    // the message came with v3 and is left out for NONE
    return new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code());
  }

  @Override
  int elements(DeleteGroupsRequest query) {
    return query.groupsNames().size();
  }

  @Override
  int elementBytes() {
    return 700;
  }

  @Override
  Message error(DeleteGroupsRequest query, Errors error, short version) {
    DeleteGroupsResponse response = new DeleteGroupsResponse();
    query.groupsNames().forEach(id -> response.results().add(result(id, error)));
    return response;
  }
}
