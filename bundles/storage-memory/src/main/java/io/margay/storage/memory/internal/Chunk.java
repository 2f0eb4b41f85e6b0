package io.margay.storage.memory.internal;

import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;
import static io.margay.protocol.record.RecordBatchFormat.MAX_TIMESTAMP_OFFSET;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * A heap buffer with consecutive batches, and where each begins. Bytes that a reader may hold are never written again: after a cut
 * the chunk accepts no more batches. Guarded by the lock of its log.
 */
final class Chunk {
  private final ByteBuf bytes;
  private int[] positions = new int[8];
  private int count;
  private boolean full;

  Chunk(int capacity) {
    bytes = Unpooled.buffer(capacity, capacity);
  }

  int count() {
    return count;
  }

  int size() {
    return bytes.writerIndex();
  }

  int capacity() {
    return bytes.capacity();
  }

  boolean fits(int length) {
    return !full && bytes.writableBytes() >= length;
  }

  void append(ByteBuf batches) {
    int at = bytes.writerIndex();
    bytes.writeBytes(batches, batches.readerIndex(), batches.readableBytes());
    while (at < bytes.writerIndex()) {
      if (count == positions.length) {
        positions = Arrays.copyOf(positions, count * 2);
      }
      positions[count++] = at;
      at += LOG_OVERHEAD + bytes.getInt(at + LENGTH_OFFSET);
    }
  }

  long baseOffset(int batch) {
    return bytes.getLong(positions[batch]);
  }

  long nextOffset(int batch) {
    return baseOffset(batch) + bytes.getInt(positions[batch] + LAST_OFFSET_DELTA_OFFSET) + 1;
  }

  long maxTimestamp(int batch) {
    return bytes.getLong(positions[batch] + MAX_TIMESTAMP_OFFSET);
  }

  int position(int batch) {
    return batch == count ? size() : positions[batch];
  }

  /** @return the first batch that ends after an offset; {@link #count} when there is none */
  int find(long offset) {
    int low = 0;
    int high = count;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (nextOffset(middle) <= offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** @return batches {@code [from, to)}, retained for the caller */
  ByteBuf slice(int from, int to) {
    return bytes.retainedSlice(position(from), position(to) - position(from));
  }

  /** Keeps the first batches only. */
  void cut(int batches) {
    bytes.writerIndex(position(batches));
    count = batches;
    full = true;
  }
}
