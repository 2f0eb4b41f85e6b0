package io.margay.groups.internal.offsets;

import io.margay.model.TopicPartition;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The committed offsets of a shard's groups, and those of transactions that are still open. Used with the shard held. */
public final class OffsetStore {
  /** group -> topic -> partition -> offset; inner maps are never empty. */
  private final Map<String, Map<String, TreeMap<Integer, CommittedOffset>>> committed = new HashMap<>();
  /** producer id -> group -> partition -> offset. */
  private final Map<Long, Map<String, Map<TopicPartition, CommittedOffset>>> open = new HashMap<>();

  /**
   * @param groupId group id
   * @param partition a partition
   * @return what is committed, or null
   */
  public CommittedOffset get(String groupId, TopicPartition partition) {
    Map<Integer, CommittedOffset> of = topics(groupId).get(partition.topic());
    return of == null ? null : of.get(partition.partition());
  }

  /**
   * @param groupId group id
   * @return offsets by topic and partition; a view, empty when there are none
   */
  public Map<String, TreeMap<Integer, CommittedOffset>> topics(String groupId) {
    return committed.getOrDefault(groupId, Map.of());
  }

  /**
   * @param groupId group id
   * @param partition a partition
   * @return whether a transaction that is still open commits an offset for it
   */
  public boolean isUnstable(String groupId, TopicPartition partition) {
    for (Map<String, Map<TopicPartition, CommittedOffset>> ofProducer : open.values()) {
      if (ofProducer.getOrDefault(groupId, Map.of()).containsKey(partition)) {
        return true;
      }
    }
    return false;
  }

  /**
   * @param groupId group id
   * @return whether a transaction that is still open commits offsets of the group
   */
  public boolean hasOpen(String groupId) {
    return open.values().stream().anyMatch(m -> m.containsKey(groupId));
  }

  void put(String groupId, TopicPartition partition, CommittedOffset offset) {
    committed.computeIfAbsent(groupId, g -> new HashMap<>()).computeIfAbsent(partition.topic(), t -> new TreeMap<>())
        .put(partition.partition(), offset);
  }

  void putOpen(long producerId, String groupId, TopicPartition partition, CommittedOffset offset) {
    open.computeIfAbsent(producerId, p -> new HashMap<>()).computeIfAbsent(groupId, g -> new HashMap<>()).put(partition, offset);
  }

  void remove(String groupId, TopicPartition partition) {
    for (Map<String, Map<TopicPartition, CommittedOffset>> ofProducer : open.values()) {
      Map<TopicPartition, CommittedOffset> of = ofProducer.get(groupId);
      if (of != null) {
        of.remove(partition);
        if (of.isEmpty()) {
          ofProducer.remove(groupId);
        }
      }
    }
    open.values().removeIf(Map::isEmpty);
    Map<String, TreeMap<Integer, CommittedOffset>> topics = committed.get(groupId);
    TreeMap<Integer, CommittedOffset> of = topics == null ? null : topics.get(partition.topic());
    if (of != null && of.remove(partition.partition()) != null && of.isEmpty()) {
      topics.remove(partition.topic());
      if (topics.isEmpty()) {
        committed.remove(groupId);
      }
    }
  }

  void endTransaction(long producerId, boolean commit) {
    Map<String, Map<TopicPartition, CommittedOffset>> ended = open.remove(producerId);
    if (commit && ended != null) {
      ended.forEach((group, of) -> of.forEach((tp, offset) -> put(group, tp, offset)));
    }
  }

  /**
   * @param topic a topic's name
   * @param found told group and partition of every offset of the topic, committed or in an open transaction
   */
  void forTopic(String topic, BiConsumer<String, TopicPartition> found) {
    committed.forEach((group, topics) -> topics.getOrDefault(topic, new TreeMap<>()).keySet()
        .forEach(p -> found.accept(group, new TopicPartition(topic, p))));
    open.values().forEach(m -> m.forEach((group, of) -> of.keySet().forEach(tp -> {
      if (tp.topic().equals(topic) && get(group, tp) == null) {
        found.accept(group, tp);
      }
    })));
  }
}
