package io.margay.controller.internal.state;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Changes of single partitions, collected so that each topic is copied once for a command. */
final class PartitionEdits {
  private final ClusterState state;
  private final Map<UUID, List<PartitionImage>> edited = new LinkedHashMap<>();

  PartitionEdits(ClusterState state) {
    this.state = state;
  }

  /** A partition as it is after the edits so far; null when there is none. */
  PartitionImage get(UUID topicId, int partition) {
    List<PartitionImage> partitions = edited.get(topicId);
    if (partitions == null) {
      TopicImage topic = state.topic(topicId);
      partitions = topic == null ? List.of() : topic.partitions();
    }
    return partition < 0 || partition >= partitions.size() ? null : partitions.get(partition);
  }

  void put(UUID topicId, PartitionImage partition) {
    edited.computeIfAbsent(topicId, id -> new ArrayList<>(state.topic(id).partitions())).set(partition.index(), partition);
  }

  /** Makes the edits. */
  void apply() {
    edited.forEach((id, partitions) -> {
      TopicImage topic = state.topic(id);
      state.putTopic(new TopicImage(topic.name(), id, topic.internal(), partitions));
    });
    edited.clear();
  }
}
