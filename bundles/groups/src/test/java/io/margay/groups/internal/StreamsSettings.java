package io.margay.groups.internal;

import io.margay.groups.internal.streams.StreamsConfig;
import java.util.List;

/** Settings of streams groups that a test changes. */
final class StreamsSettings implements StreamsConfig {
  int sessionMs = 45_000;
  int heartbeatMs = 5_000;
  int assignmentIntervalMs;
  int delayMs;
  int standby;
  int warmups = 2;
  long acceptableLag = 10;
  List<String> tags = List.of();
  String assignor = "sticky";
  int maxSize = 200;
  int metadataMaxBytes = 1_000_000;
  int topologyMaxBytes = 1_000_000;
  int descriptionMaxBytes = 10_000;
  int maxTasks = 1_000;

  @Override
  public int sessionTimeoutMs(String groupId) {
    return sessionMs;
  }

  @Override
  public int heartbeatIntervalMs(String groupId) {
    return heartbeatMs;
  }

  @Override
  public int assignmentIntervalMs(String groupId) {
    return assignmentIntervalMs;
  }

  @Override
  public int initialRebalanceDelayMs(String groupId) {
    return delayMs;
  }

  @Override
  public int taskOffsetIntervalMs(String groupId) {
    return 60_000;
  }

  @Override
  public Assigning assigning(String groupId) {
    return new Assigning(assignor, standby, warmups, acceptableLag, tags);
  }

  @Override
  public int rebalanceHeartbeatIntervalMs() {
    return 500;
  }

  @Override
  public int maxSize() {
    return maxSize;
  }

  @Override
  public int memberMetadataMaxBytes() {
    return metadataMaxBytes;
  }

  @Override
  public int idMaxLength() {
    return 100;
  }

  @Override
  public int topologyMaxBytes() {
    return topologyMaxBytes;
  }

  @Override
  public int topologyDescriptionMaxBytes() {
    return descriptionMaxBytes;
  }

  @Override
  public int maxTasks() {
    return maxTasks;
  }
}
