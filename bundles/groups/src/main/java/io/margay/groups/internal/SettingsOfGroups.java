package io.margay.groups.internal;

import io.margay.groups.internal.group.GroupConfig;
import io.margay.spi.config.SettingValues;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.lease.LeaseSettings;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The node's settings as this bundle needs them. Every call gives the value of the moment. */
record SettingsOfGroups(SettingValues values) implements GroupConfig, CoordinatorFinder.Settings {
  /** Without a setting, groups may take this part of the largest heap. */
  private static final int HEAP_PARTS = 8;

  @Override
  public int initialRebalanceDelayMs() {
    return values.get(CoordinatorSettings.GROUP_INITIAL_REBALANCE_DELAY_MS);
  }

  @Override
  public int minSessionTimeoutMs() {
    return values.get(CoordinatorSettings.GROUP_MIN_SESSION_TIMEOUT_MS);
  }

  @Override
  public int maxSessionTimeoutMs() {
    return values.get(CoordinatorSettings.GROUP_MAX_SESSION_TIMEOUT_MS);
  }

  @Override
  public int maxSize() {
    return values.get(CoordinatorSettings.GROUP_MAX_SIZE);
  }

  @Override
  public int offsetMetadataMaxBytes() {
    return values.get(CoordinatorSettings.OFFSET_METADATA_MAX_BYTES);
  }

  @Override
  public long offsetsRetentionMs() {
    return TimeUnit.MINUTES.toMillis(values.get(CoordinatorSettings.OFFSETS_RETENTION_MINUTES));
  }

  @Override
  public long memoryBytes() {
    long bytes = values.get(CoordinatorSettings.MARGAY_GROUPS_MEMORY_BYTES);
    return bytes >= 0 ? bytes : Runtime.getRuntime().maxMemory() / HEAP_PARTS;
  }

  @Override
  public long shardMemoryBytes() {
    long bytes = values.get(CoordinatorSettings.MARGAY_GROUPS_SHARD_MEMORY_BYTES);
    return bytes >= 0 ? bytes : memoryBytes() / 2;
  }

  @Override
  public int idMaxLength() {
    return values.get(CoordinatorSettings.MARGAY_GROUPS_ID_MAX_LENGTH);
  }

  @Override
  public int memberProtocolsMax() {
    return values.get(CoordinatorSettings.MARGAY_GROUPS_MEMBER_PROTOCOLS_MAX);
  }

  @Override
  public int memberMetadataMaxBytes() {
    return values.get(CoordinatorSettings.MARGAY_GROUPS_MEMBER_METADATA_MAX_BYTES);
  }

  @Override
  public int partitions() {
    return values.get(InternalTopicSettings.OFFSETS_TOPIC_NUM_PARTITIONS);
  }

  @Override
  public int replicationFactor() {
    return values.get(InternalTopicSettings.OFFSETS_TOPIC_REPLICATION_FACTOR);
  }

  @Override
  public Map<String, String> topicConfigs(int replicas) {
    return Map.of("cleanup.policy", "compact", "compression.type", "producer",
        "segment.bytes", Integer.toString(values.get(CoordinatorSettings.OFFSETS_TOPIC_SEGMENT_BYTES)));
  }

  @Override
  public int waitMs() {
    return values.get(CoordinatorSettings.REQUEST_TIMEOUT_MS) / 2;
  }

  @Override
  public int shardWaitMs() {
    return values.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS);
  }
}
