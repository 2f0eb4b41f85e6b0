package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.Operation;
import io.margay.coordinator.PartitionWriter;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardHash;
import io.margay.groups.internal.classic.GroupConfig;
import io.margay.groups.internal.classic.JoinOperations;
import io.margay.groups.internal.offsets.ResolvedTopic;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.TopicImage;
import io.margay.protocol.Errors;
import io.margay.protocol.KafkaUuid;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the shard of a group and runs the operation that a request means on it. Safe for all threads. */
final class GroupCoordinator implements GroupCoordinatorService, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCoordinator.class);

  private final CoordinatorRuntime<GroupShard> runtime;
  private final CoordinatorFinder finder;
  private final ClusterMetadata metadata;
  private final Executor executor;

  /**
   * @param environment for the runtime; its executor runs the forgetting of offsets, too
   * @param config the settings of groups
   * @param finder finds coordinators; closed with this
   * @param metadata the newest image
   */
  GroupCoordinator(CoordinatorRuntime.Environment environment, GroupConfig config, CoordinatorFinder finder,
      ClusterMetadata metadata) {
    this.runtime = new CoordinatorRuntime<>(environment, context -> new GroupShard(context, config));
    this.finder = finder;
    this.metadata = metadata;
    this.executor = environment.executor();
    finder.servedHere(runtime::active);
    runtime.waitFor(finder::ledHere, finder::shardWaitMs);
  }

  // ------------------------------------------------------------------------------------------------ the broker's events

  void elected(int partition, PartitionWriter writer) {
    runtime.elected(partition, writer);
  }

  void resigned(int partition) {
    runtime.resigned(partition);
  }

  void onImage(ClusterDelta delta) {
    finder.recheck();
    runtime.recheck();
    if (delta.first() || delta.deletedTopics().isEmpty()) {
      return;
    }
    List<String> topics = delta.deletedTopics().stream().map(TopicImage::name).toList();
    for (int shard : runtime.active()) {
      report("forget the offsets of deleted topics", runtime.run(shard, (s, now) -> s.offsets().onTopicsDeleted(topics)));
    }
  }

  /** Forgets offsets whose retention is over, on the executor. */
  void expire() {
    runtime.active().forEach(this::expire);
  }

  private void expire(int shard) {
    executor.execute(() -> report("forget old offsets", runtime.run(shard, (s, now) -> s.expiry().expire(now))
        .thenAccept(more -> {
          if (more) {
            expire(shard);
          }
        })));
  }

  private static void report(String what, CompletableFuture<?> future) {
    future.whenComplete((r, e) -> {
      if (e != null) {
        LOG.warn("Cannot {}. errorCode={}", what, CoordinatorException.errorOf(e));
      }
    });
  }

  @Override
  public void close() {
    finder.close();
    runtime.close();
  }

  // ------------------------------------------------------------------------------------------------ membership

  @Override
  public CompletableFuture<JoinGroupResponse> join(JoinGroupRequest request, int version, String clientId, String clientHost) {
    return parked(request.groupId(), JoinGroupResponse::errorCode, reply -> {
      JoinOperations.Join join = JoinOperations.Join.of(request, version, clientId, clientHost, reply);
      return (s, now) -> s.joining().join(join, now);
    });
  }

  @Override
  public CompletableFuture<SyncGroupResponse> sync(SyncGroupRequest request) {
    return parked(request.groupId(), SyncGroupResponse::errorCode, reply -> (s, now) -> s.members().sync(request, reply, now));
  }

  /**
   * The operation completes the reply itself, now or later, unless it fails. When its shard goes away meanwhile and is to come
   * back, it is run again then, once.
   */
  private <R> CompletableFuture<R> parked(String groupId, Function<R, Short> errorCode,
      Function<CompletableFuture<R>, Operation<GroupShard, Void>> operation) {
    CompletableFuture<R> first = parkedOnce(groupId, operation);
    return first.handle((answer, failure) -> {
      boolean gone = failure == null && errorCode.apply(answer) == Errors.NOT_COORDINATOR.code()
          && finder.ledHere(ShardHash.shardOf(groupId, finder.groupShards()));
      return gone ? parkedOnce(groupId, operation) : first;
    }).thenCompose(last -> last);
  }

  private <R> CompletableFuture<R> parkedOnce(String groupId,
      Function<CompletableFuture<R>, Operation<GroupShard, Void>> operation) {
    CompletableFuture<R> reply = new CompletableFuture<>();
    run(groupId, operation.apply(reply)).whenComplete((r, e) -> {
      if (e != null) {
        reply.completeExceptionally(e);
      }
    });
    return reply;
  }

  @Override
  public CompletableFuture<Errors> heartbeat(HeartbeatRequest request) {
    return run(request.groupId(), (s, now) -> s.members().heartbeat(request));
  }

  @Override
  public CompletableFuture<LeaveGroupResponse> leave(LeaveGroupRequest request) {
    return run(request.groupId(), (s, now) -> s.members().leave(request, now));
  }

  // ------------------------------------------------------------------------------------------------ offsets

  @Override
  public CompletableFuture<OffsetCommitResponse> commit(OffsetCommitRequest request, int version) {
    List<ResolvedTopic> topics = new ArrayList<>(request.topics().size());
    request.topics().forEach(t -> topics.add(resolve(t.name(), t.topicId(), version >= 10)));
    return runAnyId(request.groupId(), (s, now) -> s.offsets().commit(request, topics, version, now));
  }

  @Override
  public CompletableFuture<OffsetFetchResponseGroup> fetch(OffsetFetchRequestGroup group, boolean requireStable) {
    return runAnyId(group.groupId(), (s, now) -> Result.of(s.offsets().fetch(group, requireStable)));
  }

  @Override
  public CompletableFuture<OffsetDeleteResponse> deleteOffsets(OffsetDeleteRequest request) {
    return runAnyId(request.groupId(),
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
    return runAnyId(groupId, (s, now) -> s.classic().delete(groupId));
  }

  @Override
  public CompletableFuture<DescribeGroupsResponse.DescribedGroup> describe(String groupId, int version) {
    return runAnyId(groupId, (s, now) -> Result.of(s.classic().describe(groupId, version)));
  }

  @Override
  public CompletableFuture<List<ListGroupsResponse.ListedGroup>> list(Set<String> states, Set<String> types) {
    if (runtime.loading()) {
      return CompletableFuture.failedFuture(new CoordinatorException(Errors.COORDINATOR_LOAD_IN_PROGRESS));
    }
    List<CompletableFuture<List<ListGroupsResponse.ListedGroup>>> parts = new ArrayList<>();
    for (int shard : runtime.active()) {
      parts.add(runtime.<List<ListGroupsResponse.ListedGroup>>run(shard, (s, now) -> Result.of(s.classic().list(states, types)))
          // a shard that went away meanwhile is listed by the broker that has it now
          .exceptionally(e -> {
            if (CoordinatorException.errorOf(e) == Errors.NOT_COORDINATOR) {
              return List.of();
            }
            throw new CoordinatorException(CoordinatorException.errorOf(e));
          }));
    }
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new)).thenApply(ignored -> {
      List<ListGroupsResponse.ListedGroup> all = new ArrayList<>();
      parts.forEach(p -> all.addAll(p.join()));
      return all;
    });
  }

  @Override
  public CompletableFuture<FindCoordinatorResponse.Coordinator> find(byte keyType, String key, String listener) {
    return finder.find(keyType, key, listener);
  }

  // ------------------------------------------------------------------------------------------------ shards

  private <R> CompletableFuture<R> run(String groupId, Operation<GroupShard, R> operation) {
    return groupId.isEmpty() ? CompletableFuture.failedFuture(new CoordinatorException(Errors.INVALID_GROUP_ID))
        : runAnyId(groupId, operation);
  }

  /** Consumers that only commit offsets were always allowed to have no group id. */
  private <R> CompletableFuture<R> runAnyId(String groupId, Operation<GroupShard, R> operation) {
    return runtime.run(ShardHash.shardOf(groupId, finder.groupShards()), operation);
  }
}
