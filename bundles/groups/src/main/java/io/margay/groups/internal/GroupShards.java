package io.margay.groups.internal;

import io.margay.coordinator.AllShards;
import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.Operation;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardHash;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;

/** The shards of groups of all kinds. Safe for all threads. */
final class GroupShards implements ShardsByGroup {
  /** What a request of a few fields holds in memory, about. */
  private static final long SMALL_BYTES = 1_024;

  private final CoordinatorRuntime<GroupShard> runtime;
  private final CoordinatorFinder finder;
  private final ClusterMetadata metadata;

  GroupShards(CoordinatorRuntime<GroupShard> runtime, CoordinatorFinder finder, ClusterMetadata metadata) {
    this.runtime = runtime;
    this.finder = finder;
    this.metadata = metadata;
  }

  /** Consumers that only commit offsets were always allowed to have no group id. */
  @Override
  public <R> CompletableFuture<R> run(String groupId, long bytes, Operation<GroupShard, R> operation) {
    return runtime.run(ShardHash.shardOf(groupId, finder.shards()), bytes, (s, now) -> {
      s.selection().requireLoaded(groupId);
      return operation.apply(s, now);
    });
  }

  @Override
  public <R> CompletableFuture<R> runWithFeature(String feature, String groupId, long bytes, Operation<GroupShard, R> operation) {
    if (metadata.image().features().getOrDefault(feature, (short) 0) < 1) {
      // a client gives up when it is told that something is not served, so a broker that has no image yet does not say so
      return CompletableFuture.failedFuture(new CoordinatorException(
          metadata.image().brokers().isEmpty() ? Errors.NOT_COORDINATOR : Errors.UNSUPPORTED_VERSION));
    }
    return groupId.isEmpty() ? CompletableFuture.failedFuture(new CoordinatorException(Errors.INVALID_REQUEST))
        : run(groupId, bytes, operation);
  }

  @Override
  public TopicPartition partitionOf(String groupId) {
    return new TopicPartition(CoordinatorFinder.OFFSETS_TOPIC, ShardHash.shardOf(groupId, finder.shards()));
  }

  @Override
  public <T> CompletableFuture<List<T>> describeEach(Collection<String> groupIds, BiFunction<GroupShard, String, T> describe,
      BiFunction<String, Errors, T> failed) {
    Map<Integer, List<String>> byShard = new TreeMap<>();
    groupIds.forEach(id -> byShard.computeIfAbsent(ShardHash.shardOf(id, finder.shards()), s -> new ArrayList<>()).add(id));
    List<CompletableFuture<List<T>>> parts = new ArrayList<>();
    byShard.forEach((shard, ids) -> parts.add(runtime.run(shard, SMALL_BYTES, (s, now) -> Result.of(ids.stream().map(id -> {
      try {
        s.selection().requireLoaded(id);
        return describe.apply(s, id);
      } catch (CoordinatorException e) {
        return failed.apply(id, e.error());
      }
    }).toList())).exceptionally(e -> ids.stream().map(id -> failed.apply(id, CoordinatorException.errorOf(e))).toList())));
    return AllShards.joined(parts);
  }
}
