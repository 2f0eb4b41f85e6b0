package io.margay.replication.internal.fetch;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.FetchResponse.FetchableTopicResponse;
import io.margay.protocol.message.FetchResponse.LeaderIdAndEpoch;
import io.margay.protocol.message.FetchResponse.NodeEndpoint;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.PartitionManager;
import io.margay.spi.handler.Request;
import java.util.Map;
import java.util.TreeMap;

/** Tells clients that fetch from the wrong broker, or with an old epoch, which broker leads (KIP-595, KIP-951). */
final class FetchHints {
  private static final short FIRST_VERSION = 12;
  private static final short FIRST_WITH_TOPIC_IDS = 13;
  private static final short FIRST_WITH_NODES = 16;

  private final PartitionManager partitions;

  FetchHints(PartitionManager partitions) {
    this.partitions = partitions;
  }

  /** Adds leader and address to the partitions of the answer that failed for want of the leader. */
  void add(Request request, FetchResponse response) {
    if (request.version() < FIRST_VERSION) {
      return;
    }
    Map<BrokerId, NodeEndpoint> nodes = null;
    for (int i = 0; i < response.responses().size(); i++) {
      FetchableTopicResponse topic = response.responses().get(i);
      for (int j = 0; j < topic.partitions().size(); j++) {
        PartitionData partition = topic.partitions().get(j);
        if (partition.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code()
            || partition.errorCode() == Errors.FENCED_LEADER_EPOCH.code()) {
          nodes = nodes == null ? new TreeMap<>() : nodes;
          add(request, topic, partition, nodes);
        }
      }
    }
    if (nodes != null && request.version() >= FIRST_WITH_NODES) {
      response.nodeEndpoints().addAll(nodes.values());
    }
  }

  private void add(Request request, FetchableTopicResponse topic, PartitionData partition, Map<BrokerId, NodeEndpoint> nodes) {
    ClusterImage image = partitions.image();
    TopicImage known = request.version() >= FIRST_WITH_TOPIC_IDS ? image.topic(topic.topicId()) : image.topic(topic.topic());
    if (known == null || partition.partitionIndex() >= known.partitions().size()) {
      return;
    }
    PartitionImage current = known.partitions().get(partition.partitionIndex());
    partition.setCurrentLeader(new LeaderIdAndEpoch().setLeaderId(current.leader().value())
        .setLeaderEpoch(current.leaderEpoch().value()));
    BrokerImage broker = image.brokers().get(current.leader());
    Endpoint endpoint = broker == null ? null : broker.endpoint(request.listener());
    if (endpoint != null) {
      nodes.put(broker.id(), new NodeEndpoint().setNodeId(broker.id().value()).setHost(endpoint.host()).setPort(endpoint.port())
          .setRack(broker.rack()));
    }
  }
}
