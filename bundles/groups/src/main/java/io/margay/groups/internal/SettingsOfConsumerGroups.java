package io.margay.groups.internal;

import io.margay.groups.internal.consumer.ConsumerConfig;
import io.margay.spi.config.NodeSettings;
import java.util.List;
import java.util.Locale;

/**
 * The settings of consumer groups: those of a single group, which are kept within the node's bounds, over those of the node. Every call gives
 * the value of the moment.
 */
record SettingsOfConsumerGroups(NodeSettings values, SettingsOfOneGroup group) implements ConsumerConfig {
  @Override
  public int sessionTimeoutMs(String groupId) {
    return group.within(groupId, GroupSettings.CONSUMER_SESSION_TIMEOUT_MS, ConsumerGroupSettings.GROUP_CONSUMER_SESSION_TIMEOUT_MS,
        ConsumerGroupSettings.GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS, ConsumerGroupSettings.GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS);
  }

  @Override
  public int heartbeatIntervalMs(String groupId) {
    return group.within(groupId, GroupSettings.CONSUMER_HEARTBEAT_INTERVAL_MS, ConsumerGroupSettings.GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS,
        ConsumerGroupSettings.GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS, ConsumerGroupSettings.GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS);
  }

  @Override
  public int assignmentIntervalMs(String groupId) {
    return group.within(groupId, GroupSettings.CONSUMER_ASSIGNMENT_INTERVAL_MS, ConsumerGroupSettings.GROUP_CONSUMER_ASSIGNMENT_INTERVAL_MS,
        ConsumerGroupSettings.GROUP_CONSUMER_MIN_ASSIGNMENT_INTERVAL_MS, ConsumerGroupSettings.GROUP_CONSUMER_MAX_ASSIGNMENT_INTERVAL_MS);
  }

  @Override
  public boolean offloadsAssignors(String groupId) {
    return group.of(groupId, GroupSettings.CONSUMER_ASSIGNOR_OFFLOAD_ENABLE, ConsumerGroupSettings.GROUP_CONSUMER_ASSIGNOR_OFFLOAD_ENABLE);
  }

  @Override
  public int rebalanceHeartbeatIntervalMs() {
    return values.get(ConsumerGroupSettings.MARGAY_GROUPS_CONSUMER_REBALANCE_HEARTBEAT_INTERVAL_MS);
  }

  @Override
  public List<String> assignors() {
    return values.get(ConsumerGroupSettings.GROUP_CONSUMER_ASSIGNORS);
  }

  @Override
  public int consumerMaxSize() {
    return values.get(ConsumerGroupSettings.GROUP_CONSUMER_MAX_SIZE);
  }

  private boolean policy(String direction) {
    String policy = values.get(ConsumerGroupSettings.GROUP_CONSUMER_MIGRATION_POLICY).toLowerCase(Locale.ROOT);
    return policy.equals("bidirectional") || policy.equals(direction);
  }

  @Override
  public boolean mayUpgrade() {
    return policy("upgrade");
  }

  @Override
  public boolean mayDowngrade() {
    return policy("downgrade");
  }

  @Override
  public int patternRefreshIntervalMs() {
    return values.get(ConsumerGroupSettings.GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS);
  }

  @Override
  public int patternMaxLength() {
    return values.get(ConsumerGroupSettings.MARGAY_GROUPS_CONSUMER_REGEX_MAX_LENGTH);
  }

  @Override
  public int patternsMax() {
    return values.get(ConsumerGroupSettings.MARGAY_GROUPS_CONSUMER_REGEX_MAX_COUNT);
  }

  @Override
  public int patternTopicsMax() {
    return values.get(ConsumerGroupSettings.MARGAY_GROUPS_CONSUMER_REGEX_MAX_TOPICS);
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
