package io.margay.simulation;

import io.margay.protocol.message.StreamsGroupHeartbeatRequest;
import io.margay.protocol.message.StreamsGroupHeartbeatResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A thread of an application of Kafka Streams (KIP-1071) with one part without state, whose tasks have the numbers of the partitions of a
 * topic.
 */
final class SimulatedStreamsMember extends SimulatedMember {
  private static final String GROUP = "application";
  private static final String PART = "0";

  private final Simulation.Topic topic;

  SimulatedStreamsMember(SimulatedNetwork network, Machine machine, Invariants invariants, Simulation.Topic topic, GroupHistory history,
      int nodes) {
    super(network, machine, invariants, history, nodes, "thread");
    this.topic = topic;
  }

  @Override
  void beat(String id, int memberEpoch, boolean all, Set<Integer> has) {
    StreamsGroupHeartbeatRequest request = new StreamsGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(id).setMemberEpoch(memberEpoch);
    if (all) {
      request.setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS).setProcessId("process-" + process.id());
    }
    if (memberEpoch == 0) {
      request.setTopology(new StreamsGroupHeartbeatRequest.Topology().setSubtopologies(List.of(
          new StreamsGroupHeartbeatRequest.Subtopology().setSubtopologyId(PART).setSourceTopics(List.of(topic.name())))));
    }
    if (has != null) {
      request.setActiveTasks(has.isEmpty() ? List.of() : List.of(
          new StreamsGroupHeartbeatRequest.TaskIds().setSubtopologyId(PART).setPartitions(List.copyOf(has))))
          .setStandbyTasks(List.of()).setWarmupTasks(List.of());
    }
    long sent = world.nowMicros();
    toLeader(StreamsGroupHeartbeatRequest.API, request, new StreamsGroupHeartbeatResponse(),
        response -> answered(response.errorCode(), response.memberEpoch(), assigned(response), sent));
  }

  private static Set<Integer> assigned(StreamsGroupHeartbeatResponse response) {
    if (response.activeTasks() == null) {
      return null;
    }
    Set<Integer> now = new TreeSet<>();
    response.activeTasks().forEach(t -> now.addAll(t.partitions()));
    return now;
  }

  @Override
  void leave(String id) {
    toLeader(StreamsGroupHeartbeatRequest.API, new StreamsGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(id).setMemberEpoch(-1),
        new StreamsGroupHeartbeatResponse(), response -> left());
  }
}
