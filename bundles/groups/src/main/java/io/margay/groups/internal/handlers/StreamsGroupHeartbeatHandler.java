package io.margay.groups.internal.handlers;

import io.margay.coordinator.CoordinatorException;
import io.margay.groups.internal.streams.StreamsHeartbeats;
import io.margay.groups.internal.streams.Topology;
import io.margay.model.TopicNames;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Serves StreamsGroupHeartbeat. The internal topics that an application needs are created in the name of the member, so it needs the right to
 * create them.
 */
final class StreamsGroupHeartbeatHandler extends GroupHandler<StreamsGroupHeartbeatRequest> {
  private static final byte MISSING_INTERNAL_TOPICS = 3;

  private final GroupCoordinatorService groups;

  /** @param groups the coordinator */
  StreamsGroupHeartbeatHandler(GroupCoordinatorService groups) {
    super(StreamsGroupHeartbeatRequest.API, StreamsGroupHeartbeatRequest::new);
    this.groups = groups;
  }

  @Override
  Errors denial(StreamsGroupHeartbeatRequest query, Request request) {
    return unlessAllowed(request, AclOperation.READ, query.groupId());
  }

  @Override
  CompletionStage<? extends Message> serve(StreamsGroupHeartbeatRequest query, Request request, long bytes) {
    CoordinatorException unfit = problemOf(query, request);
    if (unfit != null) {
      return CompletableFuture.failedFuture(unfit);
    }
    StreamsHeartbeats.Sender sender = new StreamsHeartbeats.Sender(request.clientId(), host(request), request.version());
    return groups.streams().heartbeat(query, sender, bytes).thenApply(answer -> create(answer, request));
  }

  /** What is wrong with the topics of a topology, before anything is asked of the group; null for nothing. */
  private static CoordinatorException problemOf(StreamsGroupHeartbeatRequest query, Request request) {
    Set<String> topics = topicsOf(query);
    List<String> internal = topics.stream().filter(t -> TopicNames.isInternal(t) || TopicNames.isReserved(t)).toList();
    if (!internal.isEmpty()) {
      return new CoordinatorException(Errors.STREAMS_INVALID_TOPOLOGY,
          "Use of Kafka internal topics " + String.join(",", internal) + " in a Kafka Streams topology is prohibited.");
    }
    List<String> invalid = topics.stream().filter(t -> TopicNames.problem(t) != null).toList();
    if (!invalid.isEmpty()) {
      return new CoordinatorException(Errors.STREAMS_INVALID_TOPOLOGY,
          "Topic names " + String.join(",", invalid) + " are not valid topic names.");
    }
    return topics.stream().allMatch(t -> request.allowed(AclOperation.DESCRIBE, ResourceType.TOPIC, t)) ? null
        : new CoordinatorException(Errors.TOPIC_AUTHORIZATION_FAILED);
  }

  private static Set<String> topicsOf(StreamsGroupHeartbeatRequest query) {
    Set<String> topics = new TreeSet<>();
    if (query.topology() != null) {
      for (StreamsGroupHeartbeatRequest.Subtopology s : query.topology().subtopologies()) {
        topics.addAll(s.sourceTopics());
        topics.addAll(s.repartitionSinkTopics());
        s.repartitionSourceTopics().forEach(t -> topics.add(t.name()));
        s.stateChangelogTopics().forEach(t -> topics.add(t.name()));
      }
    }
    return topics;
  }

  private StreamsGroupHeartbeatResponse create(StreamsHeartbeats.Answer answer, Request request) {
    if (answer.missing().isEmpty()) {
      return answer.response();
    }
    boolean all = request.allowed(AclOperation.CREATE, ResourceType.CLUSTER, Acl.CLUSTER_NAME);
    List<Topology.Internal> may = new ArrayList<>();
    List<String> mayNot = new ArrayList<>();
    answer.missing().forEach(t -> {
      if (all || request.allowed(AclOperation.CREATE, ResourceType.TOPIC, t.name())) {
        may.add(t);
      } else {
        mayNot.add(t.name());
      }
    });
    StringBuilder why = new StringBuilder();
    if (!mayNot.isEmpty()) {
      why.append("; Unauthorized to CREATE on topics ").append(String.join(", ", mayNot)).append('.');
    }
    groups.streams().create(may).forEach((topic, error) -> why.append("; Creating ").append(topic).append(" failed: ").append(error));
    for (StreamsGroupHeartbeatResponse.Status s : answer.response().status()) {
      if (s.statusCode() == MISSING_INTERNAL_TOPICS) {
        s.setStatusDetail(s.statusDetail() + why);
      }
    }
    return answer.response();
  }

  @Override
  int elements(StreamsGroupHeartbeatRequest query) {
    int[] n = {1};
    if (query.topology() != null) {
      query.topology().subtopologies().forEach(s -> n[0] += 1 + s.sourceTopics().size() + s.repartitionSinkTopics().size()
          + s.repartitionSourceTopics().size() + s.stateChangelogTopics().size() + s.copartitionGroups().size());
    }
    for (List<StreamsGroupHeartbeatRequest.TaskIds> tasks : java.util.Arrays.asList(query.activeTasks(), query.standbyTasks(),
        query.warmupTasks())) {
      if (tasks != null) {
        tasks.forEach(t -> n[0] += 1 + t.partitions().size());
      }
    }
    n[0] += (query.taskOffsets() == null ? 0 : query.taskOffsets().size()) + (query.taskEndOffsets() == null ? 0 : query.taskEndOffsets().size());
    return n[0];
  }

  @Override
  int elementBytes() {
    return 200;
  }

  @Override
  Message error(StreamsGroupHeartbeatRequest query, Errors error, short version) {
    return error(query, error, null, version);
  }

  @Override
  Message error(StreamsGroupHeartbeatRequest query, Errors error, String why, short version) {
    return new StreamsGroupHeartbeatResponse().setErrorCode(error.code()).setErrorMessage(why == null ? error.message() : why).setStatus(null);
  }
}
