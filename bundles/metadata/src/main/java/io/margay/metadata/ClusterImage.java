package io.margay.metadata;

import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.model.acl.Acl;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.UUID;

/**
 * All that the cluster has agreed on after applying the metadata log up to {@link #offset}.
 *
 * @param clusterId the cluster's id, 22 characters; empty before the first command was applied
 * @param offset index of the last applied command, -1 before the first
 * @param controller the broker that leads the metadata log, or {@link BrokerId#NONE}
 * @param brokers by id
 * @param allTopics the topics; see {@link #topics} and {@link #topic}
 * @param settings what was set for all of it or parts of it; see {@link #configs}, {@link #features}, {@link #acls} and {@link #tokens}
 */
public record ClusterImage(String clusterId, long offset, BrokerId controller, SortedMap<BrokerId, BrokerImage> brokers,
    TopicsImage allTopics, ClusterSettings settings) {
  /** Before anything was agreed on. */
  public static final ClusterImage EMPTY = new ClusterImage("", -1, BrokerId.NONE, java.util.Collections.emptySortedMap(),
      TopicsImage.EMPTY, Map.of(), Map.of());

  /**
   * An image without rules of authorization.
   *
   * @param clusterId the cluster's id
   * @param offset index of the last applied command
   * @param controller the broker that leads the metadata log
   * @param brokers by id
   * @param allTopics the topics
   * @param configs overrides by resource
   * @param features finalised feature levels by name
   */
  public ClusterImage(String clusterId, long offset, BrokerId controller, SortedMap<BrokerId, BrokerImage> brokers, TopicsImage allTopics,
      Map<ConfigResource, Map<String, String>> configs, Map<String, Short> features) {
    this(clusterId, offset, controller, brokers, allTopics, new ClusterSettings(configs, features, List.of()));
  }

  /** @return overrides by resource; a resource without overrides is absent */
  public Map<ConfigResource, Map<String, String>> configs() {
    return settings.configs();
  }

  /** @return finalised feature levels by name */
  public Map<String, Short> features() {
    return settings.features();
  }

  /** @return the rules of authorization, each once, in their natural order; the same object as in the image before when none changed */
  public List<Acl> acls() {
    return settings.acls();
  }

  /** @return the delegation tokens by id, also those that have expired and were not removed yet */
  public Map<String, DelegationToken> tokens() {
    return settings.tokens();
  }

  /** @return the topics by name */
  public Map<String, TopicImage> topics() {
    return allTopics.byName();
  }

  /**
   * @param name a topic's name
   * @return the topic, or null
   */
  public TopicImage topic(String name) {
    return allTopics.byName().get(name);
  }

  /**
   * @param id a topic's id
   * @return the topic, or null
   */
  public TopicImage topic(UUID id) {
    return allTopics.byId(id);
  }

  /**
   * @param tp a partition
   * @return the partition, or null when the topic or the index does not exist
   */
  public PartitionImage partition(TopicPartition tp) {
    TopicImage t = topic(tp.topic());
    return t == null || tp.partition() < 0 || tp.partition() >= t.partitions().size() ? null : t.partitions().get(tp.partition());
  }

  /**
   * @param resource a resource
   * @return its overrides, empty when there are none
   */
  public Map<String, String> config(ConfigResource resource) {
    return configs().getOrDefault(resource, Map.of());
  }
}
