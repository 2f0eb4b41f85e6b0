package io.margay.shell.internal;

import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterPartitionReassignmentsRequest;
import io.margay.protocol.message.AlterPartitionReassignmentsResponse;
import io.margay.protocol.message.ListPartitionReassignmentsRequest;
import io.margay.protocol.message.ListPartitionReassignmentsResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Asks the controller to move replicas, and which are being moved. */
final class Reassignments {
  private final Requests requests;

  Reassignments(Requests requests) {
    this.requests = requests;
  }

  /**
   * A partition whose replicas are being moved.
   *
   * @param replicas the old and the new ones
   * @param adding the new ones
   * @param removing those that leave at the end
   */
  record Ongoing(List<BrokerId> replicas, List<BrokerId> adding, List<BrokerId> removing) { }

  /** All partitions that are being moved. */
  SortedMap<TopicPartition, Ongoing> ongoing() throws InterruptedException {
    ListPartitionReassignmentsRequest request = new ListPartitionReassignmentsRequest().setTimeoutMs(Requests.TIMEOUT_MS)
        .setTopics(null);
    ListPartitionReassignmentsResponse response =
        requests.send(ListPartitionReassignmentsRequest.API, request, new ListPartitionReassignmentsResponse());
    requests.checkController(response.errorCode(), response.errorMessage(), "cannot list the reassignments");
    SortedMap<TopicPartition, Ongoing> all = new TreeMap<>();
    response.topics().forEach(topic -> topic.partitions().forEach(p -> all.put(
        new TopicPartition(topic.name(), p.partitionIndex()),
        new Ongoing(ids(p.replicas()), ids(p.addingReplicas()), ids(p.removingReplicas())))));
    return all;
  }

  /**
   * Starts or, where replicas are null, cancels.
   *
   * @param what for messages, such as "cannot start the reassignment"
   * @return why a partition was refused; empty when none was
   */
  SortedMap<TopicPartition, String> alter(Map<TopicPartition, List<BrokerId>> wanted, String what) throws InterruptedException {
    Map<String, List<AlterPartitionReassignmentsRequest.ReassignablePartition>> byTopic = new TreeMap<>();
    wanted.forEach((tp, replicas) -> byTopic.computeIfAbsent(tp.topic(), t -> new ArrayList<>()).add(
        new AlterPartitionReassignmentsRequest.ReassignablePartition().setPartitionIndex(tp.partition())
            .setReplicas(replicas == null ? null : PartitionHealth.ids(replicas))));
    AlterPartitionReassignmentsRequest request = new AlterPartitionReassignmentsRequest().setTimeoutMs(Requests.TIMEOUT_MS)
        .setTopics(new ArrayList<>());
    byTopic.forEach((topic, list) -> request.topics().add(
        new AlterPartitionReassignmentsRequest.ReassignableTopic().setName(topic).setPartitions(list)));
    AlterPartitionReassignmentsResponse response =
        requests.send(AlterPartitionReassignmentsRequest.API, request, new AlterPartitionReassignmentsResponse());
    requests.checkController(response.errorCode(), response.errorMessage(), what);
    SortedMap<TopicPartition, String> refused = new TreeMap<>();
    response.responses().forEach(topic -> topic.partitions().stream().filter(p -> p.errorCode() != Errors.NONE.code())
        .forEach(p -> refused.put(new TopicPartition(topic.name(), p.partitionIndex()),
            Requests.text(p.errorCode(), p.errorMessage()))));
    return refused;
  }

  private static List<BrokerId> ids(List<Integer> ids) {
    return ids.stream().map(BrokerId::new).toList();
  }
}
