package io.margay.groups.internal.handlers;

import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.DescribeShareGroupOffsetsRequest;
import io.margay.protocol.message.DescribeShareGroupOffsetsResponse;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Serves DescribeShareGroupOffsets. */
final class DescribeShareGroupOffsetsHandler extends GroupHandler<DescribeShareGroupOffsetsRequest> {
  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  DescribeShareGroupOffsetsHandler(GroupCoordinatorService groups) {
    super(DescribeShareGroupOffsetsRequest.API, DescribeShareGroupOffsetsRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(DescribeShareGroupOffsetsRequest query, Request request, long bytes) {
    List<CompletableFuture<DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup>> parts = new ArrayList<>();
    query.groups().forEach(g -> parts.add(groups.shareOffsets().describe(g)));
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new DescribeShareGroupOffsetsResponse().setGroups(new ArrayList<>(parts.stream().map(CompletableFuture::join).toList())));
  }

  @Override
  int elements(DescribeShareGroupOffsetsRequest query) {
    return Math.max(1, query.groups().stream()
        .mapToInt(g -> 1 + (g.topics() == null ? 0 : g.topics().stream().mapToInt(t -> 1 + t.partitions().size()).sum())).sum());
  }

  @Override
  int elementBytes() {
    return 500;
  }

  @Override
  Message error(DescribeShareGroupOffsetsRequest query, Errors error, short version) {
    DescribeShareGroupOffsetsResponse response = new DescribeShareGroupOffsetsResponse();
    query.groups().forEach(g -> response.groups().add(new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup()
        .setGroupId(g.groupId()).setErrorCode(error.code()).setErrorMessage(error.message())));
    return response;
  }
}
