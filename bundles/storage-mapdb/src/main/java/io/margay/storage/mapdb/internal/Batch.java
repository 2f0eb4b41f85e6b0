package io.margay.storage.mapdb.internal;

import static io.margay.protocol.record.RecordBatchFormat.HEADER_SIZE;
import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;
import static io.margay.protocol.record.RecordBatchFormat.MAX_TIMESTAMP_OFFSET;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/**
 * A batch as the index knows it.
 *
 * @param baseOffset its first offset
 * @param nextOffset the offset after its last
 * @param sizeBytes its length
 * @param maxTimestamp highest timestamp in it, in milliseconds since the epoch, or -1
 * @param recid number of the record that holds its bytes; 0 before it is written
 */
record Batch(long baseOffset, long nextOffset, int sizeBytes, long maxTimestamp, long recid) {
  Batch at(long record) {
    return new Batch(baseOffset, nextOffset, sizeBytes, maxTimestamp, record);
  }

  /**
   * The batches in a buffer, checked a last time before they are written.
   *
   * @param from no batch may begin before it
   * @throws IllegalArgumentException when these are not whole batches with rising offsets
   */
  static List<Batch> parse(ByteBuf bytes, long from) {
    List<Batch> batches = new ArrayList<>(1);
    int at = bytes.readerIndex();
    long next = from;
    while (at < bytes.writerIndex()) {
      int left = bytes.writerIndex() - at;
      int length = left < HEADER_SIZE ? Integer.MAX_VALUE : LOG_OVERHEAD + bytes.getInt(at + LENGTH_OFFSET);
      if (length > left || length < HEADER_SIZE) {
        throw new IllegalArgumentException("not a whole batch at index " + at + ": length=" + length + " left=" + left);
      }
      long base = bytes.getLong(at);
      int delta = bytes.getInt(at + LAST_OFFSET_DELTA_OFFSET);
      if (base < next || delta < 0) {
        throw new IllegalArgumentException("a batch begins at offset " + base + " (last offset delta " + delta
            + "), expected at least " + next);
      }
      next = base + delta + 1;
      batches.add(new Batch(base, next, length, bytes.getLong(at + MAX_TIMESTAMP_OFFSET), 0));
      at += length;
    }
    return batches;
  }
}
