package io.margay.groups.internal;

import io.margay.coordinator.Operation;
import io.margay.model.TopicPartition;
import java.util.concurrent.CompletableFuture;

/** Runs operations on the shards of groups. Safe for all threads. */
interface ShardsByGroup {
  /** As {@link io.margay.coordinator.CoordinatorRuntime#run}, on the shard of a group. */
  <R> CompletableFuture<R> run(String groupId, long bytes, Operation<GroupShard, R> operation);

  /** The partition that holds a group. */
  TopicPartition partitionOf(String groupId);
}
