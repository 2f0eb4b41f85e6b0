package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.DescribeGroupsResponse.DescribedGroup;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Serves DescribeGroups. */
final class DescribeGroupsHandler extends DescribeEachHandler<DescribeGroupsRequest, DescribedGroup> {
  private static final short FIRST_WITH_OPERATIONS = 3;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  DescribeGroupsHandler(GroupCoordinatorService groups) {
    super(DescribeGroupsRequest.API, DescribeGroupsRequest::new);
    this.groups = groups;
  }

  @Override
  List<String> ids(DescribeGroupsRequest query) {
    return query.groups();
  }

  @Override
  boolean wantsOperations(DescribeGroupsRequest query, short version) {
    return query.includeAuthorizedOperations() && version >= FIRST_WITH_OPERATIONS;
  }

  @Override
  CompletableFuture<List<DescribedGroup>> describe(DescribeGroupsRequest query, Collection<String> ids, short version, AnswerMemory memory) {
    return groups.describe(ids, version, memory);
  }

  @Override
  DescribedGroup failed(String groupId, Errors error, String why) {
    return new DescribedGroup().setGroupId(groupId).setErrorCode(error.code());
  }

  @Override
  String described(DescribedGroup group) {
    return group.errorCode() == Errors.NONE.code() ? group.groupId() : null;
  }

  @Override
  void setOperations(DescribedGroup group, int operations) {
    group.setAuthorizedOperations(operations);
  }

  @Override
  Stream<String> topics(DescribedGroup group) {
    return Stream.empty(); // its assignments are bytes of the clients
  }

  @Override
  Message response(List<DescribedGroup> described) {
    return new DescribeGroupsResponse().setGroups(described);
  }
}
