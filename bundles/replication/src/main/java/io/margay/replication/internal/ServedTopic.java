package io.margay.replication.internal;

import java.util.UUID;

/**
 * What the handlers need to know about one topic of the cluster. The replicas of this node are at their index, the others are null.
 */
public final class ServedTopic {
  private final String name;
  private final UUID id;
  private final boolean internal;
  private final LocalReplica[] replicas;
  private volatile ThrottledReplicas throttled;

  ServedTopic(String name, UUID id, boolean internal, LocalReplica[] replicas, ThrottledReplicas throttled) {
    this.name = name;
    this.id = id;
    this.internal = internal;
    this.replicas = replicas;
    this.throttled = throttled;
  }

  /** @return its name */
  public String name() {
    return name;
  }

  /** @return its id */
  public UUID id() {
    return id;
  }

  /** @return whether it is an internal topic */
  public boolean internal() {
    return internal;
  }

  /** Which replicas of this node are throttled. */
  ThrottledReplicas throttled() {
    return throttled;
  }

  void throttled(ThrottledReplicas changed) {
    throttled = changed;
  }

  /** @return how many partitions it has */
  public int partitions() {
    return replicas.length;
  }

  /**
   * @param index any number
   * @return whether the topic has that partition
   */
  public boolean has(int index) {
    return index >= 0 && index < replicas.length;
  }

  /**
   * @param index any number
   * @return this node's replica, or null when there is none or no such partition
   */
  public LocalReplica replica(int index) {
    return index >= 0 && index < replicas.length ? replicas[index] : null;
  }
}
