package io.margay.metadata;

import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
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
 * @param topics by name
 * @param topicNames name by id
 * @param configs overrides by resource; a resource without overrides is absent
 * @param features finalised feature levels by name
 * @param nextProducerId first producer id that no block was handed out for
 */
public record ClusterImage(String clusterId, long offset, BrokerId controller, SortedMap<BrokerId, BrokerImage> brokers,
    Map<String, TopicImage> topics, Map<UUID, String> topicNames, Map<ConfigResource, Map<String, String>> configs,
    Map<String, Short> features, long nextProducerId) {
  /** Before anything was agreed on. */
  public static final ClusterImage EMPTY = new ClusterImage("", -1, BrokerId.NONE, java.util.Collections.emptySortedMap(),
      Map.of(), Map.of(), Map.of(), Map.of(), 0);

  /**
   * @param name a topic's name
   * @return the topic, or null
   */
  public TopicImage topic(String name) {
    return topics.get(name);
  }

  /**
   * @param id a topic's id
   * @return the topic, or null
   */
  public TopicImage topic(UUID id) {
    String name = topicNames.get(id);
    return name == null ? null : topics.get(name);
  }

  /**
   * @param tp a partition
   * @return the partition, or null when the topic or the index does not exist
   */
  public PartitionImage partition(TopicPartition tp) {
    TopicImage t = topics.get(tp.topic());
    return t == null || tp.partition() < 0 || tp.partition() >= t.partitions().size() ? null : t.partitions().get(tp.partition());
  }

  /**
   * @param resource a resource
   * @return its overrides, empty when there are none
   */
  public Map<String, String> config(ConfigResource resource) {
    return configs.getOrDefault(resource, Map.of());
  }
}
