package io.margay.groups.internal;

import io.margay.groups.internal.consumer.ConsumerConfig;
import java.util.List;

/** Settings of consumer groups that a test changes. */
final class ConsumerSettings implements ConsumerConfig {
  static final int SESSION_MS = 45_000;
  static final int HEARTBEAT_MS = 5_000;
  static final int HASTY_MS = 500;

  int assignmentIntervalMs;
  int maxSize = 1_000;
  boolean mayUpgrade = true;
  boolean mayDowngrade = true;
  int patternsMax = 3;
  int patternTopicsMax = 100;
  int metadataMaxBytes = 1_000_000;
  boolean offloads;
  List<String> assignors = List.of("uniform", "range");

  @Override
  public int sessionTimeoutMs(String groupId) {
    return SESSION_MS;
  }

  @Override
  public int heartbeatIntervalMs(String groupId) {
    return HEARTBEAT_MS;
  }

  @Override
  public int assignmentIntervalMs(String groupId) {
    return assignmentIntervalMs;
  }

  @Override
  public boolean offloadsAssignors(String groupId) {
    return offloads;
  }

  @Override
  public int rebalanceHeartbeatIntervalMs() {
    return HASTY_MS;
  }

  @Override
  public List<String> assignors() {
    return assignors;
  }

  @Override
  public int consumerMaxSize() {
    return maxSize;
  }

  @Override
  public boolean mayUpgrade() {
    return mayUpgrade;
  }

  @Override
  public boolean mayDowngrade() {
    return mayDowngrade;
  }

  @Override
  public int patternRefreshIntervalMs() {
    return 600_000;
  }

  @Override
  public int patternMaxLength() {
    return 60;
  }

  @Override
  public int patternsMax() {
    return patternsMax;
  }

  @Override
  public int patternTopicsMax() {
    return patternTopicsMax;
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
