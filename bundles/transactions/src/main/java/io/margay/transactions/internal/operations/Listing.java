package io.margay.transactions.internal.operations;

import io.margay.coordinator.CoordinatorException;
import io.margay.model.ForeignPattern;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DescribeTransactionsResponse;
import io.margay.protocol.message.ListTransactionsResponse;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionStatus;
import io.margay.transactions.internal.state.TransactionTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** DescribeTransactions and ListTransactions on one shard. */
public final class Listing {
  private static final int STATE_BYTES = 160;
  private static final int PARTITION_BYTES = 24;

  /**
   * Which transactions are listed.
   *
   * @param states empty for all
   * @param producerIds empty for all
   * @param minDurationMs only those open for longer, in milliseconds; negative for all
   * @param ids matches their ids; null for all
   */
  public record Filter(Set<TransactionStatus> states, Set<Long> producerIds, long minDurationMs, ForeignPattern ids) {
    private boolean admits(Transaction t, long nowMs) {
      return (states.isEmpty() || states.contains(t.status())) && (producerIds.isEmpty() || producerIds.contains(t.producer().id()))
          && (minDurationMs < 0 || !t.status().idle() && nowMs - t.startMs() > minDurationMs)
          && (ids == null || ids.matches(t.id()));
    }
  }

  private final TransactionTable table;

  /** @param table the shard's transactional ids */
  public Listing(TransactionTable table) {
    this.table = table;
  }

  /**
   * @param id a transactional id
   * @param memory reserves memory for the answer, false when there is none
   * @return what is known of it
   * @throws CoordinatorException TRANSACTIONAL_ID_NOT_FOUND, or COORDINATOR_NOT_AVAILABLE when there is no memory
   */
  public DescribeTransactionsResponse.TransactionState describe(String id, LongPredicate memory) {
    TransactionTable.Entry entry = table.get(id);
    if (entry == null) {
      throw new CoordinatorException(Errors.TRANSACTIONAL_ID_NOT_FOUND);
    }
    Transaction t = entry.current();
    reserve(memory, STATE_BYTES + (long) PARTITION_BYTES * t.partitions().size());
    Map<String, List<Integer>> topics = new TreeMap<>();
    for (TopicPartition tp : t.partitions()) {
      topics.computeIfAbsent(tp.topic(), name -> new ArrayList<>()).add(tp.partition());
    }
    DescribeTransactionsResponse.TransactionState state = new DescribeTransactionsResponse.TransactionState().setTransactionalId(id)
        .setTransactionState(t.status().title()).setTransactionTimeoutMs(t.timeoutMs()).setProducerId(t.producer().id())
        .setProducerEpoch(t.producer().epoch()).setTransactionStartTimeMs(t.status().idle() ? -1 : t.startMs());
    topics.forEach((topic, partitions) ->
        state.topics().add(new DescribeTransactionsResponse.TopicData().setTopic(topic).setPartitions(partitions)));
    return state;
  }

  /**
   * @param filter which are wanted
   * @param nowMs milliseconds since the epoch
   * @param memory reserves memory for the answer, false when there is none
   * @return those of this shard
   * @throws CoordinatorException COORDINATOR_NOT_AVAILABLE when there is no memory
   */
  public List<ListTransactionsResponse.TransactionState> list(Filter filter, long nowMs, LongPredicate memory) {
    List<ListTransactionsResponse.TransactionState> found = new ArrayList<>();
    for (TransactionTable.Entry entry : table.all()) {
      Transaction t = entry.current();
      if (filter.admits(t, nowMs)) {
        reserve(memory, STATE_BYTES + t.id().length());
        found.add(new ListTransactionsResponse.TransactionState().setTransactionalId(t.id()).setProducerId(t.producer().id())
            .setTransactionState(t.status().title()));
      }
    }
    return found;
  }

  private static void reserve(LongPredicate memory, long bytes) {
    if (!memory.test(bytes)) {
      throw new CoordinatorException(Errors.COORDINATOR_NOT_AVAILABLE);
    }
  }
}
