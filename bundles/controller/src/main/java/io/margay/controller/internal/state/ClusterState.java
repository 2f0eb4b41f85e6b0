package io.margay.controller.internal.state;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterSettings;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.DelegationToken;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicNames;
import io.margay.model.acl.Acl;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * The state that commands change: what the image shows, and a little more that only commands need. All changes go through its
 * methods, which keep the indexes and the delta right. Guarded by {@link MetadataStateMachine}.
 *
 * <p>Invariants: {@code topicNames} is the inverse of the ids in {@code topics}; {@code collisions} counts the names with a dot
 * or an underscore by their form with underscores only; a topic that is gone has no configs.
 */
final class ClusterState {
  private String clusterId = "";
  private BrokerId controller = BrokerId.NONE;
  private SortedMap<BrokerId, BrokerImage> brokers = Collections.emptySortedMap();
  private final Map<BrokerId, Registration> registrations = new TreeMap<>();
  private final CopyOnWriteMap<String, TopicImage> topics = new CopyOnWriteMap<>();
  private final CopyOnWriteMap<UUID, String> topicNames = new CopyOnWriteMap<>();
  private final CopyOnWriteMap<ConfigResource, Map<String, String>> configs = new CopyOnWriteMap<>();
  private final Map<String, String> collisions = new HashMap<>();
  private SortedMap<String, Short> features = Collections.emptySortedMap();
  private final NavigableSet<Acl> acls = new TreeSet<>();
  /** The rules as the last image had them; null when they have changed since. */
  private List<Acl> sharedAcls = List.of();
  private final CopyOnWriteMap<String, DelegationToken> tokens = new CopyOnWriteMap<>();
  private long nextProducerId;
  private final DeltaBuilder delta = new DeltaBuilder();

  DeltaBuilder delta() {
    return delta;
  }

  String clusterId() {
    return clusterId;
  }

  void setClusterId(String id) {
    clusterId = id;
    delta.othersChanged();
  }

  BrokerId controller() {
    return controller;
  }

  void setController(BrokerId id) {
    if (!controller.equals(id)) {
      controller = id;
      delta.brokersChanged();
    }
  }

  SortedMap<BrokerId, BrokerImage> brokers() {
    return brokers;
  }

  /** What is kept of each broker besides its image. */
  Map<BrokerId, Registration> registrations() {
    return registrations;
  }

  void putBroker(BrokerImage broker, Registration registration) {
    SortedMap<BrokerId, BrokerImage> copy = new TreeMap<>(brokers);
    copy.put(broker.id(), broker);
    brokers = Collections.unmodifiableSortedMap(copy);
    registrations.put(broker.id(), registration);
    delta.brokersChanged();
  }

  void removeBroker(BrokerId id) {
    SortedMap<BrokerId, BrokerImage> copy = new TreeMap<>(brokers);
    copy.remove(id);
    brokers = Collections.unmodifiableSortedMap(copy);
    registrations.remove(id);
    delta.brokersChanged();
  }

  Map<String, TopicImage> topics() {
    return topics.read();
  }

  TopicImage topic(UUID id) {
    String name = topicNames.read().get(id);
    return name == null ? null : topics.read().get(name);
  }

  /** A topic whose name cannot be told from {@code name} where dots become underscores, or null. */
  String collidingTopic(String name) {
    String form = TopicNames.collisionForm(name);
    return form == null ? null : collisions.get(form);
  }

  /** Adds a topic, or replaces the one with the same id. */
  void putTopic(TopicImage topic) {
    TopicImage before = topics.write().put(topic.name(), topic);
    if (before == null) {
      topicNames.write().put(topic.id(), topic.name());
      String form = TopicNames.collisionForm(topic.name());
      if (form != null) {
        collisions.put(form, topic.name());
      }
    }
    delta.topicChanged(topic, before);
  }

  /** Changes one partition; gives the same object back when nothing changes. */
  @FunctionalInterface
  interface PartitionChange {
    PartitionImage apply(String topic, PartitionImage partition);
  }

  /**
   * Applies a change to all partitions.
   *
   * @return how many have changed
   */
  int changePartitions(PartitionChange change) {
    List<TopicImage> changed = new ArrayList<>();
    int count = 0;
    for (TopicImage topic : topics.read().values()) {
      List<PartitionImage> partitions = null;
      for (PartitionImage before : topic.partitions()) {
        PartitionImage after = change.apply(topic.name(), before);
        if (after != before) {
          partitions = partitions == null ? new ArrayList<>(topic.partitions()) : partitions;
          partitions.set(before.index(), after);
          count++;
        }
      }
      if (partitions != null) {
        changed.add(new TopicImage(topic.name(), topic.id(), topic.internal(), partitions));
      }
    }
    changed.forEach(this::putTopic);
    return count;
  }

  /** Replaces one partition of a topic. */
  void putPartition(TopicImage topic, PartitionImage partition) {
    List<PartitionImage> partitions = new ArrayList<>(topic.partitions());
    partitions.set(partition.index(), partition);
    putTopic(new TopicImage(topic.name(), topic.id(), topic.internal(), partitions));
  }

  void removeTopic(TopicImage topic) {
    topics.write().remove(topic.name());
    topicNames.write().remove(topic.id());
    String form = TopicNames.collisionForm(topic.name());
    if (form != null) {
      collisions.remove(form, topic.name());
    }
    setConfig(ConfigResource.topic(topic.name()), Map.of());
    delta.topicDeleted(topic);
  }

  Map<String, String> config(ConfigResource resource) {
    return configs.read().getOrDefault(resource, Map.of());
  }

  Map<ConfigResource, Map<String, String>> configs() {
    return configs.read();
  }

  /** Replaces the overrides of a resource; empty takes them away. */
  void setConfig(ConfigResource resource, Map<String, String> overrides) {
    if (overrides.equals(config(resource))) {
      return;
    }
    if (overrides.isEmpty()) {
      configs.write().remove(resource);
    } else {
      configs.write().put(resource, Map.copyOf(overrides));
    }
    delta.configChanged(resource);
  }

  SortedMap<String, Short> features() {
    return features;
  }

  void setFeatures(SortedMap<String, Short> levels) {
    features = Collections.unmodifiableSortedMap(levels);
  }

  /** The rules of authorization, sorted. */
  List<Acl> acls() {
    if (sharedAcls == null) {
      sharedAcls = List.copyOf(acls);
    }
    return sharedAcls;
  }

  void addAcl(Acl acl) {
    if (acls.add(acl)) {
      sharedAcls = null;
      delta.othersChanged();
    }
  }

  /** Whether it was there. */
  boolean removeAcl(Acl acl) {
    boolean removed = acls.remove(acl);
    if (removed) {
      sharedAcls = null;
      delta.othersChanged();
    }
    return removed;
  }

  Map<String, DelegationToken> tokens() {
    return tokens.read();
  }

  void putToken(DelegationToken token) {
    tokens.write().put(token.id(), token);
  }

  void removeToken(String id) {
    tokens.write().remove(id);
  }

  long nextProducerId() {
    return nextProducerId;
  }

  void setNextProducerId(long next) {
    nextProducerId = next;
  }

  /** An image of the state now. */
  ClusterImage image(long offset) {
    return new ClusterImage(clusterId, offset, controller, brokers, new TopicsImage(topics.share(), topicNames.share()),
        new ClusterSettings(configs.share(), features, acls(), tokens.share()));
  }
}
