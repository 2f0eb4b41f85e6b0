package io.margay.groups.internal;

import io.margay.groups.internal.streams.StreamsConfig;
import io.margay.spi.config.NodeSettings;
import java.util.List;

/**
 * The settings of streams groups: those of a single group, which are kept within the node's bounds, over those of the node. Every call gives
 * the value of the moment.
 */
record SettingsOfStreamsGroups(NodeSettings values, SettingsOfOneGroup group) implements StreamsConfig {
  @Override
  public int sessionTimeoutMs(String groupId) {
    return group.within(groupId, GroupSettings.STREAMS_SESSION_TIMEOUT_MS, StreamsGroupSettings.GROUP_STREAMS_SESSION_TIMEOUT_MS,
        StreamsGroupSettings.GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS, StreamsGroupSettings.GROUP_STREAMS_MAX_SESSION_TIMEOUT_MS);
  }

  @Override
  public int heartbeatIntervalMs(String groupId) {
    return group.within(groupId, GroupSettings.STREAMS_HEARTBEAT_INTERVAL_MS, StreamsGroupSettings.GROUP_STREAMS_HEARTBEAT_INTERVAL_MS,
        StreamsGroupSettings.GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS, StreamsGroupSettings.GROUP_STREAMS_MAX_HEARTBEAT_INTERVAL_MS);
  }

  @Override
  public int assignmentIntervalMs(String groupId) {
    return group.within(groupId, GroupSettings.STREAMS_ASSIGNMENT_INTERVAL_MS, StreamsGroupSettings.GROUP_STREAMS_ASSIGNMENT_INTERVAL_MS,
        StreamsGroupSettings.GROUP_STREAMS_MIN_ASSIGNMENT_INTERVAL_MS, StreamsGroupSettings.GROUP_STREAMS_MAX_ASSIGNMENT_INTERVAL_MS);
  }

  @Override
  public int initialRebalanceDelayMs(String groupId) {
    return group.of(groupId, GroupSettings.STREAMS_INITIAL_REBALANCE_DELAY_MS, StreamsGroupSettings.GROUP_STREAMS_INITIAL_REBALANCE_DELAY_MS);
  }

  @Override
  public int taskOffsetIntervalMs(String groupId) {
    return Math.max(values.get(StreamsGroupSettings.GROUP_STREAMS_MIN_TASK_OFFSET_INTERVAL_MS), group.of(groupId,
        GroupSettings.STREAMS_TASK_OFFSET_INTERVAL_MS, StreamsGroupSettings.GROUP_STREAMS_TASK_OFFSET_INTERVAL_MS));
  }

  @Override
  public Assigning assigning(String groupId) {
    List<String> names = values.get(StreamsGroupSettings.GROUP_STREAMS_ASSIGNORS);
    return new Assigning(group.of(groupId, GroupSettings.STREAMS_ASSIGNOR_NAME, names.isEmpty() ? "" : names.get(0)),
        Math.min(values.get(StreamsGroupSettings.GROUP_STREAMS_MAX_STANDBY_REPLICAS), group.of(groupId,
            GroupSettings.STREAMS_NUM_STANDBY_REPLICAS, StreamsGroupSettings.GROUP_STREAMS_NUM_STANDBY_REPLICAS)),
        Math.min(values.get(StreamsGroupSettings.GROUP_STREAMS_MAX_WARMUP_REPLICAS), group.of(groupId,
            GroupSettings.STREAMS_NUM_WARMUP_REPLICAS, StreamsGroupSettings.GROUP_STREAMS_NUM_WARMUP_REPLICAS)),
        group.of(groupId, GroupSettings.STREAMS_ACCEPTABLE_RECOVERY_LAG, StreamsGroupSettings.GROUP_STREAMS_ACCEPTABLE_RECOVERY_LAG),
        group.of(groupId, GroupSettings.STREAMS_RACK_AWARE_ASSIGNMENT_TAGS, StreamsGroupSettings.GROUP_STREAMS_RACK_AWARE_ASSIGNMENT_TAGS));
  }

  @Override
  public int rebalanceHeartbeatIntervalMs() {
    return values.get(ConsumerGroupSettings.MARGAY_GROUPS_CONSUMER_REBALANCE_HEARTBEAT_INTERVAL_MS);
  }

  @Override
  public int maxSize() {
    return values.get(StreamsGroupSettings.GROUP_STREAMS_MAX_SIZE);
  }

  @Override
  public int memberMetadataMaxBytes() {
    return values.get(CoordinatorSettings.MARGAY_GROUPS_MEMBER_METADATA_MAX_BYTES);
  }

  @Override
  public int idMaxLength() {
    return values.get(CoordinatorSettings.MARGAY_GROUPS_ID_MAX_LENGTH);
  }

  @Override
  public int topologyMaxBytes() {
    return values.get(StreamsGroupSettings.MARGAY_GROUPS_STREAMS_TOPOLOGY_MAX_BYTES);
  }

  @Override
  public int topologyDescriptionMaxBytes() {
    return values.get(StreamsGroupSettings.MARGAY_GROUPS_STREAMS_TOPOLOGY_DESCRIPTION_MAX_BYTES);
  }

  @Override
  public int maxTasks() {
    return values.get(StreamsGroupSettings.MARGAY_GROUPS_STREAMS_MAX_TASKS);
  }
}
