package io.margay.mirror.internal;

import io.margay.protocol.message.FetchResponse.AbortedTransaction;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.ControlRecordType;
import io.margay.protocol.record.ControlRecords;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordReader;
import io.netty.buffer.ByteBuf;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * Reads the answer to a fetch with the isolation level read_committed, as a consumer does: records of aborted transactions and markers are
 * left out. Checksums are checked, because the records get into other batches. Keeps nothing.
 */
final class CommittedRecords {
  /** Where the records go. */
  interface Sink {
    /** A record; its bytes are valid during the call. */
    void take(Record record, CompressionType compression);

    /** Whether it has enough; asked after each batch. */
    boolean isFull();
  }

  private final long decompressedBytesMax;

  /** @param decompressedBytesMax size of the records of one batch */
  CommittedRecords(long decompressedBytesMax) {
    this.decompressedBytesMax = decompressedBytesMax;
  }

  /**
   * Passes on the records from a position on.
   *
   * @return the offset after the last batch that was read; the position when there was none
   * @throws io.margay.protocol.record.InvalidRecordBatchException when a batch cannot be read
   */
  long read(PartitionData data, long position, Sink sink) {
    ByteBuf bytes = data.records() == null ? null : data.records().bufferOrNull();
    if (bytes == null) {
      return position;
    }
    PriorityQueue<AbortedTransaction> begins = new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    if (data.abortedTransactions() != null) {
      begins.addAll(data.abortedTransactions());
    }
    Set<Long> aborted = new HashSet<>();
    BatchCursor cursor = new BatchCursor().wrap(bytes, bytes.readerIndex(), bytes.readableBytes());
    long next = position;
    while (!sink.isFull() && cursor.next()) {
      RecordBatch batch = cursor.batch();
      if (batch.magic() == 2 && !batch.isCrcValid()) {
        throw new CorruptRecordException("the checksum of the batch at offset " + batch.baseOffset() + " is wrong");
      }
      read(batch, position, begins, aborted, sink);
      next = Math.max(next, batch.nextOffset());
    }
    return next;
  }

  private void read(RecordBatch batch, long position, PriorityQueue<AbortedTransaction> begins, Set<Long> aborted, Sink sink) {
    try (RecordReader reader = RecordReader.open(batch, decompressedBytesMax)) {
      while (!begins.isEmpty() && begins.peek().firstOffset() <= batch.lastOffset()) {
        aborted.add(begins.poll().producerId());
      }
      if (batch.isControl()) {
        if (reader.hasNext() && ControlRecords.typeOf(reader.next()) == ControlRecordType.ABORT) {
          aborted.remove(batch.producerId());
        }
        return;
      }
      if (batch.isTransactional() && aborted.contains(batch.producerId())) {
        return;
      }
      CompressionType compression = batch.compression();
      while (reader.hasNext()) {
        Record record = reader.next();
        if (record.offset() >= position) {
          sink.take(record, compression);
        }
      }
    }
  }
}
