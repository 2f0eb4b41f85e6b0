package io.margay.groups.internal;

import io.margay.spi.config.SettingValues;
import io.margay.spi.controller.InternalTopicSettings;
import io.margay.spi.lease.LeaseSettings;
import java.util.Map;

/** How the topic of share states is created. Every call gives the value of the moment. */
record ShareTopicSettings(SettingValues values) implements CoordinatorFinder.Settings {
  @Override
  public int partitions() {
    return values.get(InternalTopicSettings.SHARE_COORDINATOR_STATE_TOPIC_NUM_PARTITIONS);
  }

  @Override
  public int replicationFactor() {
    return values.get(InternalTopicSettings.SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR);
  }

  @Override
  public Map<String, String> topicConfigs(int replicas) {
    int inSync = Math.min(replicas, values.get(InternalTopicSettings.SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR));
    // not compacted: an update does not replace the one before. The share coordinator deletes what snapshots have made superfluous
    return Map.of("cleanup.policy", "delete", "retention.ms", "-1", "retention.bytes", "-1", "compression.type", "producer",
        "unclean.leader.election.enable", "false", "min.insync.replicas", Integer.toString(inSync),
        "segment.bytes", Integer.toString(values.get(InternalTopicSettings.SHARE_COORDINATOR_STATE_TOPIC_SEGMENT_BYTES)));
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
