package io.margay.replication.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.spi.handler.Request;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Finds, for one answer, the leaders of partitions for which clients asked the wrong broker, and their addresses (KIP-951), so that
 * clients do not need to fetch metadata. Used by one thread.
 */
public final class LeaderHints {
  /** The address of a leader on the client's listener; the rack may be null. */
  public record Node(int id, String host, int port, String rack) { }

  private final ClusterImage image;
  private final String listener;
  private final boolean topicIds;
  private final Map<BrokerId, Node> nodes = new TreeMap<>();

  /**
   * @param image the current metadata of the cluster
   * @param request the request that is answered
   * @param topicIds whether the request names topics by id
   */
  public LeaderHints(ClusterImage image, Request request, boolean topicIds) {
    this.image = image;
    this.listener = request.listener();
    this.topicIds = topicIds;
  }

  /**
   * Finds a leader, and adds its address.
   *
   * @param name the topic's name, when topics are named by name
   * @param id the topic's id, when topics are named by id
   * @param index the partition's index
   * @return the partition; null when the cluster does not know it
   */
  public PartitionImage find(String name, UUID id, int index) {
    TopicImage topic = topicIds ? image.topic(id) : image.topic(name);
    if (topic == null || index < 0 || index >= topic.partitions().size()) {
      return null;
    }
    PartitionImage partition = topic.partitions().get(index);
    BrokerImage broker = image.brokers().get(partition.leader());
    Endpoint endpoint = broker == null ? null : broker.endpoint(listener);
    if (endpoint != null) {
      nodes.put(broker.id(), new Node(broker.id().value(), endpoint.host(), endpoint.port(), broker.rack()));
    }
    return partition;
  }

  /** @return the addresses that were added, each once */
  public Collection<Node> nodes() {
    return nodes.values();
  }
}
