package io.margay.transactions.internal.operations;

import io.margay.coordinator.CoordinatorException;
import io.margay.coordinator.Result;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.spi.partition.TransactionVerifier.Claim;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionConfig;
import io.margay.transactions.internal.state.TransactionRecords;
import io.margay.transactions.internal.state.TransactionStatus;
import io.margay.transactions.internal.state.TransactionTable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** AddPartitionsToTxn, AddOffsetsToTxn and the verification of KIP-890, on one shard. */
public final class PartitionOperations {
  private final TransactionTable table;
  private final TransactionConfig config;

  /**
   * @param table the shard's transactional ids
   * @param config the settings
   */
  public PartitionOperations(TransactionTable table, TransactionConfig config) {
    this.table = table;
    this.config = config;
  }

  /**
   * Adds partitions to the open transaction of a producer, which begins if there is none.
   *
   * @param claim transaction and producer
   * @param partitions the partitions
   * @param version the client's version of the protocol
   * @param nowMs milliseconds since the epoch
   * @return NONE
   * @throws CoordinatorException INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, CONCURRENT_TRANSACTIONS while an earlier transaction is
   *     being ended, POLICY_VIOLATION when a limit is reached
   */
  public Result<Errors> add(Claim claim, Set<TopicPartition> partitions, int version, long nowMs) {
    Transaction t = requireCurrent(claim);
    if (t.status() == TransactionStatus.ONGOING && t.partitions().containsAll(partitions)) {
      return Result.of(Errors.NONE);
    }
    Transaction next = t.adding(partitions, version, nowMs);
    if (next.partitions().size() > config.maxPartitions()) {
      table.memory().refused("a transaction with too many partitions", "margay.transactions.partitions.max", t.id());
      throw new CoordinatorException(Errors.POLICY_VIOLATION);
    }
    if (!table.admits(next)) {
      table.memory().refused("partitions of a transaction for want of memory", "margay.transactions.memory.bytes", t.id());
      throw new CoordinatorException(Errors.POLICY_VIOLATION);
    }
    return Result.of(List.of(TransactionRecords.of(next)), Errors.NONE);
  }

  /**
   * Whether partitions belong to the open transaction of a producer.
   *
   * @return NONE or TRANSACTION_ABORTABLE for each partition
   * @throws CoordinatorException as {@link #add}
   */
  public Result<Map<TopicPartition, Errors>> verify(Claim claim, Set<TopicPartition> partitions) {
    Transaction t = requireCurrent(claim);
    Set<TopicPartition> known = t.status() == TransactionStatus.ONGOING ? t.partitions() : Set.of();
    Map<TopicPartition, Errors> answers = new HashMap<>();
    new HashSet<>(partitions).forEach(tp -> answers.put(tp, known.contains(tp) ? Errors.NONE : Errors.TRANSACTION_ABORTABLE));
    return Result.of(answers);
  }

  private Transaction requireCurrent(Claim claim) {
    TransactionTable.Entry entry = table.get(claim.transactionalId());
    if (entry == null || entry.current().producer().id() != claim.producerId()) {
      throw new CoordinatorException(Errors.INVALID_PRODUCER_ID_MAPPING);
    }
    Transaction t = entry.current();
    if (t.producer().epoch() != claim.producerEpoch()) {
      throw new CoordinatorException(Errors.PRODUCER_FENCED);
    }
    if (t.status().preparing()) {
      throw new CoordinatorException(Errors.CONCURRENT_TRANSACTIONS);
    }
    return t;
  }
}
