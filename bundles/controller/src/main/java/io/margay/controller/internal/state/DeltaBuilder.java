package io.margay.controller.internal.state;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Collects what changed since the last image. What came and went in between is left out. */
final class DeltaBuilder {
  private final Map<UUID, TopicImage> changedTopics = new HashMap<>();
  private final Map<UUID, TopicImage> deletedTopics = new HashMap<>();
  private final Set<UUID> newTopics = new HashSet<>();
  private final Set<ConfigResource> changedConfigs = new HashSet<>();
  private boolean brokersChanged;

  void brokersChanged() {
    brokersChanged = true;
  }

  void topicChanged(TopicImage topic, boolean isNew) {
    changedTopics.put(topic.id(), topic);
    if (isNew) {
      newTopics.add(topic.id());
    }
  }

  void topicDeleted(TopicImage topic) {
    changedTopics.remove(topic.id());
    if (!newTopics.remove(topic.id())) {
      deletedTopics.put(topic.id(), topic);
    }
  }

  void configChanged(ConfigResource resource) {
    changedConfigs.add(resource);
  }

  /**
   * Takes over from the state that a snapshot replaced, after everything in the snapshot was reported here as new.
   *
   * @param before what was changed since the last image of the state before
   * @param topicsBefore the topics of the state before
   * @param configsBefore the resources that had overrides before
   */
  void replaces(DeltaBuilder before, Collection<TopicImage> topicsBefore, Set<ConfigResource> configsBefore) {
    Map<UUID, TopicImage> published = new HashMap<>(before.deletedTopics);
    topicsBefore.stream().filter(t -> !before.newTopics.contains(t.id())).forEach(t -> published.put(t.id(), t));
    published.forEach((id, topic) -> {
      newTopics.remove(id);
      if (!changedTopics.containsKey(id)) {
        deletedTopics.put(id, topic);
      }
    });
    changedConfigs.addAll(before.changedConfigs);
    changedConfigs.addAll(configsBefore);
    brokersChanged = true;
  }

  /** The changes so far; none are left here. */
  ClusterDelta take() {
    ClusterDelta taken = new ClusterDelta(false, Set.copyOf(changedTopics.values()), Set.copyOf(deletedTopics.values()),
        changedConfigs, brokersChanged);
    changedTopics.clear();
    deletedTopics.clear();
    newTopics.clear();
    changedConfigs.clear();
    brokersChanged = false;
    return taken;
  }
}
