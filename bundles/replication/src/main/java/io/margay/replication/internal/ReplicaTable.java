package io.margay.replication.internal;

import io.margay.protocol.Errors;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Finds topics and their local replicas without allocating. Written by the image thread, read by all threads. */
public final class ReplicaTable {
  private final Map<String, ServedTopic> byName = new ConcurrentHashMap<>();
  private final Map<UUID, ServedTopic> byId = new ConcurrentHashMap<>();
  private final AtomicInteger paused = new AtomicInteger();

  /**
   * @param name a topic's name, not null
   * @return the topic, or null
   */
  public ServedTopic topic(String name) {
    return byName.get(name);
  }

  /**
   * @param id a topic's id, not null
   * @return the topic, or null
   */
  public ServedTopic topic(UUID id) {
    return byId.get(id);
  }

  /**
   * @param name a topic's name
   * @param index a partition's index
   * @return this node's replica, or null
   */
  public LocalReplica replica(String name, int index) {
    ServedTopic topic = byName.get(name);
    return topic == null ? null : topic.replica(index);
  }

  /**
   * @param name a topic's name
   * @param index a partition's index
   * @return this node's leadership, or null; then {@link #whyNoLeader} gives the reason
   */
  public PartitionLeader leader(String name, int index) {
    LocalReplica replica = replica(name, index);
    return replica == null ? null : replica.leader();
  }

  /**
   * @param name a topic's name
   * @param index a partition's index
   * @return the error for a client that asked for a partition that is not led here
   */
  public Errors whyNoLeader(String name, int index) {
    ServedTopic topic = byName.get(name);
    if (topic == null || !topic.has(index)) {
      return Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }
    LocalReplica replica = topic.replica(index);
    return replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.leaderError();
  }

  /** @return all topics */
  public Collection<ServedTopic> topics() {
    return byName.values();
  }

  /** @return whether a log is being opened or is suspended now. While false, callers may skip the per-replica check. */
  public boolean anyPaused() {
    return paused.get() > 0;
  }

  void beginPause() {
    paused.incrementAndGet();
  }

  void endPause() {
    paused.decrementAndGet();
  }

  void put(ServedTopic topic) {
    byName.put(topic.name(), topic);
    byId.put(topic.id(), topic);
  }

  void remove(ServedTopic topic) {
    byName.remove(topic.name(), topic);
    byId.remove(topic.id());
  }
}
