package io.margay.metadata;

import java.util.Set;

/**
 * The differences between two successive images.
 *
 * @param first whether everything in the image is new to the receiver (the other members then list everything)
 * @param changedTopics topics that are new, or whose partitions changed
 * @param deletedTopics topics that are gone, as they last were
 * @param changedConfigs resources whose overrides changed or were removed
 * @param brokersChanged whether brokers were registered, fenced or left
 */
public record ClusterDelta(boolean first, Set<TopicImage> changedTopics, Set<TopicImage> deletedTopics,
    Set<ConfigResource> changedConfigs, boolean brokersChanged) {
  public ClusterDelta {
    changedTopics = Set.copyOf(changedTopics);
    deletedTopics = Set.copyOf(deletedTopics);
    changedConfigs = Set.copyOf(changedConfigs);
  }
}
