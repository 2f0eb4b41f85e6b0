package io.margay.groups.internal;

import io.margay.spi.config.SettingValues;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.lease.LeaseSettings;
import java.util.Map;

/** How the topic of transactional ids is created. Every call gives the value of the moment. */
record TransactionTopicSettings(SettingValues values) implements CoordinatorFinder.Settings {
  @Override
  public int partitions() {
    return values.get(InternalTopicSettings.TRANSACTION_STATE_LOG_NUM_PARTITIONS);
  }

  @Override
  public int replicationFactor() {
    return values.get(InternalTopicSettings.TRANSACTION_STATE_LOG_REPLICATION_FACTOR);
  }

  @Override
  public Map<String, String> topicConfigs(int replicas) {
    int inSync = Math.min(replicas, values.get(InternalTopicSettings.TRANSACTION_STATE_LOG_MIN_ISR));
    return Map.of("cleanup.policy", "compact", "compression.type", "uncompressed", "unclean.leader.election.enable", "false",
        "min.insync.replicas", Integer.toString(inSync),
        "segment.bytes", Integer.toString(values.get(InternalTopicSettings.TRANSACTION_STATE_LOG_SEGMENT_BYTES)));
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
