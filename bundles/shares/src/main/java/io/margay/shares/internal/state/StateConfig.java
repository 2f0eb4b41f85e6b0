package io.margay.shares.internal.state;

/** The settings of the share coordinator, always the newest. */
public interface StateConfig {
  /** @return {@code share.coordinator.snapshot.update.records.per.snapshot} */
  int updatesPerSnapshot();

  /** @return {@code share.coordinator.cold.partition.snapshot.interval.ms} */
  int coldSnapshotMs();

  /** @return {@code margay.shares.memory.bytes}, or what it stands for */
  long memoryBytes();

  /** @return {@code margay.handler.wait.ms} */
  int shardWaitMs();
}
