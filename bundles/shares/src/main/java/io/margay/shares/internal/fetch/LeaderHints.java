package io.margay.shares.internal.fetch;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.protocol.Errors;
import java.util.Map;
import java.util.TreeMap;

/** Finds, for one answer, the leaders of partitions for which a client asked the wrong broker, and their addresses. Used by one thread. */
final class LeaderHints {
  private final ClusterImage image;
  private final String listener;
  private final Map<BrokerId, BrokerImage> nodes = new TreeMap<>();

  LeaderHints(ClusterImage image, String listener) {
    this.image = image;
    this.listener = listener;
  }

  /** The error when this broker does not lead a partition. */
  Errors error(SharePart part) {
    TopicImage topic = image.topic(part.topicId());
    return topic == null ? Errors.UNKNOWN_TOPIC_ID : part.partition() < 0 || part.partition() >= topic.partitions().size()
        ? Errors.UNKNOWN_TOPIC_OR_PARTITION : Errors.NOT_LEADER_OR_FOLLOWER;
  }

  /** The partition, whose leader's address is among {@link #nodes} then; null when it is not known. */
  PartitionImage find(SharePart part) {
    TopicImage topic = image.topic(part.topicId());
    if (topic == null || part.partition() < 0 || part.partition() >= topic.partitions().size()) {
      return null;
    }
    PartitionImage partition = topic.partitions().get(part.partition());
    BrokerImage broker = image.brokers().get(partition.leader());
    if (broker != null && broker.endpoint(listener) != null) {
      nodes.put(broker.id(), broker);
    }
    return partition;
  }

  /** Takes the address of a leader. */
  @FunctionalInterface
  interface Taker {
    void take(int id, String host, int port, String rack);
  }

  void forEachNode(Taker taker) {
    nodes.forEach((id, broker) -> {
      Endpoint endpoint = broker.endpoint(listener);
      taker.take(id.value(), endpoint.host(), endpoint.port(), broker.rack());
    });
  }
}
