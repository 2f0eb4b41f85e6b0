package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.ShardContext;
import io.margay.groups.internal.consumer.Background;
import io.margay.groups.internal.consumer.ConsumerGroups;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.groups.internal.handlers.GroupCoordinatorService;
import io.margay.groups.internal.share.ShareGroups;
import io.margay.groups.internal.streams.StreamsGroups;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import io.margay.model.LeaderEpoch;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.JoinGroupRequest;
import io.margay.protocol.message.JoinGroupResponse;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import io.margay.spi.time.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** A coordinator with one shard, a log in memory and a manual clock, and short forms of the requests. */
public final class GroupsFixture {
  static final String GROUP = "g";
  static final int SESSION = 10_000;
  static final int REBALANCE = 60_000;

  /** Settings that a test changes. */
  static final class Config implements GroupConfig {
    int delayMs;
    int maxSize = Integer.MAX_VALUE;
    long retentionMs = 7L * 24 * 3600 * 1000;
    long memoryBytes = 1 << 30;
    int offsetMetadataMaxBytes = 16;
    int idMaxLength = 100;
    int metadataMaxBytes = 1_000_000;

    @Override
    public int initialRebalanceDelayMs() {
      return delayMs;
    }

    @Override
    public int minSessionTimeoutMs() {
      return 6_000;
    }

    @Override
    public int maxSessionTimeoutMs() {
      return 1_800_000;
    }

    @Override
    public int maxSize() {
      return maxSize;
    }

    @Override
    public int offsetMetadataMaxBytes() {
      return offsetMetadataMaxBytes;
    }

    @Override
    public long offsetsRetentionMs() {
      return retentionMs;
    }

    @Override
    public long memoryBytes() {
      return memoryBytes;
    }

    @Override
    public long shardMemoryBytes() {
      return memoryBytes;
    }

    @Override
    public int idMaxLength() {
      return idMaxLength;
    }

    @Override
    public int memberProtocolsMax() {
      return 3;
    }

    @Override
    public int memberMetadataMaxBytes() {
      return metadataMaxBytes;
    }
  }

  /** Nothing is created; requests wait for shards only where a test says so. */
  private final class FinderSettings implements CoordinatorFinder.Settings {
    @Override
    public int partitions() {
      return 1;
    }

    @Override
    public int replicationFactor() {
      return 1;
    }

    @Override
    public Map<String, String> topicConfigs(int replicas) {
      return Map.of();
    }

    @Override
    public int waitMs() {
      return 1_000;
    }

    @Override
    public int shardWaitMs() {
      return shardWaitMs;
    }
  }

  int shardWaitMs;
  final ManualTime time = new ManualTime();
  final Config config = new Config();
  final ConsumerSettings consumer = new ConsumerSettings();
  final ShareSettings share = new ShareSettings();
  final TestShareStates shareStates = new TestShareStates();
  final StreamsSettings streams = new StreamsSettings();
  final TestAssignors assignors = new TestAssignors();
  final TestTaskAssignors taskAssignors = new TestTaskAssignors();
  final TestCreator creator = new TestCreator();
  FakeLog log = new FakeLog();
  ClusterImage image = image(Map.of("t", new UUID(1, 1), "u", new UUID(2, 2)));
  GroupCoordinator groups;

  /** Begins with an empty log. */
  public GroupsFixture() {
    start();
  }

  static ClusterImage image(Map<String, UUID> topics) {
    return image(topics, 1);
  }

  /** All partitions are led by one broker. */
  static ClusterImage image(Map<String, UUID> topics, int leader) {
    BrokerId one = new BrokerId(1);
    BrokerId led = new BrokerId(leader);
    PartitionImage p = new PartitionImage(0, List.of(led), List.of(led), led, new LeaderEpoch(0), 0);
    Map<String, TopicImage> byName = new HashMap<>();
    Map<String, UUID> all = new HashMap<>(topics);
    all.put(CoordinatorFinder.OFFSETS_TOPIC, new UUID(9, 9));
    all.put(CoordinatorFinder.TRANSACTION_TOPIC, new UUID(9, 8));
    all.put(CoordinatorFinder.SHARE_TOPIC, new UUID(9, 7));
    all.forEach((n, id) -> byName.put(n, new TopicImage(n, id, n.startsWith("__"), List.of(p))));
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    brokers.put(one, new BrokerImage(one, 1, List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "h", 9092)), null, false));
    return new ClusterImage("c", 1, one, brokers, TopicsImage.of(byName), Map.of(),
        Map.of("group.version", (short) 1, "share.version", (short) 1, "streams.version", (short) 1));
  }

  /** Topics with numbers of partitions. Their ids are the same each time; t has 1-1. */
  static ClusterImage imageOf(Map<String, Integer> counts) {
    Map<String, UUID> ids = new HashMap<>();
    counts.keySet().forEach(n -> ids.put(n, n.equals("t") ? new UUID(1, 1) : new UUID(3, n.hashCode())));
    ClusterImage plain = image(ids);
    Map<String, TopicImage> byName = new HashMap<>(plain.topics());
    counts.forEach((n, count) -> {
      List<PartitionImage> partitions = new ArrayList<>();
      for (int p = 0; p < count; p++) {
        PartitionImage first = plain.topic(n).partitions().get(0);
        partitions.add(new PartitionImage(p, first.members(), first.leader(), first.leaderEpoch(), 0));
      }
      byName.put(n, new TopicImage(n, ids.get(n), false, partitions));
    });
    return new ClusterImage("c", 1, plain.controller(), plain.brokers(), TopicsImage.of(byName), Map.of(), plain.features());
  }

  private CoordinatorFinder finder(String topic) {
    return new CoordinatorFinder(topic, () -> image, null, time, new FinderSettings(), new BrokerId(1));
  }

  void start() {
    GroupCoordinator.Finders finder = new GroupCoordinator.Finders(finder(CoordinatorFinder.OFFSETS_TOPIC),
        finder(CoordinatorFinder.TRANSACTION_TOPIC), finder(CoordinatorFinder.SHARE_TOPIC));
    groups = new GroupCoordinator(new GroupCoordinator.Environment(time, time, Runnable::run, () -> 5_000,
        new CoordinatorRuntime.Limits(1_000, 1 << 30)), new GroupCoordinator.Config(config, consumer, share, streams), finder, () -> image, creator,
        new GroupCoordinator.AllAssignors(assignors, taskAssignors));
    groups.shareStates().set(shareStates);
    groups.elected(0, log);
  }

  /** As if the bundle was replaced: only the log stays. */
  void restart() {
    groups.close();
    start();
  }

  // ------------------------------------------------------------------------------------------------ requests

  static JoinGroupRequest joinRequest(String memberId, String instanceId, String... protocols) {
    JoinGroupRequest r = new JoinGroupRequest().setGroupId(GROUP).setSessionTimeoutMs(SESSION).setRebalanceTimeoutMs(REBALANCE)
        .setMemberId(memberId).setGroupInstanceId(instanceId).setProtocolType("consumer");
    for (String p : protocols) {
      String[] parts = p.split(":");
      r.protocols().add(new JoinGroupRequest.JoinGroupRequestProtocol().setName(parts[0])
          .setMetadata(parts.length > 1 ? parts[1].getBytes() : new byte[] {1}));
    }
    return r;
  }

  CompletableFuture<JoinGroupResponse> join(String memberId, String instanceId, int version, String... protocols) {
    return join(joinRequest(memberId, instanceId, protocols.length == 0 ? new String[] {"range"} : protocols), version);
  }

  CompletableFuture<JoinGroupResponse> join(JoinGroupRequest request, int version) {
    return groups.join(request, version, "client", "/127.0.0.1", 1).exceptionally(e -> new JoinGroupResponse()
        .setErrorCode(CoordinatorException.errorOf(e).code()).setMemberId(request.memberId()));
  }

  /** Joins with the id that the coordinator gives. */
  CompletableFuture<JoinGroupResponse> joinNew(String... protocols) {
    JoinGroupResponse first = join("", null, 9, protocols).join();
    if (first.errorCode() != Errors.MEMBER_ID_REQUIRED.code()) {
      throw new AssertionError(first);
    }
    return join(first.memberId(), null, 9, protocols);
  }

  CompletableFuture<SyncGroupResponse> sync(String memberId, int generation, Map<String, String> assignments) {
    return sync(memberId, null, generation, assignments);
  }

  CompletableFuture<SyncGroupResponse> sync(String memberId, String instanceId, int generation, Map<String, String> assignments) {
    SyncGroupRequest r = new SyncGroupRequest().setGroupId(GROUP).setMemberId(memberId).setGroupInstanceId(instanceId)
        .setGenerationId(generation);
    assignments.forEach((m, a) -> r.assignments().add(new SyncGroupRequest.SyncGroupRequestAssignment().setMemberId(m)
        .setAssignment(a.getBytes())));
    return groups.sync(r, 1).exceptionally(e -> new SyncGroupResponse().setErrorCode(CoordinatorException.errorOf(e).code()));
  }

  Errors heartbeat(String memberId, int generation) {
    return heartbeat(memberId, null, generation);
  }

  Errors heartbeat(String memberId, String instanceId, int generation) {
    return groups.heartbeat(new HeartbeatRequest().setGroupId(GROUP).setMemberId(memberId).setGroupInstanceId(instanceId)
        .setGenerationId(generation)).exceptionally(CoordinatorException::errorOf).join();
  }

  CompletableFuture<Errors> heartbeatLater(String memberId, int generation) {
    return groups.heartbeat(new HeartbeatRequest().setGroupId(GROUP).setMemberId(memberId).setGenerationId(generation))
        .exceptionally(CoordinatorException::errorOf);
  }

  List<Errors> leave(String... memberIds) {
    LeaveGroupRequest r = new LeaveGroupRequest().setGroupId(GROUP);
    for (String id : memberIds) {
      r.members().add(id.startsWith("#") ? new LeaveGroupRequest.MemberIdentity().setGroupInstanceId(id.substring(1))
          : new LeaveGroupRequest.MemberIdentity().setMemberId(id));
    }
    return groups.leave(r, 1).thenApply(x -> x.members().stream().map(m -> Errors.forCode(m.errorCode())).toList())
        .exceptionally(e -> List.of(CoordinatorException.errorOf(e))).join();
  }

  Errors commit(String memberId, int generation, String topic, long offset) {
    return commit(memberId, generation, topic, offset, "m");
  }

  Errors commit(String memberId, int generation, String topic, long offset, String metadata) {
    return commit(memberId, generation, topic, 0, offset, metadata);
  }

  Errors commit(String memberId, int generation, String topic, int partition, long offset, String metadata) {
    return commit(memberId, generation, topic, partition, offset, metadata, 9);
  }

  Errors commit(String memberId, int generation, String topic, int partition, long offset, String metadata, int version) {
    OffsetCommitRequest r = new OffsetCommitRequest().setGroupId(GROUP).setMemberId(memberId)
        .setGenerationIdOrMemberEpoch(generation);
    r.topics().add(new OffsetCommitRequest.OffsetCommitRequestTopic().setName(topic).setPartitions(new ArrayList<>(List.of(
        new OffsetCommitRequest.OffsetCommitRequestPartition().setPartitionIndex(partition).setCommittedOffset(offset)
            .setCommittedLeaderEpoch(3).setCommittedMetadata(metadata)))));
    try {
      return Errors.forCode(groups.commit(r, version, 1).join().topics().get(0).partitions().get(0).errorCode());
    } catch (java.util.concurrent.CompletionException e) {
      return CoordinatorException.errorOf(e);
    }
  }

  /** @return the committed offset, -1 for none */
  long committed(String topic) {
    OffsetFetchResponse.OffsetFetchResponsePartitions p = fetch(topic, false);
    return p.errorCode() != 0 ? -100 - p.errorCode() : p.committedOffset();
  }

  OffsetFetchResponse.OffsetFetchResponsePartitions fetch(String topic, boolean requireStable) {
    OffsetFetchRequest.OffsetFetchRequestGroup g = new OffsetFetchRequest.OffsetFetchRequestGroup().setGroupId(GROUP);
    g.topics().add(new OffsetFetchRequest.OffsetFetchRequestTopics().setName(topic).setPartitionIndexes(List.of(0)));
    return groups.fetch(g, requireStable, free()).join().topics().get(0).partitions().get(0);
  }

  String state() {
    return describe(GROUP, 5).groupState();
  }

  static AnswerMemory free() {
    return new AnswerMemory(bytes -> true);
  }

  DescribeGroupsResponse.DescribedGroup describe(String groupId, int version) {
    return groups.describe(List.of(groupId), version, free()).join().get(0);
  }

  /** A shard that nobody loads; its timers never run. */
  GroupShard shard() {
    ShardContext context = new ShardContext() {
      @Override
      public int shard() {
        return 0;
      }

      @Override
      public void defer(Runnable completion) {
        completion.run();
      }

      @Override
      public long elapsedMs() {
        return time.millis();
      }

      @Override
      public Timer after(long delayMs, Task task) {
        return () -> { };
      }
    };
    return new GroupShard(context, config, new CoordinatorMemory("groups", config::memoryBytes, config::shardMemoryBytes, time), () -> 1,
        new GroupShard.Surroundings(new ConsumerGroups.Surroundings(consumer, new ClusterTopics(() -> image), assignors, new Background() {
          @Override
          public <T> void run(Supplier<T> work, Then<T> then) {
            throw new IllegalStateException("nothing runs on a shard that nobody loads");
          }
        }), new ShareGroups.Surroundings(share, new ClusterTopics(() -> image), assignors, (group, epoch, partitions, then) -> { }),
            new StreamsGroups.Surroundings(streams, new ClusterTopics(() -> image), taskAssignors)));
  }

  /** @return the coordinator as handlers see it */
  public GroupCoordinatorService service() {
    return groups;
  }

  /** @return partitions of the topics that were created for streams groups */
  public Map<String, Integer> createdTopics() {
    return creator.created;
  }

  /** Commits without being a member. */
  public void commitSimple(String topic, long offset) {
    commit("", -1, topic, offset);
  }

  /** @return ids of members of a stable group, the leader first */
  List<String> stable(int size) {
    List<CompletableFuture<JoinGroupResponse>> joins = new ArrayList<>();
    int delay = config.delayMs;
    config.delayMs = 1;
    for (int i = 0; i < size; i++) {
      joins.add(joinNew());
    }
    config.delayMs = delay;
    while (!joins.get(0).isDone()) {
      time.advance(1);
    }
    List<String> ids = joins.stream().map(j -> j.join().memberId()).toList();
    int generation = joins.get(0).join().generationId();
    Map<String, String> assignments = new HashMap<>();
    ids.forEach(id -> assignments.put(id, "a-" + ids.indexOf(id)));
    sync(ids.get(0), generation, assignments).join();
    ids.subList(1, size).forEach(id -> sync(id, generation, Map.of()).join());
    return ids;
  }
}
