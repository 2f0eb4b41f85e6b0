package io.margay.groups.internal.consumer;

import java.util.List;

/** The settings of consumer groups, always the newest. Times are milliseconds. */
public interface ConsumerConfig {
  /**
   * @param groupId a group
   * @return {@code consumer.session.timeout.ms} of the group
   */
  int sessionTimeoutMs(String groupId);

  /**
   * @param groupId a group
   * @return {@code consumer.heartbeat.interval.ms} of the group
   */
  int heartbeatIntervalMs(String groupId);

  /**
   * @param groupId a group
   * @return {@code consumer.assignment.interval.ms} of the group
   */
  int assignmentIntervalMs(String groupId);

  /**
   * @param groupId a group
   * @return {@code consumer.assignor.offload.enable} of the group
   */
  boolean offloadsAssignors(String groupId);

  /** @return {@code margay.groups.consumer.rebalance.heartbeat.interval.ms} */
  int rebalanceHeartbeatIntervalMs();

  /** @return {@code group.consumer.assignors}; the first one serves groups that choose none */
  List<String> assignors();

  /** @return {@code group.consumer.max.size} */
  int consumerMaxSize();

  /** @return whether {@code group.consumer.migration.policy} lets a classic group become a consumer group */
  boolean mayUpgrade();

  /** @return whether {@code group.consumer.migration.policy} lets a consumer group become a classic group */
  boolean mayDowngrade();

  /** @return {@code group.consumer.regex.refresh.interval.ms} */
  int patternRefreshIntervalMs();

  /** @return {@code margay.groups.consumer.regex.max.length} */
  int patternMaxLength();

  /** @return {@code margay.groups.consumer.regex.max.count} */
  int patternsMax();

  /** @return {@code margay.groups.consumer.regex.max.topics} */
  int patternTopicsMax();

  /** @return {@code margay.groups.member.metadata.max.bytes} */
  int memberMetadataMaxBytes();

  /** @return {@code margay.groups.id.max.length} */
  int idMaxLength();
}
