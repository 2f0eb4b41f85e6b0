package io.margay.server.internal.audit;

import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse;
import io.margay.protocol.message.AlterReplicaLogDirsRequest;
import io.margay.protocol.message.AlterReplicaLogDirsResponse;
import io.margay.protocol.message.CreatePartitionsRequest;
import io.margay.protocol.message.CreatePartitionsResponse;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteRecordsResponse;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DeleteTopicsResponse;
import io.margay.protocol.message.ElectLeadersRequest;
import io.margay.protocol.message.ElectLeadersResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Topics and partitions. */
final class TopicChanges {
  private static final String TOPIC = "topic";
  private static final String PARTITION = "partition";

  private TopicChanges() { }

  static void create(CreateTopicsRequest request, CreateTopicsResponse response, ConfigTexts configs, Changes changes) {
    if (request.validateOnly()) {
      return;
    }
    Map<String, CreateTopicsRequest.CreatableTopic> wanted = new HashMap<>();
    request.topics().forEach(t -> wanted.put(t.name(), t));
    response.topics().forEach(t -> {
      CreateTopicsRequest.CreatableTopic topic = wanted.get(t.name());
      StringBuilder settings = new StringBuilder();
      if (topic != null) {
        topic.configs().forEach(c -> configs.append(settings, ConfigTexts.TOPIC, c.name(), c.value()));
      }
      changes.add(TOPIC, t.name(), t.errorCode(), "partitions", topic == null ? null : topic.numPartitions(), "replicas",
          topic == null ? null : topic.replicationFactor(), "configs", settings.isEmpty() ? null : settings);
    });
  }

  static void delete(DeleteTopicsRequest request, DeleteTopicsResponse response, Changes changes) {
    response.responses().forEach(t -> changes.add(TOPIC, t.name() == null ? String.valueOf(t.topicId()) : t.name(), t.errorCode()));
  }

  static void grow(CreatePartitionsRequest request, CreatePartitionsResponse response, Changes changes) {
    if (request.validateOnly()) {
      return;
    }
    Map<String, Integer> wanted = new HashMap<>();
    request.topics().forEach(t -> wanted.put(t.name(), t.count()));
    response.results().forEach(t -> changes.add(TOPIC, t.name(), t.errorCode(), "partitions", wanted.get(t.name())));
  }

  static void deleteRecords(DeleteRecordsRequest request, DeleteRecordsResponse response, Changes changes) {
    Map<String, Long> wanted = new HashMap<>();
    request.topics().forEach(t -> t.partitions().forEach(p -> wanted.put(t.name() + ":" + p.partitionIndex(), p.offset())));
    response.topics().forEach(t -> t.partitions().forEach(p -> changes.add(PARTITION, t.name() + ":" + p.partitionIndex(), p.errorCode(),
        "before", wanted.get(t.name() + ":" + p.partitionIndex()), "first", p.errorCode() == 0 ? p.lowWatermark() : null)));
  }

  static void reassign(AlterPartitionReassignmentsRequest request, AlterPartitionReassignmentsResponse response, Changes changes) {
    Map<String, List<Integer>> wanted = new HashMap<>();
    request.topics().forEach(t -> t.partitions().forEach(p -> wanted.put(t.name() + ":" + p.partitionIndex(), p.replicas())));
    if (response.errorCode() != 0) {
      changes.add("cluster", "", response.errorCode());
    }
    response.responses().forEach(t -> t.partitions().forEach(p -> {
      List<Integer> replicas = wanted.get(t.name() + ":" + p.partitionIndex());
      changes.add(PARTITION, t.name() + ":" + p.partitionIndex(), p.errorCode(), "replicas", replicas == null ? "cancel" : replicas);
    }));
  }

  static void elect(ElectLeadersRequest request, ElectLeadersResponse response, Changes changes) {
    if (response.errorCode() != 0) {
      changes.add("cluster", "", response.errorCode());
    }
    response.replicaElectionResults().forEach(t -> t.partitionResult().forEach(p -> changes.add(PARTITION, t.topic() + ":" + p.partitionId(),
        p.errorCode(), "election", request.electionType() == 0 ? "preferred" : "unclean")));
  }

  static void move(AlterReplicaLogDirsRequest request, AlterReplicaLogDirsResponse response, Changes changes) {
    response.results().forEach(t -> t.partitions().forEach(p -> changes.add(PARTITION, t.topicName() + ":" + p.partitionIndex(), p.errorCode())));
  }
}
