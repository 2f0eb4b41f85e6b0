package io.margay.coordinator;

import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.protocol.record.RecordBatches;
import io.netty.buffer.ByteBuf;

/** Walks the batches of a buffer and steps over bytes that are none: after them only a batch with a right checksum counts. */
final class WholeBatches {
  private final ByteBuf bytes;
  private final BatchCursor cursor;
  private boolean unreadableBefore;

  WholeBatches(ByteBuf bytes) {
    this.bytes = bytes;
    this.cursor = RecordBatches.cursor(bytes);
  }

  /** Moves to the next batch; false at the end of the buffer. */
  boolean next() {
    unreadableBefore = false;
    while (!advance()) {
      if (cursor.position() >= bytes.writerIndex()) {
        return false;
      }
      unreadableBefore = true;
      int found = find(cursor.position() + 1);
      if (found < 0) {
        return false;
      }
      cursor.wrap(bytes, found, bytes.writerIndex() - found);
    }
    return true;
  }

  /** The current batch; the view is reused. */
  RecordBatch batch() {
    return cursor.batch();
  }

  /** Whether bytes before the current batch, or at the end, are no batch. */
  boolean unreadableBefore() {
    return unreadableBefore;
  }

  private boolean advance() {
    try {
      return cursor.next();
    } catch (CorruptRecordException e) {
      // The caller looks for the next batch.
      return false;
    }
  }

  private int find(int from) {
    for (int at = from; at <= bytes.writerIndex() - RecordBatchFormat.HEADER_SIZE; at++) {
      if (bytes.getByte(at + RecordBatchFormat.MAGIC_OFFSET) == RecordBatchFormat.MAGIC_V2 && isWholeAt(at)) {
        return at;
      }
    }
    return -1;
  }

  private boolean isWholeAt(int at) {
    int length = bytes.getInt(at + RecordBatchFormat.LENGTH_OFFSET);
    return length >= RecordBatchFormat.HEADER_SIZE - RecordBatchFormat.LOG_OVERHEAD
        && length <= bytes.writerIndex() - at - RecordBatchFormat.LOG_OVERHEAD
        && new RecordBatch().wrap(bytes, at).isCrcValid();
  }
}
