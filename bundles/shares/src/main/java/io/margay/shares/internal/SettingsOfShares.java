package io.margay.shares.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.ConfigResource;
import io.margay.model.BrokerId;
import io.margay.shares.internal.fetch.ShareCluster;
import io.margay.shares.internal.leader.ShareEnvironment;
import io.margay.shares.internal.letters.LetterSettings;
import io.margay.shares.internal.partition.ShareLimits;
import io.margay.shares.internal.state.StateConfig;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.lease.LeaseSettings;
import java.util.Map;

/** The settings of share groups, and what is asked of the cluster. Every call gives the value of the moment. */
record SettingsOfShares(NodeSettings values, ClusterMetadata metadata) implements StateConfig, ShareEnvironment.Groups, ShareCluster,
    LetterSettings {
  private static final int HEAP_PARTS = 32;
  private static final short FIRST_WITH_DEAD_LETTERS = 2;
  private static final int MAX_BYTES = 55 << 20;

  // ------------------------------------------------------------------------------------------------ groups

  private int within(int value, Setting<Integer> least, Setting<Integer> most) {
    return Math.max(values.get(least), Math.min(values.get(most), value));
  }

  private Map<String, String> own(String groupId) {
    return metadata.image().config(new ConfigResource(ConfigResource.Type.GROUP, groupId));
  }

  /** A setting of the group; of the node when the group has none. */
  private int of(String groupId, Setting<Integer> group, Setting<Integer> node) {
    Map<String, String> own = own(groupId);
    return own.containsKey(group.name()) ? values.topic(own).get(group) : values.get(node);
  }

  @Override
  public String autoOffsetReset(String groupId) {
    return values.topic(own(groupId)).get(ShareSettings.SHARE_AUTO_OFFSET_RESET);
  }

  @Override
  public ShareLimits limits(String groupId) {
    return new ShareLimits() {
      @Override
      public int lockMs() {
        return within(of(groupId, ShareSettings.SHARE_RECORD_LOCK_DURATION_MS, ShareSettings.GROUP_SHARE_RECORD_LOCK_DURATION_MS),
            ShareSettings.GROUP_SHARE_MIN_RECORD_LOCK_DURATION_MS, ShareSettings.GROUP_SHARE_MAX_RECORD_LOCK_DURATION_MS);
      }

      @Override
      public int deliveryLimit() {
        return within(of(groupId, ShareSettings.SHARE_DELIVERY_COUNT_LIMIT, ShareSettings.GROUP_SHARE_DELIVERY_COUNT_LIMIT),
            ShareSettings.GROUP_SHARE_MIN_DELIVERY_COUNT_LIMIT, ShareSettings.GROUP_SHARE_MAX_DELIVERY_COUNT_LIMIT);
      }

      @Override
      public int maxLocks() {
        return within(of(groupId, ShareSettings.SHARE_PARTITION_MAX_RECORD_LOCKS, ShareSettings.GROUP_SHARE_PARTITION_MAX_RECORD_LOCKS),
            ShareSettings.GROUP_SHARE_MIN_PARTITION_MAX_RECORD_LOCKS, ShareSettings.GROUP_SHARE_MAX_PARTITION_MAX_RECORD_LOCKS);
      }

      @Override
      public boolean readCommitted() {
        return values.topic(own(groupId)).get(ShareSettings.SHARE_ISOLATION_LEVEL).equals("read_committed");
      }

      @Override
      public boolean deadLetters() {
        return !letterTopic(groupId).isEmpty();
      }

      @Override
      public boolean mayRenew() {
        return values.topic(own(groupId)).get(ShareSettings.SHARE_RENEW_ACKNOWLEDGE_ENABLE);
      }
    };
  }

  @Override
  public String letterTopic(String groupId) {
    return image().features().getOrDefault("share.version", (short) 0) < FIRST_WITH_DEAD_LETTERS ? ""
        : values.topic(own(groupId)).get(ShareSettings.DEAD_LETTERS_TOPIC);
  }

  @Override
  public boolean copiesRecords(String groupId) {
    return values.topic(own(groupId)).get(ShareSettings.DEAD_LETTERS_COPY_RECORD);
  }

  @Override
  public String prefix() {
    return values.get(ShareSettings.DEAD_LETTERS_PREFIX);
  }

  @Override
  public boolean createsTopics() {
    return values.get(ShareSettings.DEAD_LETTERS_AUTO_CREATE_TOPICS);
  }

  @Override
  public boolean isDeadLetterTopic(String topic) {
    return values.topic(image().config(new ConfigResource(ConfigResource.Type.TOPIC, topic))).get(ShareSettings.DEAD_LETTERS_GROUP_ENABLE);
  }

  // ------------------------------------------------------------------------------------------------ the node

  @Override
  public ClusterImage image() {
    return metadata.image();
  }

  @Override
  public BrokerId self() {
    return values.nodeId();
  }

  @Override
  public int waitMs() {
    return shardWaitMs();
  }

  @Override
  public int maxBytes() {
    Setting<?> setting = values.definition(Setting.Scope.BROKER, "fetch.max.bytes");
    return setting == null ? MAX_BYTES : (Integer) values.get(setting);
  }

  @Override
  public int maxPartitions() {
    return values.get(ShareSettings.MARGAY_SHARES_SESSION_PARTITIONS_MAX);
  }

  @Override
  public int updatesPerSnapshot() {
    return values.get(ShareSettings.SNAPSHOT_UPDATE_RECORDS_PER_SNAPSHOT);
  }

  @Override
  public int coldSnapshotMs() {
    return values.get(ShareSettings.COLD_PARTITION_SNAPSHOT_INTERVAL_MS);
  }

  @Override
  public long memoryBytes() {
    long bytes = values.get(ShareSettings.MARGAY_SHARES_MEMORY_BYTES);
    return bytes >= 0 ? bytes : Runtime.getRuntime().maxMemory() / HEAP_PARTS;
  }

  @Override
  public int shardWaitMs() {
    return values.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS);
  }
}
