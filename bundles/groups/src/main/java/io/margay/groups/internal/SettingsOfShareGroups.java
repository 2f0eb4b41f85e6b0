package io.margay.groups.internal;

import io.margay.groups.internal.share.ShareConfig;
import io.margay.spi.config.NodeSettings;
import java.util.List;

/**
 * The settings of share groups: those of a single group, which are kept within the node's bounds, over those of the node. Every call gives the
 * value of the moment.
 */
record SettingsOfShareGroups(NodeSettings values, SettingsOfOneGroup group) implements ShareConfig {
  @Override
  public int sessionTimeoutMs(String groupId) {
    return group.within(groupId, GroupSettings.SHARE_SESSION_TIMEOUT_MS, ShareGroupSettings.GROUP_SHARE_SESSION_TIMEOUT_MS,
        ShareGroupSettings.GROUP_SHARE_MIN_SESSION_TIMEOUT_MS, ShareGroupSettings.GROUP_SHARE_MAX_SESSION_TIMEOUT_MS);
  }

  @Override
  public int heartbeatIntervalMs(String groupId) {
    return group.within(groupId, GroupSettings.SHARE_HEARTBEAT_INTERVAL_MS, ShareGroupSettings.GROUP_SHARE_HEARTBEAT_INTERVAL_MS,
        ShareGroupSettings.GROUP_SHARE_MIN_HEARTBEAT_INTERVAL_MS, ShareGroupSettings.GROUP_SHARE_MAX_HEARTBEAT_INTERVAL_MS);
  }

  @Override
  public int assignmentIntervalMs(String groupId) {
    return group.within(groupId, GroupSettings.SHARE_ASSIGNMENT_INTERVAL_MS, ShareGroupSettings.GROUP_SHARE_ASSIGNMENT_INTERVAL_MS,
        ShareGroupSettings.GROUP_SHARE_MIN_ASSIGNMENT_INTERVAL_MS, ShareGroupSettings.GROUP_SHARE_MAX_ASSIGNMENT_INTERVAL_MS);
  }

  @Override
  public int rebalanceHeartbeatIntervalMs() {
    return values.get(ConsumerGroupSettings.MARGAY_GROUPS_CONSUMER_REBALANCE_HEARTBEAT_INTERVAL_MS);
  }

  @Override
  public String assignor() {
    List<String> names = values.get(ShareGroupSettings.GROUP_SHARE_ASSIGNORS);
    return names.isEmpty() ? "" : names.get(0);
  }

  @Override
  public int maxSize() {
    return values.get(ShareGroupSettings.GROUP_SHARE_MAX_SIZE);
  }

  @Override
  public int memberMetadataMaxBytes() {
    return values.get(CoordinatorSettings.MARGAY_GROUPS_MEMBER_METADATA_MAX_BYTES);
  }

  @Override
  public int idMaxLength() {
    return values.get(CoordinatorSettings.MARGAY_GROUPS_ID_MAX_LENGTH);
  }
}
