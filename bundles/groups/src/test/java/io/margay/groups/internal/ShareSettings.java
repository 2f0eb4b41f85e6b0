package io.margay.groups.internal;

import io.margay.groups.internal.share.ShareConfig;

/** Settings of share groups that a test changes. */
final class ShareSettings implements ShareConfig {
  int sessionMs = 45_000;
  int heartbeatMs = 5_000;
  int assignmentIntervalMs;
  int maxSize = 200;
  int metadataMaxBytes = 1_000_000;

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
  public int rebalanceHeartbeatIntervalMs() {
    return 500;
  }

  @Override
  public String assignor() {
    return "simple";
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
}
