package io.margay.groups.internal.group;

/** The settings of groups, always the newest. Times are milliseconds. */
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

  /** @return {@code margay.groups.memory.bytes}, resolved to a number of bytes */
  long memoryBytes();

  /** @return {@code margay.groups.shard.memory.bytes}, resolved to a number of bytes */
  long shardMemoryBytes();

  /** @return {@code margay.groups.id.max.length} */
  int idMaxLength();

  /** @return {@code margay.groups.member.protocols.max} */
  int memberProtocolsMax();

  /** @return {@code margay.groups.member.metadata.max.bytes} */
  int memberMetadataMaxBytes();
}
