package io.margay.groups.internal.share;

import io.margay.coordinator.Result;
import io.margay.groups.internal.group.Partitions;

/** Asks share coordinators for the state of partitions. */
@FunctionalInterface
public interface StateInitializer {
  /**
   * Begins to initialize partitions; does not block. The outcome is an operation of its own.
   *
   * @param groupId the group
   * @param stateEpoch the epoch of the new state
   * @param partitions that are to get it
   * @param then what the shard does with those that have it
   */
  void initialize(String groupId, int stateEpoch, Partitions partitions, Then then);

  /** Takes the outcome. */
  @FunctionalInterface
  interface Then {
    /**
     * @param shares the share groups of the shard
     * @param done the partitions that have state now
     * @param nowMs milliseconds since the epoch
     * @return records to be written
     */
    Result<Void> run(ShareGroups shares, Partitions done, long nowMs);
  }
}
