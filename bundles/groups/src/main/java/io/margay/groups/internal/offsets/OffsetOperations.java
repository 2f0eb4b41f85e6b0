package io.margay.groups.internal.offsets;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardState;
import io.margay.groups.internal.GroupRecords;
import io.margay.groups.internal.classic.ClassicGroup;
import io.margay.groups.internal.classic.GroupConfig;
import io.margay.groups.internal.classic.GroupState;
import io.margay.groups.internal.classic.MemberOperations;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import io.margay.protocol.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.protocol.message.OffsetDeleteRequest;
import io.margay.protocol.message.OffsetDeleteResponse;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import io.margay.protocol.state.OffsetCommitKey;
import io.margay.protocol.state.OffsetCommitValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** OffsetCommit, OffsetFetch and OffsetDelete on one shard. Errors of a whole group are thrown. */
public final class OffsetOperations {
  private static final long NO_OFFSET = -1;
  private static final int FIRST_WITH_GROUP_NOT_FOUND = 9;

  private final Map<String, ClassicGroup> groups;
  private final OffsetStore store;
  private final GroupConfig config;
  private final MemberOperations members;

  /**
   * @param groups the shard's groups by id
   * @param store the shard's offsets
   * @param config the settings
   * @param members of the same shard
   */
  public OffsetOperations(Map<String, ClassicGroup> groups, OffsetStore store, GroupConfig config, MemberOperations members) {
    this.groups = groups;
    this.store = store;
    this.config = config;
    this.members = members;
  }

  // ------------------------------------------------------------------------------------------------ replay

  /**
   * Applies a commit.
   *
   * @param producerId producer of the transaction, or {@link ShardState#NO_PRODUCER_ID}
   * @param key group and partition
   * @param value null for a tombstone
   */
  public void replay(long producerId, OffsetCommitKey key, OffsetCommitValue value) {
    TopicPartition tp = new TopicPartition(key.topic(), key.partition());
    if (value == null) {
      store.remove(key.group(), tp);
      return;
    }
    // who commits without being a member has a group all the same
    groups.computeIfAbsent(key.group(), id -> new ClassicGroup(id, value.commitTimestamp()));
    CommittedOffset offset = new CommittedOffset(value.offset(), value.leaderEpoch(), value.metadata(), value.commitTimestamp(),
        value.expireTimestamp(), value.topicId());
    if (producerId == ShardState.NO_PRODUCER_ID) {
      store.put(key.group(), tp, offset);
    } else {
      store.putOpen(producerId, key.group(), tp, offset);
    }
  }

  /**
   * Applies the end of a transaction.
   *
   * @param producerId the producer
   * @param commit false when it was aborted
   */
  public void replayMarker(long producerId, boolean commit) {
    store.endTransaction(producerId, commit);
  }

  // ------------------------------------------------------------------------------------------------ OffsetCommit

  /**
   * @param request the request
   * @param topics its topics as the cluster knows them, in the same order
   * @param version its version
   * @param nowMs milliseconds since the epoch
   * @return what is to be written, and an answer per partition
   */
  public Result<OffsetCommitResponse> commit(OffsetCommitRequest request, List<ResolvedTopic> topics, int version, long nowMs) {
    ClassicGroup group = groups.get(request.groupId());
    if (group != null) {
      requireMayCommit(group, request);
      members.onCommit(group, request.memberId());
    } else if (request.generationIdOrMemberEpoch() >= 0) {
      throw new CoordinatorException(
          version >= FIRST_WITH_GROUP_NOT_FOUND ? Errors.GROUP_ID_NOT_FOUND : Errors.ILLEGAL_GENERATION);
    }
    long expireMs = request.retentionTimeMs() < 0 ? -1 : nowMs + request.retentionTimeMs();
    List<CoordinatorRecord> records = new ArrayList<>();
    OffsetCommitResponse response = new OffsetCommitResponse();
    for (int i = 0; i < topics.size(); i++) {
      OffsetCommitRequestTopic asked = request.topics().get(i);
      ResolvedTopic topic = topics.get(i);
      OffsetCommitResponse.OffsetCommitResponseTopic answer = new OffsetCommitResponse.OffsetCommitResponseTopic()
          .setName(asked.name()).setTopicId(asked.topicId());
      for (OffsetCommitRequestPartition p : asked.partitions()) {
        Errors error = topic.errorOf(p.partitionIndex());
        String metadata = p.committedMetadata() == null ? "" : p.committedMetadata();
        if (error == Errors.NONE && metadata.length() > config.offsetMetadataMaxBytes()) {
          error = Errors.OFFSET_METADATA_TOO_LARGE;
        }
        if (error == Errors.NONE) {
          records.add(GroupRecords.offset(request.groupId(), new TopicPartition(topic.name(), p.partitionIndex()),
              new CommittedOffset(p.committedOffset(), p.committedLeaderEpoch(), metadata, nowMs, expireMs, topic.id())));
        }
        answer.partitions().add(new OffsetCommitResponse.OffsetCommitResponsePartition().setPartitionIndex(p.partitionIndex())
            .setErrorCode(error.code()));
      }
      response.topics().add(answer);
    }
    return Result.of(records, response);
  }

  private static void requireMayCommit(ClassicGroup group, OffsetCommitRequest request) {
    int generation = request.generationIdOrMemberEpoch();
    boolean empty = group.state() == GroupState.EMPTY;
    if (generation < 0 && empty) {
      return;
    }
    if (generation >= 0 || !request.memberId().isEmpty() || request.groupInstanceId() != null) {
      group.requireMember(request.memberId(), request.groupInstanceId());
      if (generation != group.generation()) {
        throw new CoordinatorException(Errors.ILLEGAL_GENERATION);
      }
    } else if (!empty) {
      // the group is managed: who is no member has no say
      throw new CoordinatorException(Errors.UNKNOWN_MEMBER_ID);
    }
    if (group.state() == GroupState.COMPLETING_REBALANCE) {
      throw new CoordinatorException(Errors.REBALANCE_IN_PROGRESS);
    }
  }

  // ------------------------------------------------------------------------------------------------ OffsetFetch

  /**
   * @param asked group and its topics by name, or null topics for all
   * @param requireStable whether an offset that an open transaction may change is an error
   * @return topics by name, partitions with their offsets, -1 where nothing is committed
   */
  public OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup asked, boolean requireStable) {
    OffsetFetchResponseGroup response = new OffsetFetchResponseGroup().setGroupId(asked.groupId());
    if (asked.topics() == null) {
      store.topics(asked.groupId()).forEach((topic, partitions) ->
          response.topics().add(fetch(asked.groupId(), topic, partitions.keySet(), requireStable)));
    } else {
      for (OffsetFetchRequestTopics t : asked.topics()) {
        response.topics().add(fetch(asked.groupId(), t.name(), t.partitionIndexes(), requireStable));
      }
    }
    return response;
  }

  private OffsetFetchResponseTopics fetch(String groupId, String topic, Iterable<Integer> partitions, boolean requireStable) {
    OffsetFetchResponseTopics answer = new OffsetFetchResponseTopics().setName(topic);
    for (int p : partitions) {
      TopicPartition tp = new TopicPartition(topic, p);
      CommittedOffset offset = store.get(groupId, tp);
      OffsetFetchResponsePartitions of = new OffsetFetchResponsePartitions().setPartitionIndex(p).setCommittedOffset(NO_OFFSET);
      if (requireStable && store.isUnstable(groupId, tp)) {
        of.setErrorCode(Errors.UNSTABLE_OFFSET_COMMIT.code());
      } else if (offset != null) {
        of.setCommittedOffset(offset.offset()).setCommittedLeaderEpoch(offset.leaderEpoch()).setMetadata(offset.metadata());
      }
      answer.partitions().add(of);
    }
    return answer;
  }

  // ------------------------------------------------------------------------------------------------ OffsetDelete

  /**
   * @param request the request
   * @param exists tells whether the cluster has a topic
   * @return tombstones, and an answer per partition
   */
  public Result<OffsetDeleteResponse> delete(OffsetDeleteRequest request, Predicate<String> exists) {
    ClassicGroup group = groups.get(request.groupId());
    if (group == null) {
      throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND);
    }
    if (group.state() != GroupState.EMPTY && !ClassicGroup.CONSUMER.equals(group.protocolType())) {
      throw new CoordinatorException(Errors.NON_EMPTY_GROUP);
    }
    List<CoordinatorRecord> records = new ArrayList<>();
    OffsetDeleteResponse response = new OffsetDeleteResponse();
    for (OffsetDeleteRequest.OffsetDeleteRequestTopic t : request.topics()) {
      Errors error = !exists.test(t.name()) ? Errors.UNKNOWN_TOPIC_OR_PARTITION
          : group.isSubscribedTo(t.name()) ? Errors.GROUP_SUBSCRIBED_TO_TOPIC : Errors.NONE;
      OffsetDeleteResponse.OffsetDeleteResponseTopic answer =
          new OffsetDeleteResponse.OffsetDeleteResponseTopic().setName(t.name());
      for (OffsetDeleteRequest.OffsetDeleteRequestPartition p : t.partitions()) {
        TopicPartition tp = new TopicPartition(t.name(), p.partitionIndex());
        if (error == Errors.NONE && store.get(request.groupId(), tp) != null) {
          records.add(GroupRecords.offsetTombstone(request.groupId(), tp));
        }
        answer.partitions().add(new OffsetDeleteResponse.OffsetDeleteResponsePartition().setPartitionIndex(p.partitionIndex())
            .setErrorCode(error.code()));
      }
      response.topics().add(answer);
    }
    return Result.of(records, response);
  }

  /**
   * Forgets what groups have committed for topics that are gone.
   *
   * @param topics names of deleted topics
   * @return tombstones
   */
  public Result<Void> onTopicsDeleted(Iterable<String> topics) {
    List<CoordinatorRecord> records = new ArrayList<>();
    for (String topic : topics) {
      store.forTopic(topic, (group, tp) -> records.add(GroupRecords.offsetTombstone(group, tp)));
    }
    return Result.of(records, null);
  }

  /**
   * @param groupId group id
   * @return tombstones of all its offsets
   */
  public List<CoordinatorRecord> tombstones(String groupId) {
    List<CoordinatorRecord> records = new ArrayList<>();
    for (Map.Entry<String, TreeMap<Integer, CommittedOffset>> t : store.topics(groupId).entrySet()) {
      t.getValue().keySet().forEach(p -> records.add(GroupRecords.offsetTombstone(groupId, new TopicPartition(t.getKey(), p))));
    }
    return records;
  }
}
