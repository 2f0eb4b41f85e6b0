package io.margay.groups.internal.handlers;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
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
  Errors denial(DescribeShareGroupOffsetsRequest query, Request request) {
    return Errors.NONE; // each group is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(DescribeShareGroupOffsetsRequest query, Request request, long bytes) {
    List<CompletableFuture<DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup>> parts = new ArrayList<>();
    query.groups().forEach(g -> parts.add(unlessAllowed(request, AclOperation.DESCRIBE, g.groupId()) == Errors.NONE
        ? groups.shareOffsets().describe(g).thenApply(answer -> seen(answer, g.topics() == null, request))
        : CompletableFuture.completedFuture(failed(g.groupId(), Errors.GROUP_AUTHORIZATION_FAILED))));
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new DescribeShareGroupOffsetsResponse().setGroups(new ArrayList<>(parts.stream().map(CompletableFuture::join).toList())));
  }

  /** Topics that the client may not see are left out, or are an error where it named them. */
  private static DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup seen(
      DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup group, boolean all, Request request) {
    List<DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseTopic> topics = new ArrayList<>();
    for (DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseTopic t : group.topics()) {
      boolean allowed = request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t.topicName());
      if (!allowed && !all) {
        DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseTopic denied =
            new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseTopic().setTopicName(t.topicName());
        t.partitions().forEach(p -> denied.partitions().add(
            new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponsePartition().setPartitionIndex(p.partitionIndex())
                .setStartOffset(-1).setErrorCode(Errors.TOPIC_AUTHORIZATION_FAILED.code())));
        topics.add(denied);
      } else if (allowed) {
        topics.add(t);
      }
    }
    return group.setTopics(topics);
  }

  private static DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup failed(String groupId, Errors error) {
    return new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup().setGroupId(groupId).setErrorCode(error.code())
        .setErrorMessage(error.message());
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
    query.groups().forEach(g -> response.groups().add(failed(g.groupId(), error)));
    return response;
  }
}
