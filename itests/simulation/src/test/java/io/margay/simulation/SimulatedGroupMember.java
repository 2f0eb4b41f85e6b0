package io.margay.simulation;

import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ConsumerGroupHeartbeatResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A member of a consumer group (KIP-848). */
final class SimulatedGroupMember extends SimulatedMember {
  static final String GROUP = "consumers";

  private final Simulation.Topic topic;

  SimulatedGroupMember(SimulatedNetwork network, Machine machine, Invariants invariants, Simulation.Topic topic, GroupHistory history,
      int nodes) {
    super(network, machine, invariants, history, nodes, "member");
    this.topic = topic;
  }

  @Override
  void beat(String id, int memberEpoch, boolean all, Set<Integer> has) {
    ConsumerGroupHeartbeatRequest request = new ConsumerGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(id).setMemberEpoch(memberEpoch)
        .setTopicPartitions(null);
    if (all) {
      request.setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS).setSubscribedTopicNames(List.of(topic.name()));
    }
    if (has != null) {
      request.setTopicPartitions(has.isEmpty() ? List.of() : List.of(
          new ConsumerGroupHeartbeatRequest.TopicPartitions().setTopicId(topic.id()).setPartitions(List.copyOf(has))));
    }
    long sent = world.nowMicros();
    toLeader(ConsumerGroupHeartbeatRequest.API, request, new ConsumerGroupHeartbeatResponse(),
        response -> answered(response.errorCode(), response.memberEpoch(), assigned(response), sent));
  }

  private static Set<Integer> assigned(ConsumerGroupHeartbeatResponse response) {
    if (response.assignment() == null) {
      return null;
    }
    Set<Integer> now = new TreeSet<>();
    response.assignment().topicPartitions().forEach(t -> now.addAll(t.partitions()));
    return now;
  }

  @Override
  void leave(String id) {
    toLeader(ConsumerGroupHeartbeatRequest.API, new ConsumerGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(id).setMemberEpoch(-1),
        new ConsumerGroupHeartbeatResponse(), response -> left());
  }
}
