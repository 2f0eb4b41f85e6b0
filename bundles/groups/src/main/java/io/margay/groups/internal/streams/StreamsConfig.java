package io.margay.groups.internal.streams;

import java.util.List;
import java.util.SortedMap;

/** The settings of streams groups, always the newest. Times are milliseconds. */
public interface StreamsConfig {
  /**
   * What an assignment depends on, beside members and topics.
   *
   * @param assignor name of the assignor
   * @param standbyReplicas {@code streams.num.standby.replicas} of the group
   * @param warmupReplicas {@code streams.num.warmup.replicas} of the group
   * @param acceptableRecoveryLag {@code streams.acceptable.recovery.lag} of the group
   * @param rackTags {@code streams.rack.aware.assignment.tags} of the group
   */
  record Assigning(String assignor, int standbyReplicas, int warmupReplicas, long acceptableRecoveryLag, List<String> rackTags) { }

  /** @return {@code streams.session.timeout.ms} of the group */
  int sessionTimeoutMs(String groupId);

  /** @return {@code streams.heartbeat.interval.ms} of the group */
  int heartbeatIntervalMs(String groupId);

  /** @return {@code streams.assignment.interval.ms} of the group */
  int assignmentIntervalMs(String groupId);

  /** @return {@code streams.initial.rebalance.delay.ms} of the group */
  int initialRebalanceDelayMs(String groupId);

  /** @return {@code streams.task.offset.interval.ms} of the group */
  int taskOffsetIntervalMs(String groupId);

  /** @return what the group's assignments depend on */
  Assigning assigning(String groupId);

  /** @return the settings of the last record by name, which tell whether another assignment is needed */
  default SortedMap<String, String> assignmentConfigs(String groupId) {
    Assigning now = assigning(groupId);
    SortedMap<String, String> result = new java.util.TreeMap<>();
    result.put("num.standby.replicas", Integer.toString(now.standbyReplicas));
    result.put("num.warmup.replicas", Integer.toString(now.warmupReplicas));
    result.put("acceptable.recovery.lag", Long.toString(now.acceptableRecoveryLag));
    result.put("rack.aware.assignment.tags", String.join(",", now.rackTags));
    return result;
  }

  /** @return {@code margay.groups.consumer.rebalance.heartbeat.interval.ms} */
  int rebalanceHeartbeatIntervalMs();

  /** @return {@code group.streams.max.size} */
  int maxSize();

  /** @return {@code margay.groups.member.metadata.max.bytes} */
  int memberMetadataMaxBytes();

  /** @return {@code margay.groups.id.max.length} */
  int idMaxLength();

  /** @return {@code margay.groups.streams.topology.max.bytes} */
  int topologyMaxBytes();

  /** @return {@code margay.groups.streams.topology.description.max.bytes} */
  int topologyDescriptionMaxBytes();

  /** @return {@code margay.groups.streams.max.tasks} */
  int maxTasks();
}
