package io.margay.mirror.internal;

import io.margay.metadata.TopicImage;
import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.AddOffsetsToTxnRequest;
import io.margay.protocol.message.AddOffsetsToTxnResponse;
import io.margay.protocol.message.AddPartitionsToTxnRequest;
import io.margay.protocol.message.AddPartitionsToTxnRequest.AddPartitionsToTxnTopic;
import io.margay.protocol.message.AddPartitionsToTxnResponse;
import io.margay.protocol.message.EndTxnRequest;
import io.margay.protocol.message.EndTxnResponse;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.protocol.message.OffsetFetchRequest;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import io.margay.protocol.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import io.margay.protocol.message.OffsetFetchResponse;
import io.margay.protocol.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.TxnOffsetCommitRequest;
import io.margay.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import io.margay.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import io.margay.protocol.message.TxnOffsetCommitResponse;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Writes to this cluster with transactions, as a transactional producer does that consumes: the position is an offset of a group that is
 * committed in the same transaction. Used by one thread.
 */
final class TransactionalTarget implements LaneTarget {
  private static final int TRANSACTION_TIMEOUT_MS = 60_000;
  private static final int PRODUCE_TIMEOUT_MS = 9_000;
  private static final long PAUSE_MS = 20;
  private static final int TRIES_MAX = 250;
  private static final int SIBLINGS_MAX = 1_000;

  private final RemoteCluster cluster;
  private final LaneThreads threads;
  private final Function<String, TopicImage> topics;
  /** Coordinators of transactions and of groups, by the name of a lane; found again when a session begins. */
  private final Map<String, Integer> transactions = new HashMap<>();
  private final Map<String, Integer> groups = new HashMap<>();

  /**
   * @param topics the topics of this cluster by name, as they are now
   * @param threads waits
   */
  TransactionalTarget(RemoteCluster cluster, Function<String, TopicImage> topics, LaneThreads threads) {
    this.threads = threads;
    this.cluster = cluster;
    this.topics = topics;
  }

  @FunctionalInterface
  private interface Attempt {
    Errors run() throws IOException, InterruptedException;
  }

  /** Tries again while the coordinator still ends the transaction before. */
  private void require(String what, Attempt attempt) throws IOException, InterruptedException {
    Errors error = attempt.run();
    for (int i = 0; error == Errors.CONCURRENT_TRANSACTIONS && i < TRIES_MAX; i++) {
      threads.await(this, () -> false, PAUSE_MS);
      error = attempt.run();
    }
    if (error != Errors.NONE) {
      throw new IOException(what + ": " + error);
    }
  }

  @Override
  public Session begin(LaneId lane) throws IOException, InterruptedException {
    cluster.metadata(List.of());
    String name = lane.name();
    int coordinator = cluster.transactionCoordinator(name);
    transactions.put(name, coordinator);
    groups.put(name, cluster.coordinator(name));
    InitProducerIdRequest request = new InitProducerIdRequest().setTransactionalId(name).setTransactionTimeoutMs(TRANSACTION_TIMEOUT_MS);
    InitProducerIdResponse[] answer = new InitProducerIdResponse[1];
    require("no producer id for " + name, () -> {
      answer[0] = cluster.at(coordinator, InitProducerIdRequest.API, version -> request, new InitProducerIdResponse());
      return Errors.forCode(answer[0].errorCode());
    });
    return new Session(answer[0].producerId(), answer[0].producerEpoch(), position(lane));
  }

  @Override
  public long position(LaneId lane) throws IOException, InterruptedException {
    String group = lane.name();
    OffsetFetchRequest request = new OffsetFetchRequest().setRequireStable(true).setGroups(List.of(new OffsetFetchRequestGroup()
        .setGroupId(group).setMemberId(null).setTopics(List.of(new OffsetFetchRequestTopics().setName(lane.target())
            .setPartitionIndexes(List.of(0))))));
    OffsetFetchResponse answer = cluster.at(cluster.coordinator(group), OffsetFetchRequest.API, version -> request, new OffsetFetchResponse());
    var found = answer.groups().get(0);
    OffsetFetchResponsePartitions stored = found.topics().isEmpty() ? null : found.topics().get(0).partitions().get(0);
    Errors error = Errors.forCode(found.errorCode() != 0 || stored == null ? found.errorCode() : stored.errorCode());
    if (error != Errors.NONE || stored == null) {
      throw new IOException("the position in group " + group + " cannot be read: " + error);
    }
    return stored.committedOffset();
  }

  @Override
  public boolean isNew(LaneId lane) throws IOException, InterruptedException {
    TopicImage topic = topic(lane);
    List<TopicPartition> all = LinkOperations.partitions(lane.target(), topic.partitions().size());
    Map<TopicPartition, Long> ends = new PartitionOffsets(cluster).of(all);
    if (ends.size() < all.size()) {
      throw new IOException("the ends of topic " + lane.target() + " are not known");
    }
    if (ends.values().stream().allMatch(end -> end == 0)) {
      return true;
    }
    for (int other = 0; other < Math.min(lane.partitions(), SIBLINGS_MAX); other++) {
      if (other != lane.partition() && position(lane.sibling(other)) >= 0) {
        return true;
      }
    }
    return false;
  }

  private TopicImage topic(LaneId lane) throws IOException {
    TopicImage topic = topics.apply(lane.target());
    if (topic == null) {
      throw new IOException("topic " + lane.target() + " is gone");
    }
    return topic;
  }

  @Override
  public void write(LaneId lane, Session session, SortedMap<Integer, ArrayDeque<ByteBuf>> batches, long position)
      throws IOException, InterruptedException {
    String name = lane.name();
    int coordinator = transactions.get(name);
    if (!batches.isEmpty()) {
      addPartitions(lane, session, coordinator, List.copyOf(batches.keySet()));
    }
    AddOffsetsToTxnRequest offsets = new AddOffsetsToTxnRequest().setTransactionalId(name).setProducerId(session.producerId())
        .setProducerEpoch(session.producerEpoch()).setGroupId(name);
    require("the position of " + name + " cannot be added to a transaction", () -> Errors.forCode(
        cluster.at(coordinator, AddOffsetsToTxnRequest.API, version -> offsets, new AddOffsetsToTxnResponse()).errorCode()));
    while (!batches.isEmpty()) {
      produce(lane, batches);
    }
    TxnOffsetCommitRequest commit = new TxnOffsetCommitRequest().setTransactionalId(name).setGroupId(name)
        .setProducerId(session.producerId()).setProducerEpoch(session.producerEpoch()).setTopics(List.of(new TxnOffsetCommitRequestTopic()
            .setName(lane.target()).setPartitions(List.of(new TxnOffsetCommitRequestPartition().setPartitionIndex(0)
                .setCommittedOffset(position).setCommittedLeaderEpoch(-1).setCommittedMetadata(lane.toString())))));
    int group = groups.get(name);
    require("the position of " + name + " cannot be stored", () -> Errors.forCode(cluster.at(group, TxnOffsetCommitRequest.API,
        version -> commit, new TxnOffsetCommitResponse()).topics().get(0).partitions().get(0).errorCode()));
    EndTxnRequest end = new EndTxnRequest().setTransactionalId(name).setProducerId(session.producerId())
        .setProducerEpoch(session.producerEpoch()).setCommitted(true);
    require("a transaction of " + name + " cannot be committed", () -> Errors.forCode(
        cluster.at(coordinator, EndTxnRequest.API, version -> end, new EndTxnResponse()).errorCode()));
  }

  private void addPartitions(LaneId lane, Session session, int coordinator, List<Integer> partitions)
      throws IOException, InterruptedException {
    AddPartitionsToTxnRequest request = new AddPartitionsToTxnRequest().setV3AndBelowTransactionalId(lane.name())
        .setV3AndBelowProducerId(session.producerId()).setV3AndBelowProducerEpoch(session.producerEpoch())
        .setV3AndBelowTopics(List.of(new AddPartitionsToTxnTopic().setName(lane.target()).setPartitions(partitions)));
    require("partitions cannot be added to a transaction of " + lane.name(), () -> {
      Errors first = Errors.NONE;
      for (var topic : cluster.at(coordinator, AddPartitionsToTxnRequest.API, version -> request, new AddPartitionsToTxnResponse())
          .resultsByTopicV3AndBelow()) {
        for (var partition : topic.resultsByPartition()) {
          first = first == Errors.NONE ? Errors.forCode(partition.partitionErrorCode()) : first;
        }
      }
      return first;
    });
  }

  /** Sends the first batch of each partition to its leader. A request has one batch per partition. */
  private void produce(LaneId lane, SortedMap<Integer, ArrayDeque<ByteBuf>> batches) throws IOException, InterruptedException {
    TopicImage topic = topic(lane);
    Map<Integer, TopicProduceData> byLeader = new TreeMap<>();
    for (Map.Entry<Integer, ArrayDeque<ByteBuf>> each : new HashMap<>(batches).entrySet()) {
      int leader = topic.partitions().get(each.getKey()).leader().value();
      if (leader < 0) {
        throw new IOException("partition " + each.getKey() + " of topic " + lane.target() + " has no leader");
      }
      byLeader.computeIfAbsent(leader, l -> new TopicProduceData().setName(lane.target())).partitionData().add(new PartitionProduceData()
          .setIndex(each.getKey()).setRecords(BufferRecords.view(each.getValue().poll())));
      if (each.getValue().isEmpty()) {
        batches.remove(each.getKey());
      }
    }
    for (Map.Entry<Integer, TopicProduceData> asked : byLeader.entrySet()) {
      ProduceRequest request = new ProduceRequest().setTransactionalId(lane.name()).setAcks((short) -1).setTimeoutMs(PRODUCE_TIMEOUT_MS)
          .setTopicData(List.of(asked.getValue()));
      for (var answer : cluster.at(asked.getKey(), ProduceRequest.API, version -> request, new ProduceResponse()).responses().get(0)
          .partitionResponses()) {
        if (answer.errorCode() != Errors.NONE.code()) {
          throw new IOException("partition " + answer.index() + " of topic " + lane.target() + " refuses records: "
              + Errors.forCode(answer.errorCode()) + (answer.errorMessage() == null ? "" : ": " + answer.errorMessage()));
        }
      }
    }
  }
}
