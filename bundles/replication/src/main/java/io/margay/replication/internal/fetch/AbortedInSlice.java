package io.margay.replication.internal.fetch;

import io.margay.protocol.Records;
import io.margay.protocol.message.FetchResponse.AbortedTransaction;
import io.margay.protocol.record.BatchCursor;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The aborted transactions that a reader has to know for the batches that it gets, and no others. */
final class AbortedInSlice {
  private AbortedInSlice() { }

  /**
   * @param log the partition
   * @param offset where the reader reads
   * @param bound nothing at or after it was read
   * @param records what was read
   * @return aborted transactions with records among them
   */
  static List<AbortedTransaction> of(PartitionLog log, long offset, long bound, Records records) throws IOException {
    List<PartitionLog.AbortedTransaction> found = log.abortedTransactions(offset, bound);
    if (found.isEmpty()) {
      return new ArrayList<>(0);
    }
    long end = Math.min(bound, endOf(log, offset, records));
    List<AbortedTransaction> aborted = new ArrayList<>();
    for (PartitionLog.AbortedTransaction transaction : found) {
      if (transaction.firstOffset() < end) {
        aborted.add(new AbortedTransaction().setProducerId(transaction.producerId()).setFirstOffset(transaction.firstOffset()));
      }
    }
    return aborted;
  }

  /** Exact for records in memory. Those of a file are not looked at, but come from one segment. */
  private static long endOf(PartitionLog log, long offset, Records records) {
    ByteBuf buffer = records.bufferOrNull();
    if (buffer != null) {
      BatchCursor cursor = new BatchCursor().wrap(buffer, buffer.readerIndex(), buffer.readableBytes());
      long end = offset;
      while (cursor.next()) {
        end = cursor.batch().nextOffset();
      }
      return end;
    }
    for (SegmentInfo segment : log.segments()) {
      if (segment.nextOffset() > offset) {
        return segment.nextOffset();
      }
    }
    return Long.MAX_VALUE;
  }
}
