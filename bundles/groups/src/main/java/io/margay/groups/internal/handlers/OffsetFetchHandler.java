package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.offsets.ResolvedTopic;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
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
  Errors denial(OffsetFetchRequest query, Request request) {
    return Errors.NONE; // each group is checked by itself
  }

  @Override
  CompletionStage<? extends Message> serve(OffsetFetchRequest query, Request request, long bytes) {
    AnswerMemory memory = new AnswerMemory(request::reserve);
    if (request.version() < FIRST_BATCHED) {
      OffsetFetchRequestGroup group = asGroup(query);
      Errors denied = unlessAllowed(request, AclOperation.DESCRIBE, group.groupId());
      return denied != Errors.NONE ? CompletableFuture.completedFuture(error(query, denied, request.version()))
          : fetch(group, request, query.requireStable(), memory).thenApply(OffsetFetchHandler::single);
    }
    List<CompletableFuture<OffsetFetchResponseGroup>> parts = new ArrayList<>();
    for (OffsetFetchRequestGroup g : query.groups()) {
      Errors denied = unlessAllowed(request, AclOperation.DESCRIBE, g.groupId());
      if (denied != Errors.NONE) {
        parts.add(CompletableFuture.completedFuture(new OffsetFetchResponseGroup().setGroupId(g.groupId())
            .setErrorCode(denied.code())));
        continue;
      }
      CompletableFuture<OffsetFetchResponseGroup> part = request.version() < FIRST_WITH_IDS
          ? fetch(g, request, query.requireStable(), memory) : fetchById(g, request, query.requireStable(), memory);
      parts.add(part.exceptionally(e -> new OffsetFetchResponseGroup().setGroupId(g.groupId())
          .setErrorCode(CoordinatorException.errorOf(e).code())));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored ->
        new OffsetFetchResponse().setGroups(new ArrayList<>(parts.stream().map(CompletableFuture::join).toList())));
  }

  // ------------------------------------------------------------------------------------------------ topics that may be seen

  /** Fetches the offsets of topics that the client may see. Others get an error where it named them, and are left out where not. */
  private CompletableFuture<OffsetFetchResponseGroup> fetch(OffsetFetchRequestGroup asked, Request request, boolean requireStable,
      AnswerMemory memory) {
    if (asked.topics() == null) {
      return groups.fetch(asked, requireStable, memory).thenApply(answer -> answer.setTopics(new ArrayList<>(answer.topics().stream()
          .filter(t -> seen(request, t.name())).toList())));
    }
    List<OffsetFetchResponseTopics> denied = new ArrayList<>(0);
    List<OffsetFetchRequestTopics> allowed = new ArrayList<>(asked.topics().size());
    for (OffsetFetchRequestTopics t : asked.topics()) {
      if (seen(request, t.name())) {
        allowed.add(t);
      } else {
        denied.add(failed(t, Errors.TOPIC_AUTHORIZATION_FAILED).setName(t.name()));
      }
    }
    if (denied.isEmpty()) {
      return groups.fetch(asked, requireStable, memory);
    }
    return groups.fetch(asked.setTopics(allowed), requireStable, memory).thenApply(answer -> {
      answer.topics().addAll(denied);
      return answer;
    });
  }

  private static boolean seen(Request request, String topic) {
    return request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, topic);
  }

  private static OffsetFetchResponseTopics failed(OffsetFetchRequestTopics topic, Errors error) {
    OffsetFetchResponseTopics answer = new OffsetFetchResponseTopics().setTopicId(topic.topicId());
    topic.partitionIndexes().forEach(p -> answer.partitions().add(new OffsetFetchResponsePartitions().setPartitionIndex(p)
        .setCommittedOffset(NO_OFFSET).setErrorCode(error.code())));
    return answer;
  }

  // ------------------------------------------------------------------------------------------------ by id

  private CompletableFuture<OffsetFetchResponseGroup> fetchById(OffsetFetchRequestGroup asked, Request request, boolean requireStable,
      AnswerMemory memory) {
    OffsetFetchRequestGroup byName = new OffsetFetchRequestGroup().setGroupId(asked.groupId()).setMemberId(asked.memberId())
        .setMemberEpoch(asked.memberEpoch()).setTopics(null);
    if (asked.topics() == null) {
      return fetch(byName, request, requireStable, memory).thenApply(this::keepWithIds);
    }
    List<OffsetFetchResponseTopics> unknown = new ArrayList<>();
    List<OffsetFetchRequestTopics> known = new ArrayList<>();
    for (OffsetFetchRequestTopics t : asked.topics()) {
      ResolvedTopic topic = groups.resolve(null, t.topicId(), true);
      if (topic.error() == Errors.NONE) {
        known.add(new OffsetFetchRequestTopics().setName(topic.name()).setPartitionIndexes(t.partitionIndexes()));
      } else {
        unknown.add(failed(t, topic.error()));
      }
    }
    return fetch(byName.setTopics(known), request, requireStable, memory).thenApply(answer -> {
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
