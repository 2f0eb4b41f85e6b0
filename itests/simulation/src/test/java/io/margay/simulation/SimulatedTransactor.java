package io.margay.simulation;

import io.margay.groups.internal.SimulatedGroups;
import io.margay.model.TopicPartition;
import io.margay.protocol.BufferRecords;
import io.margay.protocol.Errors;
import io.margay.protocol.message.EndTxnRequest;
import io.margay.protocol.message.EndTxnResponse;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataRequest.MetadataRequestTopic;
import io.margay.protocol.message.MetadataResponse;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceRequest.TopicProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.TxnOffsetCommitRequest;
import io.margay.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestPartition;
import io.margay.protocol.message.TxnOffsetCommitRequest.TxnOffsetCommitRequestTopic;
import io.margay.protocol.message.TxnOffsetCommitResponse;
import io.margay.transactions.internal.SimulatedTransactions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * A producer of transactions, of the second version of the protocol: it writes to the partitions of a topic, commits or aborts, and begins
 * again. Others may have the same transactional id: one that finds itself fenced comes back later, and fences the others.
 *
 * <pre>
 * initialise -> (batch -> produce)* -> perhaps an offset -> end -> batch ...
 *            <- a fatal error of any of them
 * </pre>
 */
final class SimulatedTransactor extends SimulatedClient {
  private static final int TRANSACTION_TIMEOUT_MS = 3_000;
  private static final int PRODUCE_TIMEOUT_MS = 1_500;
  /** The transactional id that no other has. */
  static final String OWN_ID = "own";
  private static final int COMMITS_PER_MILLE = 700;
  private static final int OFFSETS_PER_MILLE = 600;
  private static final Set<Errors> FATAL = EnumSet.of(Errors.INVALID_PRODUCER_EPOCH, Errors.PRODUCER_FENCED, Errors.INVALID_TXN_STATE,
      Errors.TRANSACTION_ABORTABLE, Errors.INVALID_PRODUCER_ID_MAPPING, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER, Errors.UNKNOWN_PRODUCER_ID);

  private final TransactionHistory history;
  private final String id;
  private final String topic;
  private final UUID dataTopicId;
  private final Map<TopicPartition, Integer> leaders = new HashMap<>();
  private final Map<TopicPartition, Integer> sequences = new HashMap<>();
  private final int partitions;
  private final boolean commitsOffsets;
  private long producerId = -1;
  private short epoch = -1;
  private TransactionHistory.Transaction transaction;
  private int batchesLeft;
  private TopicPartition target;
  private List<String> values;
  private byte[] batch;
  /** The offset that is to be committed now; 0 for none. */
  private long offset;
  private long nextOffset;
  private boolean ending;
  private boolean commit;
  private int number;
  private int commits;

  /**
   * @param id its transactional id; one that has it for itself commits offsets, too
   * @param topic the topic that it writes to
   */
  SimulatedTransactor(SimulatedNetwork network, Machine machine, Invariants invariants, String id, Simulation.Topic topic, int nodes) {
    super(network, machine, invariants, new TopicPartition(SimulatedTransactions.TOPIC, 0), nodes);
    this.history = invariants.transactions();
    this.id = id;
    this.commitsOffsets = id.equals(OWN_ID);
    this.topic = topic.name();
    this.dataTopicId = topic.id();
    this.partitions = topic.partitions();
  }

  /** How many transactions it has committed. */
  int commits() {
    return commits;
  }

  @Override
  void proceed() {
    if (epoch < 0) {
      toLeader(InitProducerIdRequest.API, new InitProducerIdRequest().setTransactionalId(id).setTransactionTimeoutMs(TRANSACTION_TIMEOUT_MS)
          .setProducerId(-1).setProducerEpoch((short) -1), new InitProducerIdResponse(), this::initialised);
    } else if (offset > 0) {
      commitOffset();
    } else if (ending) {
      if (commit) {
        transaction.askingForCommit();
      }
      toLeader(EndTxnRequest.API, new EndTxnRequest().setTransactionalId(id).setProducerId(producerId).setProducerEpoch(epoch)
          .setCommitted(commit), new EndTxnResponse(), this::ended);
    } else {
      produce();
    }
  }

  private void initialised(InitProducerIdResponse response) {
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      failed(error);
      return;
    }
    producerId = response.producerId();
    epoch = response.producerEpoch();
    world.trace().add("%s: has producer %d and epoch %d", this, producerId, epoch);
    history.initialised(id, epoch);
    begin();
  }

  private void begin() {
    transaction = null;
    sequences.clear();
    ending = false;
    batch = null;
    offset = 0;
    batchesLeft = (int) world.random(1, 5);
    process.after(world.random(1, 60), this::next);
  }

  private void produce() {
    if (batch == null) {
      if (transaction == null) {
        transaction = history.begin(id, epoch);
      }
      target = new TopicPartition(topic, (int) world.random(0, partitions));
      values = new ArrayList<>();
      for (long i = world.random(1, 4); i > 0; i--) {
        values.add("x" + process.id() + "-" + number++);
      }
      transaction.sending(target, values);
      batch = Values.transactional(producerId, epoch, sequences.getOrDefault(target, 0), process.millis(), values);
    }
    Integer leader = leaders.remove(target); // known again with the answer
    if (leader == null) {
      findLeader(target);
      return;
    }
    ProduceRequest request = new ProduceRequest().setTransactionalId(id).setAcks((short) -1).setTimeoutMs(PRODUCE_TIMEOUT_MS)
        .setTopicData(List.of(new TopicProduceData().setName(topic).setTopicId(dataTopicId).setPartitionData(List.of(
            new PartitionProduceData().setIndex(target.partition()).setRecords(new BufferRecords(Values.buffer(batch)))))));
    send(leader, ProduceRequest.API, request, new ProduceResponse(), response -> produced(leader, response));
  }

  private void findLeader(TopicPartition wanted) {
    toAny(MetadataRequest.API, new MetadataRequest().setTopics(List.of(new MetadataRequestTopic().setName(wanted.topic())))
        .setAllowAutoTopicCreation(false), new MetadataResponse(), response -> {
          response.topics().forEach(t -> t.partitions().stream().filter(p -> p.leaderId() >= 0)
              .forEach(p -> leaders.put(new TopicPartition(wanted.topic(), p.partitionIndex()), p.leaderId())));
          process.after(leaders.containsKey(wanted) ? 1 : 50, this::next);
        });
  }

  private void commitOffset() {
    TopicPartition group = new TopicPartition(SimulatedGroups.TOPIC, 0);
    Integer leader = leaders.remove(group); // known again with the answer
    if (leader == null) {
      findLeader(group);
      return;
    }
    TxnOffsetCommitRequest request = new TxnOffsetCommitRequest().setTransactionalId(id).setGroupId(CommittedOffset.GROUP)
        .setProducerId(producerId).setProducerEpoch(epoch).setMemberId("").setGenerationIdOrMemberEpoch(-1).setTopics(List.of(
            new TxnOffsetCommitRequestTopic().setName(topic).setTopicId(dataTopicId).setPartitions(List.of(
                new TxnOffsetCommitRequestPartition().setPartitionIndex(0).setCommittedOffset(offset).setCommittedLeaderEpoch(-1)
                    .setCommittedMetadata("")))));
    send(leader, TxnOffsetCommitRequest.API, request, new TxnOffsetCommitResponse(), response -> {
      Errors error = Errors.forCode(response.topics().get(0).partitions().get(0).errorCode());
      if (error != Errors.NONE) {
        failed(error);
        return;
      }
      leaders.put(group, leader);
      transaction.acknowledged();
      offset = 0;
      process.after(world.random(1, 40), this::next);
    });
  }

  private void produced(int leader, ProduceResponse response) {
    var answer = response.responses().get(0).partitionResponses().get(0);
    Errors error = Errors.forCode(answer.errorCode());
    if (error != Errors.NONE) {
      failed(error);
      return;
    }
    leaders.put(target, leader);
    world.trace().add("%s: %s at %d of %s with epoch %d", this, values, answer.baseOffset(), target, epoch);
    transaction.acknowledged();
    for (int i = 0; i < values.size(); i++) {
      invariants.records(target).acknowledged(answer.baseOffset() + i, values.get(i));
    }
    sequences.merge(target, values.size(), Integer::sum);
    batch = null;
    batchesLeft--;
    if (batchesLeft == 0) {
      ending = true;
      if (commitsOffsets && world.chance(OFFSETS_PER_MILLE)) {
        offset = ++nextOffset;
        transaction.sending(offset);
      }
      commit = world.chance(COMMITS_PER_MILLE);
    }
    process.after(world.random(1, 40), this::next);
  }

  private void ended(EndTxnResponse response) {
    Errors error = Errors.forCode(response.errorCode());
    if (error != Errors.NONE) {
      failed(error);
      return;
    }
    world.trace().add("%s: %s %s", this, commit ? "committed" : "aborted", transaction);
    if (commit) {
      transaction.committed();
      commits++;
    }
    producerId = response.producerId();
    epoch = response.producerEpoch();
    begin();
  }

  private void failed(Errors error) {
    world.trace().add("%s: %s", this, error);
    if (FATAL.contains(error)) {
      epoch = -1;
      batch = null;
      offset = 0;
      process.after(world.random(200, 3_000), this::next);
    } else {
      again(error == Errors.CONCURRENT_TRANSACTIONS ? Errors.NONE : error);
    }
  }

  @Override
  public String toString() {
    return "transactor " + process.id() + " of " + id;
  }
}
