package io.margay.replication.internal.follow;

import io.margay.replication.internal.PartitionFollower;
import io.margay.replication.internal.ReplicationThrottles;

/** Slows the replicas of this broker that are throttled, until they have caught up. Safe for all threads. */
final class FollowerThrottle {
  private final ReplicationThrottles throttles;

  FollowerThrottle(ReplicationThrottles throttles) {
    this.throttles = throttles;
  }

  /** @return whether what is fetched now counts */
  boolean counts(PartitionFollower follower) {
    return throttles.slowsFollower(follower.id()) && !follower.caughtUp();
  }

  /** @param bytes were fetched */
  void take(int bytes) {
    throttles.fetching().take(bytes);
  }

  /** @return how many milliseconds to wait before the next fetch; 0 for none */
  long waitMs(PartitionFollower follower) {
    return counts(follower) ? throttles.fetching().waitMs() : 0;
  }
}
