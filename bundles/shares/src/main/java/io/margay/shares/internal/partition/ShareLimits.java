package io.margay.shares.internal.partition;

/** The settings of one share group that its share partitions follow, always the newest. Times are milliseconds. */
public interface ShareLimits {
  /** @return {@code share.record.lock.duration.ms} */
  int lockMs();

  /** @return {@code share.delivery.count.limit} */
  int deliveryLimit();

  /** @return {@code share.partition.max.record.locks} */
  int maxLocks();

  /** @return whether {@code share.isolation.level} is read_committed */
  boolean readCommitted();

  /** @return whether the group has a dead letter queue */
  boolean deadLetters();

  /** @return whether {@code share.renew.acknowledge.enable} is set */
  boolean mayRenew();
}
