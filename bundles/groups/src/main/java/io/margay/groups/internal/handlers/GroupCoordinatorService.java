package io.margay.groups.internal.handlers;

import io.margay.groups.internal.classic.JoinOperations;
import io.margay.groups.internal.consumer.HeartbeatOperations;
import io.margay.groups.internal.group.AnswerMemory;
import io.margay.groups.internal.offsets.ResolvedTopic;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ConsumerGroupDescribeResponse;
import io.margay.protocol.message.ConsumerGroupHeartbeatRequest;
import io.margay.protocol.message.ConsumerGroupHeartbeatResponse;
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
import io.margay.protocol.message.ShareGroupDescribeResponse;
import io.margay.protocol.message.ShareGroupHeartbeatRequest;
import io.margay.protocol.message.ShareGroupHeartbeatResponse;
import io.margay.protocol.message.SyncGroupRequest;
import io.margay.protocol.message.SyncGroupResponse;
import io.margay.spi.partition.TransactionVerifier;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The port through which the handlers reach the group coordinator. Never blocks; safe for all threads. What is asked of a group fails
 * with a {@link io.margay.coordinator.CoordinatorException} when the whole request has one error. {@code bytes} is what a request
 * holds in memory until it is answered, about.
 */
public interface GroupCoordinatorService {
  /** @see JoinOperations.Join#of */
  CompletableFuture<JoinGroupResponse> join(JoinGroupRequest request, int version, String clientId, String clientHost, long bytes);

  /** Answers when the leader's assignment is committed. */
  CompletableFuture<SyncGroupResponse> sync(SyncGroupRequest request, long bytes);

  /** @return NONE or REBALANCE_IN_PROGRESS */
  CompletableFuture<Errors> heartbeat(HeartbeatRequest request);

  /** @return an answer for each of the request's members; versions with a single member are turned into one with a list */
  CompletableFuture<LeaveGroupResponse> leave(LeaveGroupRequest request, long bytes);

  /**
   * Lets a member of a consumer group join, stay or leave.
   *
   * @param sender who sends the request
   * @return what the member may consume
   */
  CompletableFuture<ConsumerGroupHeartbeatResponse> consumerHeartbeat(ConsumerGroupHeartbeatRequest request, HeartbeatOperations.Sender sender,
      long bytes);

  /** Lets a member of a share group join, stay or leave; returns what it may consume. */
  CompletableFuture<ShareGroupHeartbeatResponse> shareHeartbeat(ShareGroupHeartbeatRequest request, String clientId, String clientHost,
      long bytes);

  /** @return an answer per partition */
  CompletableFuture<OffsetCommitResponse> commit(OffsetCommitRequest request, int version, long bytes);

  /**
   * Commits offsets that count when a producer's transaction is committed.
   *
   * @param claim transaction and producer
   * @param add whether the group's partition is added to the transaction (transactions v2)
   * @param offsets what is committed
   * @param version of OffsetCommit with the same errors
   * @param bytes what the request holds, about
   * @return an answer per partition
   */
  CompletableFuture<OffsetCommitResponse> commitInTransaction(TransactionVerifier.Claim claim, boolean add, OffsetCommitRequest offsets,
      int version, long bytes);

  /** @return offsets of one group, its topics by name */
  CompletableFuture<OffsetFetchResponseGroup> fetch(OffsetFetchRequestGroup group, boolean requireStable, AnswerMemory memory);

  /** @return an answer per partition */
  CompletableFuture<OffsetDeleteResponse> deleteOffsets(OffsetDeleteRequest request, long bytes);

  /** Deletes an empty group with its offsets. */
  CompletableFuture<Errors> delete(String groupId);

  /** @return the groups, in any order; Dead, or an error, for those that cannot be described */
  CompletableFuture<List<DescribeGroupsResponse.DescribedGroup>> describe(Collection<String> groupIds, int version,
      AnswerMemory memory);

  /** @return the consumer groups, in any order; an error for those that cannot be described */
  CompletableFuture<List<ConsumerGroupDescribeResponse.DescribedGroup>> describeConsumer(Collection<String> groupIds, AnswerMemory memory);

  /** @return the share groups, in any order; an error for those that cannot be described */
  CompletableFuture<List<ShareGroupDescribeResponse.DescribedGroup>> describeShare(Collection<String> groupIds, AnswerMemory memory);

  /** @return what is asked of streams groups */
  StreamsGroupService streams();

  /** @return what is asked of start offsets of share groups */
  ShareOffsetService shareOffsets();

  /**
   * @param states names of states in lower case; empty for all
   * @param types names of group types in lower case; empty for all
   * @param memory what the answer takes
   * @return the groups that this broker coordinates
   */
  CompletableFuture<List<ListGroupsResponse.ListedGroup>> list(Set<String> states, Set<String> types, AnswerMemory memory);

  /**
   * Finds a coordinator, and creates the topic that holds its state when there is none yet.
   *
   * @param keyType 0 for groups, 1 for transactions, 2 for share groups
   * @param key group id or transactional id
   * @param listener the listener whose address the client can use
   * @return the answer for the key, with an error in it
   */
  CompletableFuture<FindCoordinatorResponse.Coordinator> find(byte keyType, String key, String listener);

  /**
   * @param name a topic's name, used when {@code byId} is false
   * @param id a topic's id, used when {@code byId} is true
   * @param byId whether the request names the topic by its id
   * @return the topic as the cluster knows it now
   */
  ResolvedTopic resolve(String name, UUID id, boolean byId);
}
