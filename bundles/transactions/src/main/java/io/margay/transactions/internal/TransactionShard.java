package io.margay.transactions.internal;

import io.margay.coordinator.CoordinatorMemory;
import io.margay.coordinator.CoordinatorRecord;
import io.margay.coordinator.Result;
import io.margay.coordinator.ShardContext;
import io.margay.coordinator.ShardState;
import io.margay.transactions.internal.operations.Completion;
import io.margay.transactions.internal.operations.EndOperations;
import io.margay.transactions.internal.operations.InitOperation;
import io.margay.transactions.internal.operations.Listing;
import io.margay.transactions.internal.operations.PartitionOperations;
import io.margay.transactions.internal.state.Transaction;
import io.margay.transactions.internal.state.TransactionConfig;
import io.margay.transactions.internal.state.TransactionRecords;
import io.margay.transactions.internal.state.TransactionTable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one partition of {@code __transaction_state} holds: transactional ids and their transactions. Puts the operations together. Used
 * with the shard held, and by the thread that loads it.
 */
final class TransactionShard implements ShardState {
  private static final Logger LOG = LoggerFactory.getLogger(TransactionShard.class);

  private final int index;
  private final TransactionTable table;
  private final Completion completion;
  private final InitOperation init;
  private final PartitionOperations partitions;
  private final EndOperations ends;
  private final Listing listing;
  private boolean loaded;
  private long forgotten;

  /**
   * @param context the shard's context
   * @param config the settings
   * @param memory the memory of all shards
   * @param markers see {@link Completion}
   */
  TransactionShard(ShardContext context, TransactionConfig config, CoordinatorMemory memory, Consumer<Transaction> markers) {
    this.index = context.shard();
    this.table = new TransactionTable(memory);
    this.completion = new Completion(context, table, markers);
    this.init = new InitOperation(table, config, completion);
    this.partitions = new PartitionOperations(table, config);
    this.ends = new EndOperations(table, config, completion);
    this.listing = new Listing(table);
  }

  Completion completion() {
    return completion;
  }

  InitOperation init() {
    return init;
  }

  PartitionOperations partitions() {
    return partitions;
  }

  EndOperations ends() {
    return ends;
  }

  Listing listing() {
    return listing;
  }

  @Override
  public void replay(long producerId, CoordinatorRecord record) {
    String id = TransactionRecords.idOf(record);
    if (id == null) {
      // of a later time: not ours to serve, and the log keeps it
      return;
    }
    if (record.value() == null) {
      table.remove(id);
      return;
    }
    table.put(TransactionRecords.read(id, record.value()));
    if (!loaded) {
      forgotten += table.shrink();
    }
  }

  @Override
  public void replayMarker(long producerId, boolean committed) {
    // no producer writes here
  }

  @Override
  public Result<Void> onLoaded(long nowMs) {
    loaded = true;
    if (forgotten > 0) {
      LOG.warn("Left out transactional ids that were idle for longest, for want of memory. shard={} count={} setting={}", index,
          forgotten, "margay.transactions.memory.bytes");
    }
    return completion.onLoaded();
  }

  @Override
  public void onUnloaded() {
    table.release();
  }
}
