package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.groups.internal.group.Partitions;
import io.margay.groups.internal.handlers.ShareOffsetService;
import io.margay.groups.internal.share.StateTopics;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AlterShareGroupOffsetsRequest;
import io.margay.protocol.message.AlterShareGroupOffsetsResponse;
import io.margay.protocol.message.DeleteShareGroupOffsetsRequest;
import io.margay.protocol.message.DeleteShareGroupOffsetsResponse;
import io.margay.protocol.message.DescribeShareGroupOffsetsRequest;
import io.margay.protocol.message.DescribeShareGroupOffsetsResponse;
import io.margay.protocol.message.ReadShareGroupStateSummaryResponse;
import io.margay.spi.partition.LeaderPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * DescribeShareGroupOffsets, AlterShareGroupOffsets and DeleteShareGroupOffsets: each asks the group which partitions it knows, then the share
 * coordinators of these partitions, then changes the group. Safe for all threads.
 */
final class ShareOffsetRequests implements ShareOffsetService {
  private static final long BYTES = 1_024;
  private static final long UNKNOWN = -1;

  private final ClusterMetadata metadata;
  private final ShareStateAsking states;
  private final ShardsByGroup shards;
  private final Map<TopicPartition, LeaderPartition> led = new ConcurrentHashMap<>();

  ShareOffsetRequests(ClusterMetadata metadata, ShareStateAsking states, ShardsByGroup shards) {
    this.metadata = metadata;
    this.states = states;
    this.shards = shards;
  }

  /** This broker leads a partition, so that it knows where it ends. */
  void elected(LeaderPartition partition) {
    led.put(partition.id().topicPartition(), partition);
  }

  /** It does not any more. */
  void resigned(TopicPartition tp) {
    led.remove(tp);
  }

  private UUID idOf(String topic) {
    TopicImage image = metadata.image().topic(topic);
    return image == null ? null : image.id();
  }

  // ------------------------------------------------------------------------------------------------ describing

  @Override
  public CompletableFuture<DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup> describe(
      DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup group) {
    return shards.run(group.groupId(), BYTES, (s, now) -> Result.of(s.share().offsets().states(group.groupId()))).thenCompose(known -> {
      Map<String, List<Integer>> asked = asked(group, known);
      Partitions.Builder partitions = new Partitions.Builder();
      asked.forEach((topic, numbers) -> numbers.forEach(p -> {
        if (idOf(topic) != null) {
          partitions.add(idOf(topic), p, Partitions.NO_EPOCH);
        }
      }));
      return states.summarize(group.groupId(), partitions.build()).thenApply(found -> described(group.groupId(), asked, found));
    }).exceptionally(e -> failed(group, CoordinatorException.errorOf(e)));
  }

  static DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup failed(
      DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup group, Errors error) {
    return new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup().setGroupId(group.groupId())
        .setErrorCode(error.code()).setErrorMessage(error.message());
  }

  private Map<String, List<Integer>> asked(DescribeShareGroupOffsetsRequest.DescribeShareGroupOffsetsRequestGroup group, StateTopics known) {
    Map<String, List<Integer>> asked = new TreeMap<>();
    if (group.topics() != null) {
      group.topics().forEach(t -> asked.computeIfAbsent(t.topicName(), n -> new ArrayList<>()).addAll(t.partitions()));
      return asked;
    }
    known.all().forEachTopic((id, numbers, epochs) -> {
      TopicImage topic = metadata.image().topic(id);
      for (int n : topic == null ? new int[0] : numbers) {
        asked.computeIfAbsent(topic.name(), name -> new ArrayList<>()).add(n);
      }
    });
    return asked;
  }

  private DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup described(String groupId,
      Map<String, List<Integer>> asked, Map<UUID, Map<Integer, ReadShareGroupStateSummaryResponse.PartitionResult>> found) {
    DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup result =
        new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseGroup().setGroupId(groupId);
    asked.forEach((name, numbers) -> {
      UUID id = idOf(name);
      DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseTopic topic =
          new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponseTopic().setTopicName(name);
      if (id != null) {
        topic.setTopicId(id);
      }
      for (int p : numbers) {
        DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponsePartition shown =
            new DescribeShareGroupOffsetsResponse.DescribeShareGroupOffsetsResponsePartition().setPartitionIndex(p).setStartOffset(UNKNOWN);
        ReadShareGroupStateSummaryResponse.PartitionResult state = id == null ? null : found.getOrDefault(id, Map.of()).get(p);
        Errors error = id == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : state == null ? Errors.NONE : Errors.forCode(state.errorCode());
        if (error != Errors.NONE) {
          shown.setErrorCode(error.code()).setErrorMessage(error.message());
        } else if (state != null) {
          shown.setStartOffset(state.startOffset()).setLeaderEpoch(state.leaderEpoch()).setLag(lag(new TopicPartition(name, p), state));
        }
        topic.partitions().add(shown);
      }
      result.topics().add(topic);
    });
    return result;
  }

  /** Known of partitions that this broker leads. */
  private long lag(TopicPartition tp, ReadShareGroupStateSummaryResponse.PartitionResult state) {
    LeaderPartition leader = led.get(tp);
    return leader == null || state.startOffset() < 0 || state.deliveryCompleteCount() < 0 ? UNKNOWN
        : Math.max(0, leader.highWatermark() - state.startOffset() - state.deliveryCompleteCount());
  }

  // ------------------------------------------------------------------------------------------------ altering

  @Override
  public CompletableFuture<AlterShareGroupOffsetsResponse> alter(AlterShareGroupOffsetsRequest request, long bytes) {
    Map<UUID, Map<Integer, Long>> wanted = new HashMap<>();
    Partitions.Builder builder = new Partitions.Builder();
    request.topics().forEach(t -> t.partitions().forEach(p -> {
      TopicImage topic = metadata.image().topic(t.topicName());
      if (topic != null && p.partitionIndex() >= 0 && p.partitionIndex() < topic.partitions().size() && p.startOffset() >= 0) {
        wanted.computeIfAbsent(topic.id(), id -> new HashMap<>()).put(p.partitionIndex(), p.startOffset());
        builder.add(topic.id(), p.partitionIndex(), Partitions.NO_EPOCH);
      }
    }));
    Partitions partitions = builder.build();
    String groupId = request.groupId();
    if (partitions.isEmpty()) {
      return shards.run(groupId, bytes, (s, now) -> Result.of(s.share().offsets().statesOfEmpty(groupId)))
          .thenApply(states -> altered(request, Partitions.NONE, Partitions.NONE));
    }
    return shards.run(groupId, bytes, (s, now) -> s.share().offsets().beginAlter(groupId, partitions))
        .thenCompose(epoch -> states.startAt(groupId, epoch, partitions, (id, p) -> wanted.get(id).get(p)))
        .thenCompose(done -> shards.run(groupId, bytes, (s, now) -> s.share().offsets().endAlter(groupId, done))
            .thenApply(ended -> altered(request, partitions, done)));
  }

  private AlterShareGroupOffsetsResponse altered(AlterShareGroupOffsetsRequest request, Partitions asked, Partitions done) {
    AlterShareGroupOffsetsResponse response = new AlterShareGroupOffsetsResponse();
    request.topics().forEach(t -> {
      UUID id = idOf(t.topicName());
      AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic topic =
          new AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponseTopic().setTopicName(t.topicName());
      if (id != null) {
        topic.setTopicId(id);
      }
      t.partitions().forEach(p -> {
        Errors error = id == null || !asked.contains(id, p.partitionIndex()) ? Errors.UNKNOWN_TOPIC_OR_PARTITION
            : done.contains(id, p.partitionIndex()) ? Errors.NONE : Errors.COORDINATOR_NOT_AVAILABLE;
        topic.partitions().add(new AlterShareGroupOffsetsResponse.AlterShareGroupOffsetsResponsePartition()
            .setPartitionIndex(p.partitionIndex()).setErrorCode(error.code()).setErrorMessage(error == Errors.NONE ? null : error.message()));
      });
      response.responses().add(topic);
    });
    return response;
  }

  // ------------------------------------------------------------------------------------------------ deleting

  @Override
  public CompletableFuture<DeleteShareGroupOffsetsResponse> delete(DeleteShareGroupOffsetsRequest request, long bytes) {
    String groupId = request.groupId();
    return shards.run(groupId, bytes, (s, now) -> Result.of(s.share().offsets().statesOfEmpty(groupId))).thenCompose(known -> {
      Set<UUID> wanted = new HashSet<>();
      request.topics().forEach(t -> wanted.add(idOf(t.topicName())));
      Partitions partitions = known.all().where((topic, p) -> wanted.contains(topic));
      return states.delete(groupId, partitions).thenCompose(error -> error != Errors.NONE
          ? CompletableFuture.completedFuture(deleted(request, partitions, error))
          : shards.run(groupId, bytes, (s, now) -> s.share().offsets().drop(groupId, partitions))
              .thenApply(ended -> deleted(request, partitions, Errors.NONE)));
    });
  }

  private DeleteShareGroupOffsetsResponse deleted(DeleteShareGroupOffsetsRequest request, Partitions known, Errors outcome) {
    DeleteShareGroupOffsetsResponse response = new DeleteShareGroupOffsetsResponse();
    request.topics().forEach(t -> {
      UUID id = idOf(t.topicName());
      Errors error = id == null || !known.topics().contains(id) ? Errors.UNKNOWN_TOPIC_OR_PARTITION : outcome;
      DeleteShareGroupOffsetsResponse.DeleteShareGroupOffsetsResponseTopic topic =
          new DeleteShareGroupOffsetsResponse.DeleteShareGroupOffsetsResponseTopic().setTopicName(t.topicName())
              .setErrorCode(error.code()).setErrorMessage(error == Errors.NONE ? null : error.message());
      response.responses().add(id == null ? topic : topic.setTopicId(id));
    });
    return response;
  }
}
