package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.GroupCoordinatorService;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Serves DescribeGroups. */
@Component(service = ApiHandler.class)
public final class DescribeGroupsHandler extends GroupHandler<DescribeGroupsRequest> {
  private static final short FIRST_WITH_OPERATIONS = 3;
  /** Bits by Kafka's code of the operation: READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS. */
  private static final int ALL_OPERATIONS = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  @Activate
  public DescribeGroupsHandler(@Reference GroupCoordinatorService groups) {
    super(DescribeGroupsRequest.API, DescribeGroupsRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(DescribeGroupsRequest query, Request request) {
    boolean operations = query.includeAuthorizedOperations() && request.version() >= FIRST_WITH_OPERATIONS;
    List<CompletableFuture<DescribedGroup>> parts = new ArrayList<>();
    for (String id : query.groups()) {
      parts.add(groups.describe(id, request.version())
          .thenApply(g -> operations && g.errorCode() == Errors.NONE.code() ? g.setAuthorizedOperations(ALL_OPERATIONS) : g)
          .exceptionally(e -> failed(id, CoordinatorException.errorOf(e))));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new DescribeGroupsResponse().setGroups(new ArrayList<>(parts.stream().map(CompletableFuture::join).toList())));
  }

  private static DescribedGroup failed(String groupId, Errors error) {
    return new DescribedGroup().setGroupId(groupId).setErrorCode(error.code());
  }

  @Override
  Message error(DescribeGroupsRequest query, Errors error, short version) {
    DescribeGroupsResponse response = new DescribeGroupsResponse();
    query.groups().forEach(id -> response.groups().add(failed(id, error)));
    return response;
  }
}
