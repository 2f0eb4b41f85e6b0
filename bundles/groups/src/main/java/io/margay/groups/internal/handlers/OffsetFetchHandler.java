package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.offsets.ResolvedTopic;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.Message;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.margay.protocol.message.OffsetFetchResponse;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartition;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopic;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Serves OffsetFetch: of one group (before v8) or several, with topics by name or (v10) by id. Older forms are turned into the
 * newer one and the answer back.
 */
final class OffsetFetchHandler extends GroupHandler<OffsetFetchRequest> {
  private static final short FIRST_WITH_ERROR = 2;
  private static final short FIRST_BATCHED = 8;
  private static final short FIRST_WITH_IDS = 10;
  private static final long NO_OFFSET = -1;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  OffsetFetchHandler(GroupCoordinatorService groups) {
    super(OffsetFetchRequest.API, OffsetFetchRequest::new);
    this.groups = groups;
  }

  @Override
  CompletionStage<? extends Message> serve(OffsetFetchRequest query, Request request, long bytes) {
    AnswerMemory memory = new AnswerMemory(request::reserve);
    if (request.version() < FIRST_BATCHED) {
      return groups.fetch(asGroup(query), query.requireStable(), memory).thenApply(OffsetFetchHandler::single);
    }
    List<CompletableFuture<OffsetFetchResponseGroup>> parts = new ArrayList<>();
    for (OffsetFetchRequestGroup g : query.groups()) {
      CompletableFuture<OffsetFetchResponseGroup> part = request.version() < FIRST_WITH_IDS
          ? groups.fetch(g, query.requireStable(), memory) : fetchById(g, query.requireStable(), memory);
      parts.add(part.exceptionally(e -> new OffsetFetchResponseGroup().setGroupId(g.groupId())
          .setErrorCode(CoordinatorException.errorOf(e).code())));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new OffsetFetchResponse().setGroups(new ArrayList<>(parts.stream().map(CompletableFuture::join).toList())));
  }

  // ------------------------------------------------------------------------------------------------ by id

  private CompletableFuture<OffsetFetchResponseGroup> fetchById(OffsetFetchRequestGroup asked, boolean requireStable,
      AnswerMemory memory) {
    OffsetFetchRequestGroup byName = new OffsetFetchRequestGroup().setGroupId(asked.groupId()).setMemberId(asked.memberId())
        .setMemberEpoch(asked.memberEpoch()).setTopics(null);
    if (asked.topics() == null) {
      return groups.fetch(byName, requireStable, memory).thenApply(this::keepWithIds);
    }
    List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
    List<OffsetFetchRequestTopics> known = new ArrayList<>();
    for (OffsetFetchRequestTopics t : asked.topics()) {
      ResolvedTopic topic = groups.resolve(null, t.topicId(), true);
      if (topic.error() == Errors.NONE) {
        known.add(new OffsetFetchRequestTopics().setName(topic.name()).setPartitionIndexes(t.partitionIndexes()));
      } else {
        OffsetFetchResponseTopics answer = new OffsetFetchResponseTopics().setTopicId(t.topicId());
        t.partitionIndexes().forEach(p -> answer.partitions().add(new OffsetFetchResponsePartitions().setPartitionIndex(p)
            .setCommittedOffset(NO_OFFSET).setErrorCode(topic.error().code())));
        unknown.add(answer);
      }
    }
    return groups.fetch(byName.setTopics(known), requireStable, memory).thenApply(answer -> {
      keepWithIds(answer).topics().addAll(unknown);
      return answer;
    });
  }

  /** Topics that are gone have no id by which a client could know them. */
  private OffsetFetchResponseGroup keepWithIds(OffsetFetchResponseGroup answer) {
    List<OffsetFetchResponseTopics> kept = new ArrayList<>();
    for (OffsetFetchResponseTopics t : answer.topics()) {
      ResolvedTopic topic = groups.resolve(t.name(), KafkaUuid.ZERO, false);
      if (topic.error() == Errors.NONE) {
        kept.add(t.setTopicId(topic.id()).setName(""));
      }
    }
    return answer.setTopics(kept);
  }

  // ------------------------------------------------------------------------------------------------ single group

  private static OffsetFetchRequestGroup asGroup(OffsetFetchRequest query) {
    OffsetFetchRequestGroup group = new OffsetFetchRequestGroup().setGroupId(query.groupId());
    if (query.topics() == null) {
      return group.setTopics(null);
    }
    query.topics().forEach(t -> group.topics().add(new OffsetFetchRequestTopics().setName(t.name())
        .setPartitionIndexes(t.partitionIndexes())));
    return group;
  }

  private static OffsetFetchResponse single(OffsetFetchResponseGroup group) {
    OffsetFetchResponse response = new OffsetFetchResponse();
    for (OffsetFetchResponseTopics t : group.topics()) {
      OffsetFetchResponseTopic topic = new OffsetFetchResponseTopic().setName(t.name());
      t.partitions().forEach(p -> topic.partitions().add(new OffsetFetchResponsePartition().setPartitionIndex(p.partitionIndex())
          .setCommittedOffset(p.committedOffset()).setCommittedLeaderEpoch(p.committedLeaderEpoch()).setMetadata(p.metadata())
          .setErrorCode(p.errorCode())));
      response.topics().add(topic);
    }
    return response;
  }

  @Override
  int elements(OffsetFetchRequest query) {
    return Math.max(1, query.groups().size());
  }

  @Override
  int elementBytes() {
    return 400;
  }

  @Override
  Message error(OffsetFetchRequest query, Errors error, short version) {
    OffsetFetchResponse response = new OffsetFetchResponse();
    if (version >= FIRST_BATCHED) {
      query.groups().forEach(g -> response.groups().add(new OffsetFetchResponseGroup().setGroupId(g.groupId())
          .setErrorCode(error.code())));
      return response;
    }
    if (version >= FIRST_WITH_ERROR) {
      return response.setErrorCode(error.code());
    }
    for (OffsetFetchRequest.OffsetFetchRequestTopic t : query.topics()) {
      OffsetFetchResponseTopic topic = new OffsetFetchResponseTopic().setName(t.name());
      t.partitionIndexes().forEach(p -> topic.partitions().add(new OffsetFetchResponsePartition().setPartitionIndex(p)
          .setCommittedOffset(NO_OFFSET).setErrorCode(error.code())));
      response.topics().add(topic);
    }
    return response;
  }
}
