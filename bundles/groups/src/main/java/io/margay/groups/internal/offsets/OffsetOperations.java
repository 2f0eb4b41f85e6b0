package io.margay.groups.internal.offsets;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardState;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.group.Group;
import io.margay.groups.internal.group.GroupConfig;
import io.margay.groups.internal.group.GroupTable;
import io.margay.groups.internal.group.MemberLiveness;
import io.margay.groups.internal.group.ShardMemory;
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
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Predicate;

/** OffsetCommit, OffsetFetch and OffsetDelete on one shard. Errors of a whole group are thrown. */
public final class OffsetOperations {
  private static final long NO_OFFSET = -1;
  private static final int FIRST_WITH_GROUP_NOT_FOUND = 9;
  private static final int FIRST_WITH_MEMBER_EPOCHS = 9;
  /** Estimated bytes of a topic and of a partition in an answer, as objects and on the wire. */
  private static final int ANSWERED_TOPIC_BYTES = 160;
  private static final int ANSWERED_PARTITION_BYTES = 90;
  /** Most tombstones of one operation, so that no shard is held for long. */
  private static final int MAX_TOMBSTONES = 2_000;

  private final GroupTable groups;
  private final OffsetStore store;
  private final GroupConfig config;
  private final MemberLiveness members;

  /**
   * @param groups the shard's groups
   * @param store the shard's offsets
   * @param config the settings
   * @param members takes commits as signs of life
   */
  public OffsetOperations(GroupTable groups, OffsetStore store, GroupConfig config, MemberLiveness members) {
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
    CommittedOffset offset = new CommittedOffset(value.offset(), value.leaderEpoch(), value.metadata(), value.commitTimestamp(),
        value.expireTimestamp(), value.topicId());
    // a consumer that commits without being a member has a group all the same
    groups.ensure(key.group(), value.commitTimestamp());
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
    Group group = groups.get(request.groupId());
    if (version < FIRST_WITH_MEMBER_EPOCHS && group != null && group.speaksConsumerProtocol(request.memberId())) {
      throw new CoordinatorException(Errors.UNSUPPORTED_VERSION);
    }
    return commit(request, topics, version, nowMs, Group::requireMayCommit);
  }

  /** As {@link #commit}, in a transaction: the records are to be written as a part of it. */
  public Result<OffsetCommitResponse> commitInTransaction(OffsetCommitRequest request, List<ResolvedTopic> topics, int version,
      long nowMs) {
    try {
      return commit(request, topics, version, nowMs, Group::requireMayCommitInTransaction);
    } catch (CoordinatorException e) {
      // producers know member epochs as generations
      throw e.error() == Errors.STALE_MEMBER_EPOCH ? new CoordinatorException(Errors.ILLEGAL_GENERATION) : e;
    }
  }

  /** Whether a group takes a commit. */
  private interface Permission {
    void require(Group group, String memberId, String instanceId, int generation);
  }

  private Result<OffsetCommitResponse> commit(OffsetCommitRequest request, List<ResolvedTopic> topics, int version, long nowMs,
      Permission permission) {
    Group group = groups.get(request.groupId());
    if (group != null) {
      permission.require(group, request.memberId(), request.groupInstanceId(), request.generationIdOrMemberEpoch());
      members.onAlive(group, request.memberId());
    } else if (request.generationIdOrMemberEpoch() >= 0) {
      throw new CoordinatorException(
          version >= FIRST_WITH_GROUP_NOT_FOUND ? Errors.GROUP_ID_NOT_FOUND : Errors.ILLEGAL_GENERATION);
    } else if (request.groupId().length() > config.idMaxLength()) {
      groups.memory().node().refused("the commit of a group whose id is too long", "margay.groups.id.max.length",
          request.groupId());
      throw new CoordinatorException(Errors.INVALID_GROUP_ID);
    }
    requirePartitions(group, request, topics);
    Commit commit = new Commit(request.groupId(), group, nowMs,
        request.retentionTimeMs() < 0 ? -1 : nowMs + request.retentionTimeMs());
    OffsetCommitResponse response = new OffsetCommitResponse();
    for (int i = 0; i < topics.size(); i++) {
      OffsetCommitRequestTopic asked = request.topics().get(i);
      OffsetCommitResponse.OffsetCommitResponseTopic answer = new OffsetCommitResponse.OffsetCommitResponseTopic()
          .setName(asked.name()).setTopicId(asked.topicId());
      for (OffsetCommitRequestPartition p : asked.partitions()) {
        answer.partitions().add(new OffsetCommitResponse.OffsetCommitResponsePartition().setPartitionIndex(p.partitionIndex())
            .setErrorCode(commit.add(topics.get(i), p).code()));
      }
      response.topics().add(answer);
    }
    return Result.divisible(commit.records, response);
  }

  /** A member that is late may commit what it has had since its epoch, and nothing else. */
  private static void requirePartitions(Group group, OffsetCommitRequest request, List<ResolvedTopic> topics) {
    if (group == null) {
      return;
    }
    for (int i = 0; i < topics.size(); i++) {
      if (topics.get(i).error() != Errors.NONE) {
        continue; // it has an answer of its own, and perhaps no name
      }
      for (OffsetCommitRequestPartition p : request.topics().get(i).partitions()) {
        Errors error = group.errorOfCommit(request.memberId(), request.generationIdOrMemberEpoch(), topics.get(i).name(),
            topics.get(i).id(), p.partitionIndex());
        if (error != Errors.NONE) {
          throw new CoordinatorException(error);
        }
      }
    }
  }

  /** The records of one request, and what they add to the memory. */
  private final class Commit {
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final String groupId;
    private final ShardMemory.Use use;
    private final long nowMs;
    private final long expireMs;
    private long grows;

    Commit(String groupId, Group group, long nowMs, long expireMs) {
      this.groupId = groupId;
      this.use = group == null ? ShardMemory.Use.NEW_OFFSETS
          : group.isEmpty() ? ShardMemory.Use.OFFSETS : ShardMemory.Use.MEMBERS;
      this.nowMs = nowMs;
      this.expireMs = expireMs;
      this.grows = group != null ? 0 : Group.costOf(groupId);
    }

    Errors add(ResolvedTopic topic, OffsetCommitRequestPartition p) {
      Errors error = topic.errorOf(p.partitionIndex());
      if (error != Errors.NONE) {
        return error;
      }
      String metadata = p.committedMetadata() == null ? "" : p.committedMetadata();
      if (metadata.length() > config.offsetMetadataMaxBytes()) {
        return Errors.OFFSET_METADATA_TOO_LARGE;
      }
      TopicPartition tp = new TopicPartition(topic.name(), p.partitionIndex());
      CommittedOffset offset =
          new CommittedOffset(p.committedOffset(), p.committedLeaderEpoch(), metadata, nowMs, expireMs, topic.id());
      long more = store.costOf(groupId, tp, offset);
      if (!groups.memory().admits(grows + more, use)) {
        // not an error that clients retry: there is no room until old offsets are forgotten, or the limit is raised
        groups.memory().node().refused("offsets for want of memory", "margay.groups.memory.bytes", groupId);
        return Errors.INVALID_COMMIT_OFFSET_SIZE;
      }
      grows += more;
      records.add(OffsetRecords.offset(groupId, tp, offset));
      return Errors.NONE;
    }
  }

  // ------------------------------------------------------------------------------------------------ OffsetFetch

  /**
   * @param asked group and its topics by name, or null topics for all
   * @param requireStable whether an offset that an open transaction may change is an error
   * @param memory what the answer takes
   * @return topics by name, partitions with their offsets, -1 where nothing is committed
   * @throws CoordinatorException COORDINATOR_NOT_AVAILABLE when there is no memory for the answer
   */
  public OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup asked, boolean requireStable, AnswerMemory memory) {
    Group group = groups.get(asked.groupId());
    if (group != null) {
      group.requireMayFetch(asked.memberId(), asked.memberEpoch());
    }
    OffsetFetchResponseGroup response = new OffsetFetchResponseGroup().setGroupId(asked.groupId());
    if (asked.topics() == null) {
      store.topics(asked.groupId()).forEach((topic, partitions) ->
          response.topics().add(fetch(asked.groupId(), topic, partitions.keySet(), requireStable, memory)));
    } else {
      for (OffsetFetchRequestTopics t : asked.topics()) {
        response.topics().add(fetch(asked.groupId(), t.name(), t.partitionIndexes(), requireStable, memory));
      }
    }
    return response;
  }

  private OffsetFetchResponseTopics fetch(String groupId, String topic, Iterable<Integer> partitions, boolean requireStable,
      AnswerMemory memory) {
    OffsetFetchResponseTopics answer = new OffsetFetchResponseTopics().setName(topic);
    memory.take(ANSWERED_TOPIC_BYTES + topic.length());
    for (int p : partitions) {
      TopicPartition tp = new TopicPartition(topic, p);
      CommittedOffset offset = store.get(groupId, tp);
      memory.take(ANSWERED_PARTITION_BYTES + (offset == null ? 0 : offset.metadata().length()));
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
    Group group = groups.get(request.groupId());
    if (group == null) {
      throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND);
    }
    group.requireMayDeleteOffsets();
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
          records.add(OffsetRecords.tombstone(request.groupId(), tp));
        }
        answer.partitions().add(new OffsetDeleteResponse.OffsetDeleteResponsePartition().setPartitionIndex(p.partitionIndex())
            .setErrorCode(error.code()));
      }
      response.topics().add(answer);
    }
    return Result.divisible(records, response);
  }

  // ------------------------------------------------------------------------------------------------ forgetting

  /**
   * Forgets what groups have committed for topics that are gone, a bounded number of offsets at a time.
   *
   * @param gone tells from a topic's name and the id that was committed, or zero, whether that topic is gone
   * @return tombstones; the response says whether there may be more
   */
  public Result<Boolean> forgetDeleted(BiPredicate<String, UUID> gone) {
    List<CoordinatorRecord> records = new ArrayList<>();
    store.forEach((groupId, tp, offset) -> {
      if (gone.test(tp.topic(), offset.topicId())) {
        records.add(OffsetRecords.tombstone(groupId, tp));
      }
      return records.size() < MAX_TOMBSTONES;
    });
    return Result.divisible(records, records.size() >= MAX_TOMBSTONES);
  }

  /**
   * Deletes a group with all its offsets. The group goes last, so that the deletion can be asked for again when a part of it fails.
   *
   * @param groupId group id
   * @return tombstones of the group and its offsets
   * @throws CoordinatorException GROUP_ID_NOT_FOUND or NON_EMPTY_GROUP
   */
  public Result<Errors> deleteGroup(String groupId) {
    Group group = groups.get(groupId);
    if (group == null) {
      throw new CoordinatorException(Errors.GROUP_ID_NOT_FOUND);
    }
    if (!group.isEmpty() || store.hasOpen(groupId)) {
      throw new CoordinatorException(Errors.NON_EMPTY_GROUP);
    }
    List<CoordinatorRecord> records = new ArrayList<>();
    for (Map.Entry<String, TreeMap<Integer, CommittedOffset>> t : store.topics(groupId).entrySet()) {
      t.getValue().keySet().forEach(p -> records.add(OffsetRecords.tombstone(groupId, new TopicPartition(t.getKey(), p))));
    }
    records.addAll(group.tombstones());
    return Result.divisible(records, Errors.NONE);
  }
}
