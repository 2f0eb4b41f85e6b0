package io.margay.storage.file.internal;

import static io.margay.protocol.record.RecordBatchFormat.HEADER_SIZE;
import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;

import io.netty.buffer.ByteBuf;

/**
 * The last check of batches before they are written: otherwise only the next recovery would find a mistake, and it would cut the
 * log.
 */
final class AppendCheck {
  private AppendCheck() {
  }

  /**
   * @throws IllegalArgumentException when these are not whole batches with rising offsets from {@code baseOffset} to
   *     {@code nextOffset}
   */
  static void check(ByteBuf batches, long baseOffset, long nextOffset, long endOffset) {
    int at = batches.readerIndex();
    int end = batches.writerIndex();
    long next = endOffset;
    boolean first = true;
    while (at < end) {
      int left = end - at;
      int bytes = left < HEADER_SIZE ? Integer.MAX_VALUE : LOG_OVERHEAD + batches.getInt(at + LENGTH_OFFSET);
      if (bytes > left || bytes < HEADER_SIZE) {
        throw new IllegalArgumentException("not a whole batch at index " + at + ": length=" + bytes + " left=" + left);
      }
      long base = batches.getLong(at);
      int delta = batches.getInt(at + LAST_OFFSET_DELTA_OFFSET);
      if (base < next || delta < 0 || first && base != baseOffset) {
        throw new IllegalArgumentException("a batch begins at offset " + base + " (last offset delta " + delta + "), expected "
            + (first ? baseOffset : next) + ", log end offset " + endOffset);
      }
      next = base + delta + 1;
      first = false;
      at += bytes;
    }
    if (first || next != nextOffset) {
      throw new IllegalArgumentException("the batches end at offset " + (first ? "none" : next) + ", expected " + nextOffset);
    }
  }
}
