package io.margay.replication.internal;

import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
import io.margay.spi.config.NodeSettings;

/** How fast this broker sends to, and fetches for, replicas that catch up and that their topic lists as throttled. */
public final class ReplicationThrottles implements AutoCloseable {
  private final ReplicaTable table;
  private final ReplicationThrottle sending;
  private final ReplicationThrottle fetching;
  private final NodeSettings.Registration registration;

  ReplicationThrottles(ReplicaTable table, NodeSettings settings, Clock clock) {
    this.table = table;
    this.sending = new ReplicationThrottle(clock);
    this.fetching = new ReplicationThrottle(clock);
    this.registration = settings.onChange(names -> follow(settings));
    follow(settings);
  }

  private void follow(NodeSettings settings) {
    sending.rate(settings.get(ReplicaSettings.LEADER_REPLICATION_THROTTLED_RATE));
    fetching.rate(settings.get(ReplicaSettings.FOLLOWER_REPLICATION_THROTTLED_RATE));
  }

  /** @return what leaders share */
  public ReplicationThrottle sending() {
    return sending;
  }

  /** @return what followers share */
  public ReplicationThrottle fetching() {
    return fetching;
  }

  /**
   * @param id a partition that this broker leads
   * @return whether followers that catch up are slowed
   */
  public boolean slowsLeader(TopicIdPartition id) {
    return sending.limited() && throttled(id).leader(id.partition());
  }

  /**
   * @param id a partition that this broker follows
   * @return whether it is slowed while it catches up
   */
  public boolean slowsFollower(TopicIdPartition id) {
    return fetching.limited() && throttled(id).follower(id.partition());
  }

  private ThrottledReplicas throttled(TopicIdPartition id) {
    ServedTopic topic = table.topic(id.topicId());
    return topic == null ? ThrottledReplicas.NONE : topic.throttled();
  }

  @Override
  public void close() {
    registration.close();
  }
}
