package io.margay.groups.internal;

import io.margay.coordinator.AllShards;
import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.Operation;
import io.margay.coordinator.PartitionWriter;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardHash;
import io.margay.groups.internal.classic.JoinOperations;
import io.margay.groups.internal.consumer.Background;
import io.margay.groups.internal.consumer.ConsumerConfig;
import io.margay.groups.internal.consumer.ConsumerGroups;
import io.margay.groups.internal.consumer.HeartbeatOperations;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.Assignors;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.handlers.GroupCoordinatorService;
import io.margay.groups.internal.offsets.ResolvedTopic;
import io.margay.groups.internal.share.ShareConfig;
import io.margay.groups.internal.share.ShareGroups;
import io.margay.groups.internal.share.StateInitializer;
import io.margay.groups.internal.streams.StreamsConfig;
import io.margay.groups.internal.streams.StreamsGroups;
import io.margay.groups.internal.streams.TaskAssignors;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.TopicImage;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ConsumerGroupHeartbeatResponse;
import io.margay.protocol.message.DescribeGroupsResponse.DescribedGroup;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.protocol.message.ListGroupsResponse.ListedGroup;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.margay.protocol.message.ShareGroupDescribeResponse;
import io.margay.protocol.message.ShareGroupHeartbeatRequest;
import io.margay.protocol.message.ShareGroupHeartbeatResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import io.margay.spi.controller.Controller;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.partition.TransactionVerifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the shard of a group and runs the operation that a request means on it. Safe for all threads. */
final class GroupCoordinator implements GroupCoordinatorService, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCoordinator.class);

  /** What a request of a few fields holds in memory, about. */
  private static final long SMALL_BYTES = 1_024;

  private static final String GROUP_VERSION = "group.version";
  private static final String SHARE_VERSION = "share.version";

  private static final byte GROUP = 0;
  private static final byte TRANSACTION = 1;
  private static final byte SHARE = 2;

  private final CoordinatorRuntime<GroupShard> runtime;
  private final AllShards<GroupShard> shards;
  private final CoordinatorFinder finder;
  private final CoordinatorFinder transactionFinder;
  private final ClusterMetadata metadata;
  private final CoordinatorMemory memory;
  private final TransactionalCommits transactional;
  private final ClusterTopics topics;
  private final CoordinatorFinder shareFinder;
  private final ShareStateAsking shareStates = new ShareStateAsking();
  private final ShareOffsetRequests shareOffsets;
  private final GroupShards byGroup;
  private final StreamsGroupRequests streams;

  /** What the coordinator needs of its surroundings; as {@link CoordinatorRuntime.Environment}. */
  record Environment(Clock clock, Scheduler scheduler, Executor executor, IntSupplier commitTimeoutMs,
      CoordinatorRuntime.Limits limits) { }

  /**
   * The settings.
   *
   * @param common of all kinds of groups, and of classic groups
   * @param consumer of consumer groups
   * @param share of share groups
   * @param streams of streams groups
   */
  record Config(GroupConfig common, ConsumerConfig consumer, ShareConfig share, StreamsConfig streams) { }

  /**
   * The installed assignors.
   *
   * @param partitions of partitions to members
   * @param tasks of tasks to members
   */
  record AllAssignors(Assignors partitions, TaskAssignors tasks) { }

  /** Find the coordinators of groups, of transactional ids, and of share partitions. */
  record Finders(CoordinatorFinder groups, CoordinatorFinder transactions, CoordinatorFinder shares) { }

  /**
   * @param environment for the runtime; its executor runs the forgetting of offsets, too
   * @param config the settings of groups
   * @param finders find coordinators; closed with this
   * @param metadata the newest image
   * @param controller creates topics
   * @param assignors the installed assignors
   */
  GroupCoordinator(Environment environment, Config config, Finders finders, ClusterMetadata metadata, Controller controller,
      AllAssignors assignors) {
    this.finder = finders.groups();
    this.transactionFinder = finders.transactions();
    this.shareFinder = finders.shares();
    GroupConfig common = config.common();
    this.memory = new CoordinatorMemory("groups", common::memoryBytes, common::shardMemoryBytes, environment.clock());
    this.topics = new ClusterTopics(metadata);
    CoordinatorRuntime.Environment surroundings = new CoordinatorRuntime.Environment("groups", environment.clock(),
        environment.scheduler(), environment.executor(), environment.commitTimeoutMs(), environment.limits(), this::onActive);
    this.runtime = new CoordinatorRuntime<>(surroundings, context -> new GroupShard(context, common, memory, finder::shards,
        new GroupShard.Surroundings(
            new ConsumerGroups.Surroundings(config.consumer(), topics, assignors.partitions(), background(context.shard(), environment.executor())),
            new ShareGroups.Surroundings(config.share(), topics, assignors.partitions(), initializer(context.shard())),
            new StreamsGroups.Surroundings(config.streams(), topics, assignors.tasks()))));
    this.shards = new AllShards<>(runtime, surroundings);
    this.metadata = metadata;
    finder.servedHere(runtime::active);
    runtime.waitFor(finder::ledHere, finder::shardWaitMs);
    this.byGroup = new GroupShards(runtime, finder, metadata);
    this.transactional = new TransactionalCommits(byGroup);
    this.shareOffsets = new ShareOffsetRequests(metadata, shareStates, byGroup);
    this.streams = new StreamsGroupRequests(byGroup, new InternalTopics(controller, environment.clock(), memory.logs()));
  }

  /** Work for a shard, on the executor; its outcome is an operation of its own. */
  private Background background(int shard, Executor executor) {
    return new Background() {
      @Override
      public <T> void run(Supplier<T> work, Then<T> then) {
        executor.execute(() -> {
          T found;
          try {
            found = work.get();
          } catch (RuntimeException | Error e) {
            if (memory.logs().pass("long work") != LineLimit.HELD) {
              LOG.error("Long work for a group has failed; it begins again when it is asked for later. shard={}", shard, e);
            }
            return;
          }
          runtime.run(shard, 0, (s, now) -> then.run(s.consumer(), found, now))
              .whenComplete((done, failure) -> LOG.trace("Long work has ended. shard={} failure={}", shard, failure));
        });
      }
    };
  }

  /** Asks share coordinators; what they answer is an operation of its own. */
  private StateInitializer initializer(int shard) {
    return (groupId, epoch, partitions, then) -> shareStates.initialize(groupId, epoch, partitions).whenComplete((done, failure) ->
        runtime.run(shard, 0, (s, now) -> then.run(s.share(), failure == null ? done : Partitions.NONE, now))
            .whenComplete((ended, e) -> LOG.trace("Share coordinators have answered. shard={} failure={}", shard, e)));
  }

  /** Reaches the share coordinators. */
  ShareStateAsking shareStates() {
    return shareStates;
  }

  // ------------------------------------------------------------------------------------------------ the broker's events

  void elected(int partition, PartitionWriter writer) {
    runtime.elected(partition, writer);
  }

  void resigned(int partition) {
    runtime.resigned(partition);
  }

  private void onActive(int shard) {
    finder.recheck();
    // topics may have been deleted while no broker coordinated these groups
    forgetDeleted(shard, Set.of());
  }

  void onImage(ClusterDelta delta) {
    topics.onImage(delta);
    finder.recheck();
    transactionFinder.recheck();
    shareFinder.recheck();
    runtime.recheck();
    if (delta.first() || delta.deletedTopics().isEmpty()) {
      return;
    }
    Set<String> topics = delta.deletedTopics().stream().map(TopicImage::name).collect(Collectors.toSet());
    shards.forEach(shard -> forgetDeleted(shard, topics));
  }

  /** What groups and offsets hold. */
  CoordinatorMemory memory() {
    return memory;
  }

  // ------------------------------------------------------------------------------------------------ forgetting

  /** Looks, on the executor, for offsets whose topic is gone or whose retention is over, and for groups that fit now. */
  void expire() {
    shards.forEach(shard -> {
      forgetDeleted(shard, Set.of());
      expire(shard);
      loadLeftOut(shard);
    });
  }

  private void expire(int shard) {
    shards.repeat("forget old offsets", shard, (s, now) -> s.expiry().expire(now));
  }

  /**
   * Forgets offsets of topics that the cluster does not have, or has with another id.
   *
   * @param deleted names of topics that were just deleted, whose offsets are forgotten though they have no id
   */
  private void forgetDeleted(int shard, Set<String> deleted) {
    if (metadata.image().topic(CoordinatorFinder.OFFSETS_TOPIC) == null) {
      // an image that does not know the topic that is led here cannot tell what was deleted
      return;
    }
    shards.repeat("forget the offsets of deleted topics", shard, (s, now) -> s.offsets().forgetDeleted((name, id) -> {
      TopicImage topic = metadata.image().topic(name);
      boolean known = topic != null && (id.equals(KafkaUuid.ZERO) ? !deleted.contains(name) : id.equals(topic.id()));
      return !known;
    }));
  }

  private void loadLeftOut(int shard) {
    runtime.run(shard, 0, (s, now) -> Result.of(s.selection().hasRoomForLeftOut())).thenAccept(room -> {
      if (room) {
        LOG.info("Loading a shard again, because there is room for the groups that were left out. shard={}", shard);
        runtime.reload(shard);
      }
    });
  }

  @Override
  public void close() {
    finder.close();
    transactionFinder.close();
    shareFinder.close();
    runtime.close();
  }

  // ------------------------------------------------------------------------------------------------ membership

  @Override
  public CompletableFuture<JoinGroupResponse> join(JoinGroupRequest request, int version, String clientId, String clientHost,
      long bytes) {
    return parked(request.groupId(), bytes, JoinGroupResponse::errorCode, reply -> {
      JoinOperations.Join join = JoinOperations.Join.of(request, version, clientId, clientHost, reply);
      return (s, now) -> s.join(join, now);
    });
  }

  @Override
  public CompletableFuture<SyncGroupResponse> sync(SyncGroupRequest request, long bytes) {
    return parked(request.groupId(), bytes, SyncGroupResponse::errorCode,
        reply -> (s, now) -> s.sync(request, reply, now));
  }

  /**
   * The operation completes the reply itself, now or later, unless it fails. When its shard goes away meanwhile and is to come
   * back, it is run again then, once.
   */
  private <R> CompletableFuture<R> parked(String groupId, long bytes, Function<R, Short> errorCode,
      Function<CompletableFuture<R>, Operation<GroupShard, Void>> operation) {
    CompletableFuture<R> first = parkedOnce(groupId, bytes, operation);
    return first.handle((answer, failure) -> {
      boolean gone = failure == null && errorCode.apply(answer) == Errors.NOT_COORDINATOR.code()
          && finder.ledHere(ShardHash.shardOf(groupId, finder.shards()));
      return gone ? parkedOnce(groupId, bytes, operation) : first;
    }).thenCompose(last -> last);
  }

  private <R> CompletableFuture<R> parkedOnce(String groupId, long bytes,
      Function<CompletableFuture<R>, Operation<GroupShard, Void>> operation) {
    CompletableFuture<R> reply = new CompletableFuture<>();
    run(groupId, bytes, operation.apply(reply)).whenComplete((r, e) -> {
      if (e != null) {
        reply.completeExceptionally(e);
      }
    });
    return reply;
  }

  @Override
  public CompletableFuture<Errors> heartbeat(HeartbeatRequest request) {
    return run(request.groupId(), SMALL_BYTES, (s, now) -> s.heartbeat(request, now));
  }

  @Override
  public CompletableFuture<LeaveGroupResponse> leave(LeaveGroupRequest request, long bytes) {
    return run(request.groupId(), bytes, (s, now) -> s.leave(request, now));
  }

  @Override
  public CompletableFuture<ConsumerGroupHeartbeatResponse> consumerHeartbeat(ConsumerGroupHeartbeatRequest request,
      HeartbeatOperations.Sender sender, long bytes) {
    return byGroup.runWithFeature(GROUP_VERSION, request.groupId(), bytes,
        (s, now) -> s.consumer().heartbeats().heartbeat(request, sender, now));
  }

  @Override
  public CompletableFuture<ShareGroupHeartbeatResponse> shareHeartbeat(ShareGroupHeartbeatRequest request, String clientId,
      String clientHost, long bytes) {
    return byGroup.runWithFeature(SHARE_VERSION, request.groupId(), bytes,
        (s, now) -> s.share().heartbeats().heartbeat(request, clientId, clientHost, now));
  }

  // ------------------------------------------------------------------------------------------------ offsets

  @Override
  public CompletableFuture<OffsetCommitResponse> commit(OffsetCommitRequest request, int version, long bytes) {
    List<ResolvedTopic> topics = new ArrayList<>(request.topics().size());
    request.topics().forEach(t -> topics.add(resolve(t.name(), t.topicId(), version >= 10)));
    return byGroup.run(request.groupId(), bytes, (s, now) -> s.offsets().commit(request, topics, version, now))
        .exceptionally(e -> {
          Errors error = CoordinatorException.errorOf(e);
          // a single offset that does not fit into a batch: retrying does not help
          throw new CoordinatorException(error == Errors.MESSAGE_TOO_LARGE ? Errors.INVALID_COMMIT_OFFSET_SIZE : error);
        });
  }

  @Override
  public CompletableFuture<OffsetCommitResponse> commitInTransaction(TransactionVerifier.Claim claim, boolean add,
      OffsetCommitRequest offsets, int version, long bytes) {
    List<ResolvedTopic> topics = new ArrayList<>(offsets.topics().size());
    offsets.topics().forEach(t -> topics.add(resolve(t.name(), t.topicId(), version >= 10)));
    return transactional.commit(new TransactionalCommits.Commit(claim, add, offsets, topics, version, bytes));
  }

  /** Commits within transactions. */
  TransactionalCommits transactional() {
    return transactional;
  }

  /** Ends a transaction in one shard: NONE when its marker is committed. */
  CompletableFuture<Errors> write(int shard, MarkerWriter.Marker marker) {
    return runtime.run(shard, SMALL_BYTES, (s, now) -> Result.ending(marker, Errors.NONE)).exceptionally(CoordinatorException::errorOf);
  }

  @Override
  public CompletableFuture<OffsetFetchResponseGroup> fetch(OffsetFetchRequestGroup group, boolean requireStable,
      AnswerMemory answer) {
    return byGroup.run(group.groupId(), SMALL_BYTES, (s, now) -> Result.of(s.offsets().fetch(group, requireStable, answer)));
  }

  @Override
  public CompletableFuture<OffsetDeleteResponse> deleteOffsets(OffsetDeleteRequest request, long bytes) {
    return byGroup.run(request.groupId(), bytes,
        (s, now) -> s.offsets().delete(request, name -> metadata.image().topic(name) != null));
  }

  @Override
  public ResolvedTopic resolve(String name, UUID id, boolean byId) {
    TopicImage topic = byId ? metadata.image().topic(id) : metadata.image().topic(name);
    if (topic != null) {
      return new ResolvedTopic(topic.name(), topic.id(), topic.partitions().size(), Errors.NONE);
    }
    return byId ? new ResolvedTopic(null, id, 0, Errors.UNKNOWN_TOPIC_ID)
        : new ResolvedTopic(name, KafkaUuid.ZERO, 0, Errors.UNKNOWN_TOPIC_OR_PARTITION);
  }

  // ------------------------------------------------------------------------------------------------ administration

  @Override
  public CompletableFuture<Errors> delete(String groupId) {
    // what share coordinators keep goes first: as long as the group is there, its deletion can be asked for again
    return byGroup.run(groupId, SMALL_BYTES, (s, now) -> Result.of(s.statesToDelete(groupId)))
        .thenCompose(partitions -> shareStates.delete(groupId, partitions))
        .thenCompose(error -> error != Errors.NONE ? CompletableFuture.completedFuture(error)
            : byGroup.run(groupId, SMALL_BYTES, (s, now) -> s.delete(groupId)));
  }

  @Override
  public CompletableFuture<List<DescribedGroup>> describe(Collection<String> groupIds, int version, AnswerMemory answer) {
    return byGroup.describeEach(groupIds, (s, id) -> s.listing().describe(id, version, answer),
        (id, error) -> new DescribedGroup().setGroupId(id).setErrorCode(error.code()));
  }

  @Override
  public CompletableFuture<List<ConsumerGroupDescribeResponse.DescribedGroup>> describeConsumer(Collection<String> groupIds,
      AnswerMemory answer) {
    return byGroup.describeEach(groupIds, (s, id) -> s.consumer().describe(id, answer),
        (id, error) -> new ConsumerGroupDescribeResponse.DescribedGroup().setGroupId(id).setErrorCode(error.code())
            .setErrorMessage(error.message()));
  }

  @Override
  public CompletableFuture<List<ShareGroupDescribeResponse.DescribedGroup>> describeShare(Collection<String> groupIds,
      AnswerMemory answer) {
    return byGroup.describeEach(groupIds, (s, id) -> s.share().describe(id, answer),
        (id, error) -> new ShareGroupDescribeResponse.DescribedGroup().setGroupId(id).setErrorCode(error.code())
            .setErrorMessage(error.message()));
  }

  @Override
  public StreamsGroupRequests streams() {
    return streams;
  }

  @Override
  public ShareOffsetRequests shareOffsets() {
    return shareOffsets;
  }

  @Override
  public CompletableFuture<List<ListedGroup>> list(Set<String> states, Set<String> types, AnswerMemory answer) {
    return shards.list(SMALL_BYTES, (s, now) -> Result.of(s.listing().list(states, types, answer)));
  }

  @Override
  public CompletableFuture<FindCoordinatorResponse.Coordinator> find(byte keyType, String key, String listener) {
    return switch (keyType) {
      case GROUP -> finder.find(key, listener);
      case TRANSACTION -> transactionFinder.find(key, listener);
      case SHARE -> isSharePartition(key) ? shareFinder.find(key, listener)
          : refused(key, "a share partition is named GROUP:TOPIC-ID:PARTITION");
      default -> refused(key, "there is no key type " + keyType);
    };
  }

  private static boolean isSharePartition(String key) {
    int partition = key.lastIndexOf(':');
    return partition > 0 && key.lastIndexOf(':', partition - 1) > 0;
  }

  private static CompletableFuture<FindCoordinatorResponse.Coordinator> refused(String key, String why) {
    return CompletableFuture.completedFuture(CoordinatorFinder.failed(key, Errors.INVALID_REQUEST, why));
  }

  // ------------------------------------------------------------------------------------------------ shards

  private <R> CompletableFuture<R> run(String groupId, long bytes, Operation<GroupShard, R> operation) {
    return groupId.isEmpty() ? CompletableFuture.failedFuture(new CoordinatorException(Errors.INVALID_GROUP_ID))
        : byGroup.run(groupId, bytes, operation);
  }
}
