package io.margay.simulation;

import io.margay.groups.internal.SimulatedGroups;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ShareGroupHeartbeatRequest;
import io.margay.protocol.message.ShareGroupHeartbeatResponse;
import java.util.List;

/** What keeps a member in a share group: its heartbeats. What it consumes is {@link SimulatedShareConsumer}'s. */
final class SimulatedShareMember extends SimulatedClient {
  static final String GROUP = "shares";

  private final String memberId;
  private final String topic;
  private int epoch;
  private boolean assigned;

  SimulatedShareMember(SimulatedNetwork network, Machine machine, Invariants invariants, String memberId, String topic, int nodes) {
    super(network, machine, invariants, new TopicPartition(SimulatedGroups.TOPIC, 0), nodes);
    this.memberId = memberId;
    this.topic = topic;
  }

  /** Whether it may fetch. */
  boolean assigned() {
    return assigned;
  }

  @Override
  void proceed() {
    toLeader(ShareGroupHeartbeatRequest.API, new ShareGroupHeartbeatRequest().setGroupId(GROUP).setMemberId(memberId).setMemberEpoch(epoch)
        .setSubscribedTopicNames(List.of(topic)), new ShareGroupHeartbeatResponse(), response -> {
          Errors error = Errors.forCode(response.errorCode());
          if (error == Errors.FENCED_MEMBER_EPOCH || error == Errors.UNKNOWN_MEMBER_ID) {
            epoch = 0;
            assigned = false;
            process.after(50, this::next);
          } else if (error != Errors.NONE) {
            again(error);
          } else {
            epoch = response.memberEpoch();
            assigned = response.assignment() == null ? assigned : !response.assignment().topicPartitions().isEmpty();
            process.after(world.random(100, 500), this::next);
          }
        });
  }
}
