package io.margay.groups.internal;

import io.margay.coordinator.Operation;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** Runs operations on the shards of groups. Safe for all threads. */
interface ShardsByGroup {
  /** As {@link io.margay.coordinator.CoordinatorRuntime#run}, on the shard of a group. */
  <R> CompletableFuture<R> run(String groupId, long bytes, Operation<GroupShard, R> operation);

  /** As {@link #run}, where the cluster has level 1 of a feature; else UNSUPPORTED_VERSION. */
  <R> CompletableFuture<R> runWithFeature(String feature, String groupId, long bytes, Operation<GroupShard, R> operation);

  /** The partition that holds a group. */
  TopicPartition partitionOf(String groupId);

  /** Describes groups, each shard's in one operation. */
  <T> CompletableFuture<List<T>> describeEach(Collection<String> groupIds, BiFunction<GroupShard, String, T> describe,
      BiFunction<String, Errors, T> failed);
}
