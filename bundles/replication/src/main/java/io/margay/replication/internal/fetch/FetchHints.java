package io.margay.replication.internal.fetch;

import io.margay.metadata.PartitionImage;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.LeaderIdAndEpoch;
import io.margay.protocol.message.FetchResponse.NodeEndpoint;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.LeaderHints;
import io.margay.replication.internal.PartitionManager;
import io.margay.spi.handler.Request;

/** Names the leader to clients that fetch from the wrong broker, or with an old epoch (KIP-595, KIP-951). */
final class FetchHints {
  private static final short FIRST_VERSION = 12;
  private static final short FIRST_WITH_TOPIC_IDS = 13;
  private static final short FIRST_WITH_NODES = 16;

  private final PartitionManager partitions;

  FetchHints(PartitionManager partitions) {
    this.partitions = partitions;
  }

  /** Adds leader and address to the partitions of the answer that this node does not lead. Allocates nothing when there are none. */
  void add(Request request, FetchResponse response) {
    if (request.version() < FIRST_VERSION) {
      return;
    }
    LeaderHints hints = null;
    for (int i = 0; i < response.responses().size(); i++) {
      FetchableTopicResponse topic = response.responses().get(i);
      for (int j = 0; j < topic.partitions().size(); j++) {
        PartitionData partition = topic.partitions().get(j);
        if (partition.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code()
            || partition.errorCode() == Errors.FENCED_LEADER_EPOCH.code()) {
          hints = hints != null ? hints : new LeaderHints(partitions.image(), request, request.version() >= FIRST_WITH_TOPIC_IDS);
          add(hints, topic, partition);
        }
      }
    }
    if (hints != null && request.version() >= FIRST_WITH_NODES) {
      hints.nodes().forEach(node -> response.nodeEndpoints().add(new NodeEndpoint().setNodeId(node.id()).setHost(node.host())
          .setPort(node.port()).setRack(node.rack())));
    }
  }

  private static void add(LeaderHints hints, FetchableTopicResponse topic, PartitionData partition) {
    PartitionImage current = hints.find(topic.topic(), topic.topicId(), partition.partitionIndex());
    if (current != null) {
      partition.setCurrentLeader(new LeaderIdAndEpoch().setLeaderId(current.leader().value())
          .setLeaderEpoch(current.leaderEpoch().value()));
    }
  }
}
