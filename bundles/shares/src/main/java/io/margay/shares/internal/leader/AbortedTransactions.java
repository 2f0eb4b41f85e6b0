package io.margay.shares.internal.leader;

import io.margay.protocol.record.RecordBatch;
import io.margay.spi.log.PartitionLog;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells which batches members of a read_committed group get: not those of transactions that were aborted. Sees the batches of one read in their
 * order. Used once, by one thread.
 */
final class AbortedTransactions implements BatchHeaders.Filter {
  private final List<PartitionLog.AbortedTransaction> aborted;
  private final Set<Long> open = new HashSet<>();
  private int next;

  /** @param aborted those with records in the range that is read, by first offset */
  AbortedTransactions(List<PartitionLog.AbortedTransaction> aborted) {
    this.aborted = aborted;
  }

  @Override
  public boolean delivers(RecordBatch batch) {
    while (next < aborted.size() && aborted.get(next).firstOffset() <= batch.lastOffset()) {
      open.add(aborted.get(next++).producerId());
    }
    if (batch.isControl()) {
      open.remove(batch.producerId());
      return false;
    }
    return !batch.isTransactional() || !open.contains(batch.producerId());
  }
}
