package io.margay.groups.internal.share;

/** The settings of share groups, always the newest. Times are milliseconds. */
public interface ShareConfig {
  /**
   * @param groupId a group
   * @return {@code share.session.timeout.ms} of the group
   */
  int sessionTimeoutMs(String groupId);

  /**
   * @param groupId a group
   * @return {@code share.heartbeat.interval.ms} of the group
   */
  int heartbeatIntervalMs(String groupId);

  /**
   * @param groupId a group
   * @return {@code share.assignment.interval.ms} of the group
   */
  int assignmentIntervalMs(String groupId);

  /** @return {@code margay.groups.consumer.rebalance.heartbeat.interval.ms} */
  int rebalanceHeartbeatIntervalMs();

  /** @return the first of {@code group.share.assignors} */
  String assignor();

  /** @return {@code group.share.max.size} */
  int maxSize();

  /** @return {@code margay.groups.member.metadata.max.bytes} */
  int memberMetadataMaxBytes();

  /** @return {@code margay.groups.id.max.length} */
  int idMaxLength();
}
