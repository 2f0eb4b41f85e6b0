package io.margay.groups.internal.handlers;

import io.margay.groups.internal.group.AnswerMemory;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.margay.spi.handler.Request;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletionStage;

/** Serves DescribeGroups. */
final class DescribeGroupsHandler extends GroupHandler<DescribeGroupsRequest> {
  private static final short FIRST_WITH_OPERATIONS = 3;
  /** Bits by Kafka's code of the operation: READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
  static final int ALL_OPERATIONS = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  DescribeGroupsHandler(GroupCoordinatorService groups) {
    super(DescribeGroupsRequest.API, DescribeGroupsRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(DescribeGroupsRequest query, Request request, long bytes) {
    boolean operations = query.includeAuthorizedOperations() && request.version() >= FIRST_WITH_OPERATIONS;
    // a group that is named twice is described once, so that the answer is never larger than all groups
    return groups.describe(new LinkedHashSet<>(query.groups()), request.version(), new AnswerMemory(request::reserve))
        .thenApply(described -> {
          if (operations) {
            described.stream().filter(g -> g.errorCode() == Errors.NONE.code())
                .forEach(g -> g.setAuthorizedOperations(ALL_OPERATIONS));
          }
          return new DescribeGroupsResponse().setGroups(described);
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
