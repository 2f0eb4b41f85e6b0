package io.margay.storage.file.internal;

import static io.margay.protocol.record.RecordBatchFormat.ATTRIBUTES_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.BASE_OFFSET_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.CRC_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.HEADER_SIZE;
import static io.margay.protocol.record.RecordBatchFormat.LAST_OFFSET_DELTA_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LENGTH_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.LOG_OVERHEAD;
import static io.margay.protocol.record.RecordBatchFormat.MAGIC_OFFSET;
import static io.margay.protocol.record.RecordBatchFormat.MAGIC_V2;
import static io.margay.protocol.record.RecordBatchFormat.MAX_TIMESTAMP_OFFSET;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.CRC32C;

/**
 * Walks the headers of the batches in a part of a file. Small batches are read many at a time, of a big batch only the header. Uses
 * positional reads only. One thread at a time.
 */
final class BatchScanner {
  /** For checking one batch. */
  static final int HEADER_WINDOW = HEADER_SIZE;
  /** For finding a batch: one index interval. */
  static final int SEARCH_WINDOW = 4096;
  /** For a walk over a whole segment. */
  static final int SCAN_WINDOW = 1 << 16;

  private final FileChannel channel;
  private final int end;
  private final ByteBuffer window;
  /** File position of the first byte in the window. */
  private int windowStart;
  private int position;
  private int batchSize;
  private int header;

  /**
   * @param from position of a batch
   * @param end position after the last byte to scan
   * @param windowBytes the most bytes to read at a time, at least {@code HEADER_SIZE}
   */
  BatchScanner(FileChannel channel, int from, int end, int windowBytes) {
    this.channel = channel;
    this.end = end;
    this.window = ByteBuffer.allocate(Math.min(windowBytes, Math.max(0, end - from))).limit(0);
    this.windowStart = from;
    this.position = from;
  }

  /**
   * Moves to the next batch.
   *
   * @return false when the rest holds no whole batch of a known format; {@link #position} is then where the rest begins
   * @throws IOException also for a batch of an old message format, which must not be mistaken for damage
   */
  boolean next() throws IOException {
    position += batchSize;
    batchSize = 0;
    if (end - position < HEADER_SIZE) {
      return false;
    }
    fill();
    int length = window.getInt(header + LENGTH_OFFSET);
    if (length < HEADER_SIZE - LOG_OVERHEAD || length > end - position - LOG_OVERHEAD) {
      return false;
    }
    byte magic = window.get(header + MAGIC_OFFSET);
    if (magic == 0 || magic == 1) {
      throw new IOException("the batch at position " + position + " has message format " + magic + ", only 2 is supported");
    }
    if (magic != MAGIC_V2 || lastOffsetDelta() < 0 || baseOffset() < 0) {
      return false;
    }
    batchSize = LOG_OVERHEAD + length;
    return true;
  }

  private void fill() throws IOException {
    header = position - windowStart;
    if (header >= 0 && header + HEADER_SIZE <= window.limit()) {
      return;
    }
    windowStart = position;
    header = 0;
    window.clear().limit(Math.min(window.capacity(), end - position));
    readFully(channel, window, position);
  }

  FileChannel channel() {
    return channel;
  }

  /** @return position of the current batch or, after the end, of the first byte that is not part of a batch */
  int position() {
    return position;
  }

  int nextPosition() {
    return position + batchSize;
  }

  int sizeBytes() {
    return batchSize;
  }

  long baseOffset() {
    return window.getLong(header + BASE_OFFSET_OFFSET);
  }

  long lastOffset() {
    return baseOffset() + lastOffsetDelta();
  }

  long nextOffset() {
    return lastOffset() + 1;
  }

  long maxTimestamp() {
    return window.getLong(header + MAX_TIMESTAMP_OFFSET);
  }

  private int lastOffsetDelta() {
    return window.getInt(header + LAST_OFFSET_DELTA_OFFSET);
  }

  /**
   * Reads the whole batch.
   *
   * @param buffer scratch space of any size
   * @return whether the bytes match the checksum
   */
  boolean isCrcValid(CRC32C crc, ByteBuffer buffer) throws IOException {
    crc.reset();
    int at = position + ATTRIBUTES_OFFSET;
    int stop = position + batchSize;
    while (at < stop) {
      buffer.clear().limit(Math.min(buffer.capacity(), stop - at));
      readFully(channel, buffer, at);
      at += buffer.remaining();
      crc.update(buffer);
    }
    return (int) crc.getValue() == window.getInt(header + CRC_OFFSET);
  }

  /** Fills a buffer up to its limit and flips it. */
  static void readFully(FileChannel channel, ByteBuffer buffer, long position) throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, at);
      if (count < 0) {
        throw new EOFException("a file ends at " + at + ", but " + buffer.remaining() + " more bytes were expected");
      }
      at += count;
    }
    buffer.flip();
  }
}
