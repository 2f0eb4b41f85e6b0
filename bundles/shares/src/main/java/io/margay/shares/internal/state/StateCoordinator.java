package io.margay.shares.internal.state;

import io.margay.coordinator.AllShards;
import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.PartitionWriter;
import io.margay.coordinator.Result;
import io.margay.protocol.Errors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The share coordinator on this broker: finds the shards of share partitions, and runs what a request means on them. Safe for all threads.
 *
 * <p>When the bundle is replaced, what waits for a commit is answered NOT_COORDINATOR and asked again; the next version reads the states from
 * the log.
 */
public final class StateCoordinator implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StateCoordinator.class);
  private static final int HEADER_BYTES = 200;
  private static final int ITEM_BYTES = 100;

  private final CoordinatorRuntime<StateShard> runtime;
  private final AllShards<StateShard> shards;
  private final StateTopic topic;
  private final CoordinatorMemory memory;
  /** Where the logs of the shards begin. */
  private final Map<Integer, LongSupplier> starts = new ConcurrentHashMap<>();

  /** Deletes the head of a partition of the topic. */
  @FunctionalInterface
  public interface Cutter {
    /**
     * @param partition of {@code __share_group_state}
     * @param offset what is before it is not needed any more
     */
    void cut(int partition, long offset);
  }

  /**
   * @param environment for the runtime; its executor takes care of the log, too
   * @param topic finds the shards; closed with this
   * @param config the settings
   */
  public StateCoordinator(CoordinatorRuntime.Environment environment, StateTopic topic, StateConfig config) {
    this.topic = topic;
    this.memory = new CoordinatorMemory("shares", config::memoryBytes, () -> config.memoryBytes() / 2, environment.clock());
    this.runtime = new CoordinatorRuntime<>(environment, context -> new StateShard(memory, config));
    this.shards = new AllShards<>(runtime, environment);
    runtime.waitFor(topic::ledHere, config::shardWaitMs);
  }

  /**
   * This broker leads a partition of the topic.
   *
   * @param partition which one
   * @param writer its log
   * @param logStart the first offset of the log
   */
  public void elected(int partition, PartitionWriter writer, LongSupplier logStart) {
    starts.put(partition, logStart);
    runtime.elected(partition, writer);
  }

  /** It does not any more. */
  public void resigned(int partition) {
    starts.remove(partition);
    runtime.resigned(partition);
  }

  /** The image has changed. */
  public void onImage(boolean topicsDeleted) {
    runtime.recheck();
    if (topicsDeleted) {
      forgetDeleted();
    }
  }

  private void forgetDeleted() {
    shards.forEach(shard -> shards.repeat("forget the states of deleted topics", shard, (s, now) ->
        // an image that does not know the topic that is led here cannot tell what was deleted
        topic.exists() ? s.forget(id -> !topic.has(id)) : Result.of(false)));
  }

  /** Cuts, on the executor, what is not needed any more, and forgets what was left of deleted topics. */
  public void tidy(Cutter cutter) {
    forgetDeleted();
    shards.forEach(shard -> {
      shards.repeat("write snapshots of idle share partitions", shard, (s, now) -> s.rewriteIdle(now));
      runtime.run(shard, 0, (s, now) -> Result.of(s.neededFrom())).whenComplete((offset, failure) -> {
        LongSupplier start = starts.get(shard);
        if (failure != null) {
          LOG.debug("A shard cannot say what it needs now. shard={}", shard, failure);
        } else if (start != null && start.getAsLong() < offset) {
          cutter.cut(shard, offset);
        }
      });
    });
  }

  /** @return what the states hold */
  public CoordinatorMemory memory() {
    return memory;
  }

  /**
   * Serves partitions whose coordinator is this broker.
   *
   * @param api what is asked
   * @param groupId the group
   * @param items its partitions
   * @return an answer for each; never fails
   */
  public <P, R> CompletableFuture<List<StateApi.Item<R>>> serve(StateApi<?, ?, P, R> api, String groupId, List<StateApi.Item<P>> items) {
    Map<Integer, List<StateApi.Item<P>>> byShard = new TreeMap<>();
    for (StateApi.Item<P> item : items) {
      int shard = topic.shardOf(new StateKey(groupId, item.topicId(), item.partition()));
      byShard.computeIfAbsent(shard, s -> new ArrayList<>()).add(item);
    }
    if (byShard.size() == 1) {
      return onShard(api, groupId, byShard.keySet().iterator().next(), items);
    }
    List<CompletableFuture<List<StateApi.Item<R>>>> parts = new ArrayList<>();
    byShard.forEach((shard, some) -> parts.add(onShard(api, groupId, shard, some)));
    return AllShards.joined(parts);
  }

  private <P, R> CompletableFuture<List<StateApi.Item<R>>> onShard(StateApi<?, ?, P, R> api, String groupId, int shard,
      List<StateApi.Item<P>> items) {
    return runtime.<List<StateApi.Item<R>>>run(shard, HEADER_BYTES + (long) ITEM_BYTES * items.size(), (s, now) -> {
      List<CoordinatorRecord> records = new ArrayList<>();
      List<StateApi.Item<R>> answers = new ArrayList<>(items.size());
      for (StateApi.Item<P> item : items) {
        answers.add(new StateApi.Item<>(item.topicId(), item.partition(), one(api, s, groupId, item, now, records)));
      }
      return Result.divisible(records, answers);
    }).exceptionally(e -> api.failed(items, CoordinatorException.errorOf(e)));
  }

  private <P, R> R one(StateApi<?, ?, P, R> api, StateShard shard, String groupId, StateApi.Item<P> item, long nowMs,
      List<CoordinatorRecord> records) {
    if (item.partition() < 0 || !topic.has(item.topicId())) {
      return api.failed(item.partition(), Errors.UNKNOWN_TOPIC_OR_PARTITION, null);
    }
    try {
      StateApi.Done<R> done = api.apply(shard, new StateKey(groupId, item.topicId(), item.partition()), item.data(), nowMs);
      records.addAll(done.records());
      return done.result();
    } catch (CoordinatorException e) {
      return api.failed(item.partition(), e.error(), e.getMessage());
    }
  }

  @Override
  public void close() {
    topic.close();
    runtime.close();
  }
}
