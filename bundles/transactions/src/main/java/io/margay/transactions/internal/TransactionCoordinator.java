package io.margay.transactions.internal;

import io.margay.coordinator.AllShards;
import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.Operation;
import io.margay.coordinator.PartitionWriter;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardHash;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeTransactionsResponse;
import io.margay.protocol.message.ListTransactionsResponse;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.handlers.TransactionCoordinatorService;
import io.margay.transactions.internal.markers.Ending;
import io.margay.transactions.internal.markers.LocalMarkers;
import io.margay.transactions.internal.markers.MarkerSender;
import io.margay.transactions.internal.operations.EndOperations;
import io.margay.transactions.internal.operations.InitOperation;
import io.margay.transactions.internal.operations.Listing;
import io.margay.transactions.internal.producerid.ProducerIds;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;

/** Finds the shard of a transactional id and runs the operation that a request means on it. Safe for all threads. */
final class TransactionCoordinator implements TransactionCoordinatorService, AutoCloseable {
  /** What a request of a few fields holds in memory, about. */
  private static final long SMALL_BYTES = 1_024;
  private static final long RETRY_MS = 500;
  private static final String OFFSETS_TOPIC = "__consumer_offsets";

  /** What the coordinator uses of this bundle. */
  record Parts(TransactionTopic topic, ProducerIds ids, LocalMarkers local, MarkerSender sender, SettingsOfTransactions settings) { }

  private final CoordinatorRuntime<TransactionShard> runtime;
  private final AllShards<TransactionShard> shards;
  private final CoordinatorRuntime.Environment environment;
  private final ClusterMetadata metadata;
  private final Parts parts;
  private final CoordinatorMemory memory;
  /** Epoch of the leadership of each shard that this broker coordinates. */
  private final Map<Integer, Integer> epochs = new ConcurrentHashMap<>();

  /**
   * @param environment for the runtime; its executor runs the checks of timeouts, too
   * @param parts of this bundle; closed with this
   * @param metadata the newest image
   */
  TransactionCoordinator(CoordinatorRuntime.Environment environment, Parts parts, ClusterMetadata metadata) {
    this.environment = environment;
    this.parts = parts;
    this.metadata = metadata;
    this.memory = new CoordinatorMemory("transactions", parts.settings::memoryBytes, parts.settings::shardMemoryBytes, environment.clock());
    this.runtime = new CoordinatorRuntime<>(environment, context -> new TransactionShard(context, parts.settings, memory,
        ended -> complete(context.shard(), ended)));
    this.shards = new AllShards<>(runtime, environment);
    runtime.waitFor(parts.topic::ledHere, parts.settings::shardWaitMs);
  }

  // ------------------------------------------------------------------------------------------------ the broker's events

  void elected(int partition, PartitionWriter writer, int epoch) {
    epochs.put(partition, epoch);
    runtime.elected(partition, writer);
  }

  void resigned(int partition) {
    epochs.remove(partition);
    runtime.resigned(partition);
  }

  void onImage() {
    runtime.recheck();
  }

  CoordinatorMemory memory() {
    return memory;
  }

  @Override
  public void close() {
    parts.topic.close();
    parts.sender.close();
    epochs.clear();
    runtime.close();
    parts.ids.close();
  }

  // ------------------------------------------------------------------------------------------------ the end of transactions

  private void complete(int shard, Transaction ended) {
    Integer epoch = epochs.get(shard);
    if (epoch == null) {
      return;
    }
    MarkerWriter.Marker marker = new MarkerWriter.Marker(ended.producer().id(), ended.producer().epoch(),
        ended.status() == TransactionStatus.PREPARE_COMMIT, epoch, ended.producer().version());
    parts.sender.send(new Ending(marker, ended.partitions(), () -> epoch.equals(epochs.get(shard)),
        () -> recordCompletion(shard, ended, epoch)));
  }

  /** The markers are written: so says the log from now on. */
  private void recordCompletion(int shard, Transaction ended, Integer epoch) {
    runtime.run(shard, 0, (s, now) -> s.completion().complete(ended, now)).whenComplete((done, failure) -> {
      if (failure == null || !epoch.equals(epochs.get(shard))) {
        return;
      }
      shards.report("record the end of a transaction", shard, failure);
      environment.scheduler().after(RETRY_MS, () -> recordCompletion(shard, ended, epoch));
    });
  }

  // ------------------------------------------------------------------------------------------------ time

  /** Aborts, on the executor, transactions that are open for too long. */
  void abortLate() {
    shards.forEach(shard -> shards.repeat("abort late transactions", shard, (s, now) -> s.ends().abortLate(now)));
  }

  /** Forgets, on the executor, transactional ids that no one uses. */
  void expire() {
    shards.forEach(shard -> shards.repeat("forget transactional ids", shard, (s, now) -> s.ends().expire(now)));
  }

  // ------------------------------------------------------------------------------------------------ requests

  @Override
  public ProducerIds producerIds() {
    return parts.ids;
  }

  @Override
  public CompletableFuture<InitOperation.Initialised> init(InitOperation.Init init) {
    return run(init.id(), SMALL_BYTES, (s, now) -> s.init().init(init, now)).thenCompose(answer -> answer.needsId()
        ? newId().thenCompose(id -> init(init.withSpareId(id))) : CompletableFuture.completedFuture(answer));
  }

  @Override
  public CompletableFuture<EndOperations.Ended> end(EndOperations.End end) {
    return run(end.claim().transactionalId(), SMALL_BYTES, (s, now) -> s.ends().end(end, now)).thenCompose(answer -> answer.needsId()
        ? newId().thenCompose(id -> end(end.withSpareId(id))) : CompletableFuture.completedFuture(answer));
  }

  private CompletableFuture<Long> newId() {
    CompletableFuture<Long> taken = new CompletableFuture<>();
    parts.ids.next((error, id) -> {
      if (error == Errors.NONE) {
        taken.complete(id);
      } else {
        taken.completeExceptionally(new CoordinatorException(error));
      }
    });
    return taken;
  }

  @Override
  public CompletableFuture<Errors> add(Claim claim, Set<TopicPartition> partitions, int version, long bytes) {
    return run(claim.transactionalId(), bytes, (s, now) -> s.partitions().add(claim, partitions, version, now));
  }

  @Override
  public CompletableFuture<Map<TopicPartition, Errors>> verify(Claim claim, Set<TopicPartition> partitions, long bytes) {
    return run(claim.transactionalId(), bytes, (s, now) -> s.partitions().verify(claim, partitions));
  }

  @Override
  public CompletableFuture<DescribeTransactionsResponse.TransactionState> describe(String id, LongPredicate answer) {
    return run(id, SMALL_BYTES, (s, now) -> Result.of(s.listing().describe(id, answer)));
  }

  @Override
  public CompletableFuture<List<ListTransactionsResponse.TransactionState>> list(Listing.Filter filter, LongPredicate answer) {
    return shards.list(SMALL_BYTES, (s, now) -> Result.of(s.listing().list(filter, now, answer)));
  }

  @Override
  public CompletionStage<Errors> writeMarker(TopicPartition tp, MarkerWriter.Marker marker) {
    return parts.local.write(tp, marker);
  }

  @Override
  public TopicPartition offsetsPartition(String groupId) {
    TopicImage topic = metadata.image().topic(OFFSETS_TOPIC);
    int partitions = topic == null ? parts.settings.offsetsPartitions() : topic.partitions().size();
    return new TopicPartition(OFFSETS_TOPIC, ShardHash.shardOf(groupId, partitions));
  }

  @Override
  public boolean exists(TopicPartition tp) {
    return metadata.image().partition(tp) != null;
  }

  private <R> CompletableFuture<R> run(String id, long bytes, Operation<TransactionShard, R> operation) {
    return runtime.run(parts.topic.shardOf(id), bytes, operation);
  }
}
