package io.margay.replication.internal.produce;

import io.margay.metadata.PartitionImage;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.LeaderIdAndEpoch;
import io.margay.protocol.message.ProduceResponse.NodeEndpoint;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.message.ProduceResponse.TopicProduceResponse;
import io.margay.replication.internal.LeaderHints;
import io.margay.replication.internal.PartitionManager;
import io.margay.spi.handler.Request;

/** Names the leader to clients that produced to the wrong broker (KIP-951). */
final class ProduceHints {
  private static final short FIRST_VERSION = 10;
  private static final short FIRST_WITH_TOPIC_IDS = 13;

  private final PartitionManager partitions;

  ProduceHints(PartitionManager partitions) {
    this.partitions = partitions;
  }

  /** Adds leader and address to the partitions of the answer that this node does not lead. */
  void add(Request request, ProduceResponse response) {
    if (request.version() < FIRST_VERSION) {
      return;
    }
    LeaderHints hints = new LeaderHints(partitions.image(), request, request.version() >= FIRST_WITH_TOPIC_IDS);
    for (TopicProduceResponse topic : response.responses()) {
      for (PartitionProduceResponse partition : topic.partitionResponses()) {
        PartitionImage current = partition.errorCode() != Errors.NOT_LEADER_OR_FOLLOWER.code() ? null
            : hints.find(topic.name(), topic.topicId(), partition.index());
        if (current != null) {
          partition.setCurrentLeader(new LeaderIdAndEpoch().setLeaderId(current.leader().value())
              .setLeaderEpoch(current.leaderEpoch().value()));
        }
      }
    }
    hints.nodes().forEach(node -> response.nodeEndpoints().add(new NodeEndpoint().setNodeId(node.id()).setHost(node.host())
        .setPort(node.port()).setRack(node.rack())));
  }
}
