package io.margay.groups.internal.offsets;

import io.margay.groups.internal.group.HeapSize;
import io.margay.groups.internal.group.ShardMemory;
import io.margay.model.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The committed offsets of a shard's groups, and those of transactions that are still open. Counts what they hold in the shard's
 * memory, which bounds them. Used with the shard held.
 */
public final class OffsetStore {
  /** Estimated bytes of a topic of a group, without its name, and of the maps around it. */
  private static final int TOPIC_BYTES = 240;
  /** Estimated bytes of the map of a group's topics. */
  private static final int GROUP_BYTES = 160;
  /** Estimated bytes that an offset of an open transaction needs beside itself. */
  private static final int OPEN_BYTES = 400;

  /** Takes offsets one after the other. */
  @FunctionalInterface
  interface Visitor {
    /** @return false to end the visit */
    boolean visit(String groupId, TopicPartition partition, CommittedOffset offset);
  }

  /**
   * An offset of an open transaction.
   *
   * @param order grows with each record
   * @param overtaken whether a record that came later counts already, so that this one never will
   */
  private record Open(CommittedOffset offset, long order, boolean overtaken) { }

  private final ShardMemory memory;
  private long order;
  /** group -> topic -> partition -> offset; inner maps are never empty. */
  private final Map<String, Map<String, TreeMap<Integer, CommittedOffset>>> committed = new HashMap<>();
  /** group -> partition -> producer id -> offset; inner maps are never empty. */
  private final Map<String, Map<TopicPartition, Map<Long, Open>>> open = new HashMap<>();
  /** producer id -> groups. Invariant: names every group in which {@code open} has an offset of the producer. */
  private final Map<Long, Set<String>> openGroups = new HashMap<>();

  /** @param memory counts what the offsets hold */
  public OffsetStore(ShardMemory memory) {
    this.memory = memory;
  }

  // ------------------------------------------------------------------------------------------------ reading

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
    return open.getOrDefault(groupId, Map.of()).containsKey(partition);
  }

  /**
   * @param groupId group id
   * @return whether a transaction that is still open commits offsets of the group
   */
  public boolean hasOpen(String groupId) {
    return open.containsKey(groupId);
  }

  /**
   * @param groupId group id
   * @return whether it has offsets, committed or in an open transaction
   */
  public boolean hasAny(String groupId) {
    return committed.containsKey(groupId) || open.containsKey(groupId);
  }

  /** What a commit adds to the memory, in bytes; negative when it takes less than what it replaces. */
  long costOf(String groupId, TopicPartition partition, CommittedOffset offset) {
    Map<String, TreeMap<Integer, CommittedOffset>> topics = committed.get(groupId);
    TreeMap<Integer, CommittedOffset> of = topics == null ? null : topics.get(partition.topic());
    CommittedOffset before = of == null ? null : of.get(partition.partition());
    return offset.bytes() - (before == null ? 0 : before.bytes()) + (topics == null ? GROUP_BYTES : 0)
        + (of == null ? costOf(partition.topic()) : 0);
  }

  private static long costOf(String topic) {
    return TOPIC_BYTES + HeapSize.of(topic);
  }

  void forEach(Visitor visitor) {
    for (Map.Entry<String, Map<String, TreeMap<Integer, CommittedOffset>>> group : committed.entrySet()) {
      for (Map.Entry<String, TreeMap<Integer, CommittedOffset>> topic : group.getValue().entrySet()) {
        for (Map.Entry<Integer, CommittedOffset> p : topic.getValue().entrySet()) {
          if (!visitor.visit(group.getKey(), new TopicPartition(topic.getKey(), p.getKey()), p.getValue())) {
            return;
          }
        }
      }
    }
    for (Map.Entry<String, Map<TopicPartition, Map<Long, Open>>> group : open.entrySet()) {
      for (Map.Entry<TopicPartition, Map<Long, Open>> p : group.getValue().entrySet()) {
        if (get(group.getKey(), p.getKey()) == null
            && !visitor.visit(group.getKey(), p.getKey(), p.getValue().values().iterator().next().offset())) {
          return;
        }
      }
    }
  }

  // ------------------------------------------------------------------------------------------------ changing

  void put(String groupId, TopicPartition partition, CommittedOffset offset) {
    putCommitted(groupId, partition, offset);
    overtake(groupId, partition, order);
  }

  private void putCommitted(String groupId, TopicPartition partition, CommittedOffset offset) {
    memory.add(costOf(groupId, partition, offset));
    TreeMap<Integer, CommittedOffset> of = committed.computeIfAbsent(groupId, g -> new HashMap<>(4))
        .computeIfAbsent(partition.topic(), t -> new TreeMap<>());
    CommittedOffset neighbour = of.isEmpty() ? null : of.firstEntry().getValue();
    boolean same = neighbour != null && neighbour.topicId().equals(offset.topicId());
    of.put(partition.partition(), same ? offset.sharing(neighbour.topicId()) : offset);
  }

  /** What open transactions have written up to some record does not count when they are committed. */
  private void overtake(String groupId, TopicPartition partition, long upTo) {
    Map<TopicPartition, Map<Long, Open>> openOf = open.get(groupId);
    Map<Long, Open> producers = openOf == null ? null : openOf.get(partition);
    if (producers != null) {
      producers.replaceAll((id, o) -> o.order <= upTo ? new Open(o.offset, o.order, true) : o);
    }
  }

  void putOpen(long producerId, String groupId, TopicPartition partition, CommittedOffset offset) {
    Open before = open.computeIfAbsent(groupId, g -> new HashMap<>(4))
        .computeIfAbsent(partition, p -> new HashMap<>(2)).put(producerId, new Open(offset, ++order, false));
    memory.add(costOfOpen(offset) - (before == null ? 0 : costOfOpen(before.offset)));
    openGroups.computeIfAbsent(producerId, p -> new HashSet<>(2)).add(groupId);
  }

  private static long costOfOpen(CommittedOffset offset) {
    return OPEN_BYTES + offset.bytes();
  }

  void remove(String groupId, TopicPartition partition) {
    Map<TopicPartition, Map<Long, Open>> openOf = open.get(groupId);
    Map<Long, Open> gone = openOf == null ? null : openOf.remove(partition);
    if (gone != null) {
      gone.values().forEach(o -> memory.add(-costOfOpen(o.offset)));
      dropOpenIfEmpty(groupId, openOf);
    }
    removeCommitted(groupId, partition);
  }

  private void dropOpenIfEmpty(String groupId, Map<TopicPartition, Map<Long, Open>> openOf) {
    if (openOf.isEmpty()) {
      open.remove(groupId);
      openGroups.values().removeIf(groups -> groups.remove(groupId) && groups.isEmpty());
    }
  }

  private void removeCommitted(String groupId, TopicPartition partition) {
    Map<String, TreeMap<Integer, CommittedOffset>> topics = committed.get(groupId);
    TreeMap<Integer, CommittedOffset> of = topics == null ? null : topics.get(partition.topic());
    CommittedOffset offset = of == null ? null : of.remove(partition.partition());
    if (offset == null) {
      return;
    }
    memory.add(-offset.bytes());
    if (of.isEmpty()) {
      memory.add(-costOf(partition.topic()));
      topics.remove(partition.topic());
      if (topics.isEmpty()) {
        memory.add(-GROUP_BYTES);
        committed.remove(groupId);
      }
    }
  }

  /**
   * Drops all offsets of a group from memory, though the log may have them.
   *
   * @param groupId group id
   */
  public void drop(String groupId) {
    List<TopicPartition> all = new ArrayList<>();
    topics(groupId).forEach((topic, of) -> of.keySet().forEach(p -> all.add(new TopicPartition(topic, p))));
    all.addAll(open.getOrDefault(groupId, Map.of()).keySet());
    all.forEach(tp -> remove(groupId, tp));
  }

  void endTransaction(long producerId, boolean commit) {
    Set<String> groups = openGroups.remove(producerId);
    if (groups == null) {
      return;
    }
    for (String groupId : groups) {
      Map<TopicPartition, Map<Long, Open>> openOf = open.get(groupId);
      for (TopicPartition tp : openOf == null ? List.<TopicPartition>of() : List.copyOf(openOf.keySet())) {
        end(producerId, commit, groupId, tp, openOf);
      }
      if (openOf != null && openOf.isEmpty()) {
        open.remove(groupId);
      }
    }
  }

  private void end(long producerId, boolean commit, String groupId, TopicPartition tp, Map<TopicPartition, Map<Long, Open>> openOf) {
    Map<Long, Open> producers = openOf.get(tp);
    Open ended = producers.remove(producerId);
    if (ended == null) {
      return;
    }
    memory.add(-costOfOpen(ended.offset));
    if (producers.isEmpty()) {
      openOf.remove(tp);
    }
    if (commit && !ended.overtaken) {
      putCommitted(groupId, tp, ended.offset);
      overtake(groupId, tp, ended.order);
    }
  }
}
