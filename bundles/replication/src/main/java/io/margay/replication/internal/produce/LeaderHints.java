package io.margay.replication.internal.produce;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.LeaderIdAndEpoch;
import io.margay.protocol.message.ProduceResponse.NodeEndpoint;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.protocol.message.ProduceResponse.TopicProduceResponse;
import io.margay.replication.internal.PartitionManager;
import io.margay.spi.handler.Request;
import java.util.Map;
import java.util.TreeMap;

/** Tells clients that asked the wrong broker which one leads (KIP-951), so that they need not fetch metadata. */
final class LeaderHints {
  private static final short FIRST_VERSION = 10;
  private static final short FIRST_WITH_TOPIC_IDS = 13;

  private final PartitionManager partitions;

  LeaderHints(PartitionManager partitions) {
    this.partitions = partitions;
  }

  /** Adds leader and address to the partitions of the answer that failed for want of the leader. */
  void add(Request request, ProduceResponse response) {
    if (request.version() < FIRST_VERSION) {
      return;
    }
    ClusterImage image = partitions.image();
    Map<BrokerId, NodeEndpoint> nodes = new TreeMap<>();
    for (TopicProduceResponse topic : response.responses()) {
      TopicImage known = request.version() >= FIRST_WITH_TOPIC_IDS ? image.topic(topic.topicId()) : image.topic(topic.name());
      for (PartitionProduceResponse partition : topic.partitionResponses()) {
        if (partition.errorCode() != Errors.NOT_LEADER_OR_FOLLOWER.code() || known == null
            || partition.index() >= known.partitions().size()) {
          continue;
        }
        PartitionImage current = known.partitions().get(partition.index());
        partition.setCurrentLeader(new LeaderIdAndEpoch().setLeaderId(current.leader().value())
            .setLeaderEpoch(current.leaderEpoch().value()));
        addNode(image.brokers().get(current.leader()), request.listener(), nodes);
      }
    }
    response.nodeEndpoints().addAll(nodes.values());
  }

  private static void addNode(BrokerImage broker, String listener, Map<BrokerId, NodeEndpoint> nodes) {
    Endpoint endpoint = broker == null ? null : broker.endpoint(listener);
    if (endpoint != null) {
      nodes.put(broker.id(), new NodeEndpoint().setNodeId(broker.id().value()).setHost(endpoint.host()).setPort(endpoint.port())
          .setRack(broker.rack()));
    }
  }
}
