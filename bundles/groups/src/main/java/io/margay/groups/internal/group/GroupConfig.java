package io.margay.groups.internal.classic;

/** The settings that the groups go by, always the newest. Times are milliseconds. */
public interface GroupConfig {
  /** @return {@code group.initial.rebalance.delay.ms} */
  int initialRebalanceDelayMs();

  /** @return {@code group.min.session.timeout.ms} */
  int minSessionTimeoutMs();

  /** @return {@code group.max.session.timeout.ms} */
  int maxSessionTimeoutMs();

  /** @return {@code group.max.size} */
  int maxSize();

  /** @return {@code offset.metadata.max.bytes} */
  int offsetMetadataMaxBytes();

  /** @return {@code offsets.retention.minutes} as milliseconds */
  long offsetsRetentionMs();
}
