package io.margay.replication.internal;

import io.margay.model.BrokerId;
import io.margay.spi.config.SettingValues;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The partitions of one topic whose replica on this broker is throttled.
 *
 * @param asLeader while it leads
 * @param asFollower while it follows
 */
record ThrottledReplicas(IntPredicate asLeader, IntPredicate asFollower) {
  static final ThrottledReplicas NONE = new ThrottledReplicas(partition -> false, partition -> false);

  /** @param topic the values of the topic */
  static ThrottledReplicas of(SettingValues topic, BrokerId self) {
    List<String> leader = topic.get(ReplicaSettings.LEADER_REPLICATION_THROTTLED_REPLICAS);
    List<String> follower = topic.get(ReplicaSettings.FOLLOWER_REPLICATION_THROTTLED_REPLICAS);
    return leader.isEmpty() && follower.isEmpty() ? NONE : new ThrottledReplicas(named(leader, self), named(follower, self));
  }

  private static IntPredicate named(List<String> entries, BrokerId self) {
    if (entries.contains("*")) {
      return partition -> true;
    }
    Set<String> names = Set.copyOf(entries);
    return partition -> names.contains(partition + ":" + self.value());
  }

  boolean leader(int partition) {
    return asLeader.test(partition);
  }

  boolean follower(int partition) {
    return asFollower.test(partition);
  }
}
