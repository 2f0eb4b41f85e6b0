package io.margay.controller.internal.state;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.TopicImage;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/** Collects what changed since the last image. What came and went in between is left out. */
final class DeltaBuilder {
  private final Map<UUID, TopicImage> changedTopics = new HashMap<>();
  private final Map<UUID, TopicImage> deletedTopics = new HashMap<>();
  private final Set<UUID> newTopics = new HashSet<>();
  /** Topics as they were in the last image, when they were changed since. */
  private final Map<UUID, TopicImage> topicsBefore = new HashMap<>();
  private final Set<ConfigResource> changedConfigs = new HashSet<>();
  private boolean brokersChanged;
  private boolean othersChanged;

  void brokersChanged() {
    brokersChanged = true;
  }

  /** The ACLs, or the id of the cluster. */
  void othersChanged() {
    othersChanged = true;
  }

  /** @param before the topic until now, null when it is new */
  void topicChanged(TopicImage topic, TopicImage before) {
    changedTopics.put(topic.id(), topic);
    if (before == null) {
      newTopics.add(topic.id());
    } else if (!newTopics.contains(topic.id())) {
      topicsBefore.putIfAbsent(topic.id(), before);
    }
  }

  void topicDeleted(TopicImage topic) {
    changedTopics.remove(topic.id());
    topicsBefore.remove(topic.id());
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
   * @param stateBefore the topics of the state before
   * @param configsBefore the resources that had overrides before
   */
  void replaces(DeltaBuilder before, Collection<TopicImage> stateBefore, Set<ConfigResource> configsBefore) {
    Map<UUID, TopicImage> published = new HashMap<>(before.deletedTopics);
    stateBefore.stream().filter(t -> !before.newTopics.contains(t.id()))
        .forEach(t -> published.put(t.id(), before.topicsBefore.getOrDefault(t.id(), t)));
    published.forEach((id, topic) -> {
      newTopics.remove(id);
      if (changedTopics.containsKey(id)) {
        topicsBefore.put(id, topic);
      } else {
        deletedTopics.put(id, topic);
      }
    });
    changedConfigs.addAll(before.changedConfigs);
    changedConfigs.addAll(configsBefore);
    brokersChanged = true;
    othersChanged = true;
  }

  /** The changes so far; none are left here. */
  ClusterDelta take() {
    ClusterDelta taken = new ClusterDelta(false, new LinkedHashSet<>(changedTopics.values()), new LinkedHashSet<>(deletedTopics.values()),
        changedConfigs, brokersChanged, topicsBefore, othersChanged);
    changedTopics.clear();
    deletedTopics.clear();
    newTopics.clear();
    topicsBefore.clear();
    changedConfigs.clear();
    brokersChanged = false;
    othersChanged = false;
    return taken;
  }
}
