package io.margay.transactions.internal.operations;

import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.protocol.Errors;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionRecords;
import io.margay.transactions.internal.state.TransactionTable;
import java.util.List;
import java.util.function.Consumer;

/**
 * The way of a transaction from its decided end to its completion: once the decision is committed, its markers are sent, and when all
 * are written, the completion is recorded. Used with the shard held.
 */
public final class Completion {
  private static final int RETRY_MS = 1_000;

  private final ShardContext context;
  private final TransactionTable table;
  private final Consumer<Transaction> markers;

  /**
   * @param context the shard's context
   * @param table its transactional ids
   * @param markers writes the markers of a transaction that is being ended; called without the shard. {@link #complete} follows
   */
  public Completion(ShardContext context, TransactionTable table, Consumer<Transaction> markers) {
    this.context = context;
    this.table = table;
    this.markers = markers;
  }

  /**
   * @param id a transactional id whose transaction a result ends
   * @return what follows that result
   */
  Consumer<Errors> of(String id) {
    return error -> {
      if (error == Errors.NONE) {
        begin(id);
      } else {
        // it is in the log all the same, and may be committed later
        context.after(RETRY_MS, now -> Result.<Void>of(null).followedBy(of(id)));
      }
    };
  }

  private void begin(String id) {
    TransactionTable.Entry entry = table.get(id);
    if (entry != null && entry.current().status().preparing() && entry.beginCompleting()) {
      Transaction ending = entry.current();
      context.defer(() -> markers.accept(ending));
    }
  }

  /** @return continues what an earlier coordinator has decided and not completed */
  public Result<Void> onLoaded() {
    List<String> pending = List.copyOf(table.preparing());
    return pending.isEmpty() ? Result.of(null) : Result.<Void>of(null).followedBy(error -> pending.forEach(id -> of(id).accept(error)));
  }

  /**
   * All markers of a transaction are written.
   *
   * @param ended the transaction
   * @param nowMs milliseconds since the epoch
   * @return the record of its completion
   */
  public Result<Void> complete(Transaction ended, long nowMs) {
    TransactionTable.Entry entry = table.get(ended.id());
    return entry == null || !entry.current().equals(ended) ? Result.of(null)
        : Result.of(List.of(TransactionRecords.of(ended.completed(nowMs))), null);
  }
}
