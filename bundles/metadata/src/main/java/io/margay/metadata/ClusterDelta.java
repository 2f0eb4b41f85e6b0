package io.margay.metadata;

import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The differences between two successive images.
 *
 * @param first whether everything in the image is new to the receiver (the other members then list everything)
 * @param changedTopics topics that are new, or whose partitions changed
 * @param deletedTopics topics that are gone, as they last were
 * @param changedConfigs resources whose overrides changed or were removed
 * @param brokersChanged whether brokers were registered, fenced, began to shut down or left, or another node is the controller
 * @param topicsBefore the changed topics as the previous image showed them, by id; one that is absent is new to the receiver
 * @param othersChanged whether the ACLs or the id of the cluster changed, which receivers compare in the images
 */
public record ClusterDelta(boolean first, Set<TopicImage> changedTopics, Set<TopicImage> deletedTopics,
    Set<ConfigResource> changedConfigs, boolean brokersChanged, Map<UUID, TopicImage> topicsBefore, boolean othersChanged) {
  public ClusterDelta {
    // Set.copyOf has another order in each process; this one lets a simulation repeat what happened
    changedTopics = Collections.unmodifiableSet(new LinkedHashSet<>(changedTopics));
    deletedTopics = Collections.unmodifiableSet(new LinkedHashSet<>(deletedTopics));
    changedConfigs = Collections.unmodifiableSet(new LinkedHashSet<>(changedConfigs));
    topicsBefore = Collections.unmodifiableMap(new HashMap<>(topicsBefore));
  }

  /**
   * A delta in which all partitions of the changed topics count as new.
   *
   * @param first whether everything in the image is new to the receiver
   * @param changedTopics topics that are new
   * @param deletedTopics topics that are gone, as they last were
   * @param changedConfigs resources whose overrides changed or were removed
   * @param brokersChanged whether brokers or the controller changed
   */
  public ClusterDelta(boolean first, Set<TopicImage> changedTopics, Set<TopicImage> deletedTopics, Set<ConfigResource> changedConfigs,
      boolean brokersChanged) {
    this(first, changedTopics, deletedTopics, changedConfigs, brokersChanged, Map.of());
  }

  /**
   * A delta without changes of anything else.
   *
   * @param first whether everything in the image is new to the receiver
   * @param changedTopics topics that are new, or whose partitions changed
   * @param deletedTopics topics that are gone, as they last were
   * @param changedConfigs resources whose overrides changed or were removed
   * @param brokersChanged whether brokers or the controller changed
   * @param topicsBefore the changed topics as the previous image showed them, by id
   */
  public ClusterDelta(boolean first, Set<TopicImage> changedTopics, Set<TopicImage> deletedTopics, Set<ConfigResource> changedConfigs,
      boolean brokersChanged, Map<UUID, TopicImage> topicsBefore) {
    this(first, changedTopics, deletedTopics, changedConfigs, brokersChanged, topicsBefore, false);
  }

  /** @return whether there is nothing in the image that its receivers have to be shown */
  public boolean isEmpty() {
    return !first && changedTopics.isEmpty() && deletedTopics.isEmpty() && changedConfigs.isEmpty() && !brokersChanged && !othersChanged;
  }

  /** Takes the partitions that changed. */
  @FunctionalInterface
  public interface PartitionVisitor {
    /**
     * Called for a partition that is new or changed.
     *
     * @param topic its topic, in the new image
     * @param before the partition in the previous image; null when it is new to the receiver
     * @param after the partition in the new image
     */
    void onPartition(TopicImage topic, PartitionImage before, PartitionImage after);
  }

  /**
   * Visits each partition that is new or whose replicas, leader or ISR changed. Partitions of a changed topic that stayed as they were
   * are skipped at the cost of one comparison of references. Partitions of deleted topics are not visited.
   *
   * @param visitor called once per partition, on the caller's thread, in no particular order of topics
   */
  public void forEachChangedPartition(PartitionVisitor visitor) {
    for (TopicImage topic : changedTopics) {
      TopicImage before = topicsBefore.get(topic.id());
      int known = before == null ? 0 : before.partitions().size();
      for (PartitionImage after : topic.partitions()) {
        PartitionImage old = after.index() < known ? before.partitions().get(after.index()) : null;
        if (old != after) {
          visitor.onPartition(topic, old, after);
        }
      }
    }
  }
}
