package io.margay.storage.file.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** Builds the indexes of a segment from the headers of its batches, the same entries that appending makes. */
final class IndexBuilder {
  /** Distance of the entries of rebuilt indexes; Kafka's default. */
  private static final int INTERVAL_BYTES = 4096;
  /** The timestamp of the first batch when that batch was not added. */
  static final long NO_BATCH = Long.MIN_VALUE;

  private final long baseOffset;
  private final SegmentIndex index;
  private long maxTimestamp;
  private int maxTimestampOffset;
  private long firstTimestamp = NO_BATCH;
  private int bytesSinceEntry;

  /**
   * @param index the index of the bytes before; entries are added to it
   * @param bytesSinceEntry bytes after its last entry's batch began
   */
  IndexBuilder(long baseOffset, SegmentIndex index, int bytesSinceEntry) {
    this.baseOffset = baseOffset;
    this.index = index;
    this.maxTimestamp = index.lastTimestamp();
    this.maxTimestampOffset = index.lastTimestampOffset();
    this.bytesSinceEntry = bytesSinceEntry;
  }

  void add(BatchScanner batch) {
    if (batch.position() == 0) {
      firstTimestamp = batch.maxTimestamp();
    }
    add(batch.lastOffset(), batch.position(), batch.sizeBytes(), batch.maxTimestamp());
  }

  /** Adds a batch by its figures. */
  void add(long lastOffset, int position, int sizeBytes, long timestamp) {
    int relativeLast = (int) (lastOffset - baseOffset);
    if (timestamp > maxTimestamp) {
      maxTimestamp = timestamp;
      maxTimestampOffset = relativeLast;
    }
    if (bytesSinceEntry > INTERVAL_BYTES) {
      index.add(relativeLast, position, maxTimestamp, maxTimestampOffset);
      bytesSinceEntry = 0;
    }
    bytesSinceEntry += sizeBytes;
  }

  SegmentIndex index() {
    return index;
  }

  long maxTimestamp() {
    return maxTimestamp;
  }

  /** @return highest timestamp of the batch at position 0; {@link #NO_BATCH} when it was not added */
  long firstTimestamp() {
    return firstTimestamp;
  }

  int maxTimestampOffset() {
    return maxTimestampOffset;
  }

  /** Walks a whole segment. @param index without entries, filled */
  static IndexBuilder rebuild(FileChannel channel, SegmentIndex index, long baseOffset, int size) throws IOException {
    IndexBuilder builder = new IndexBuilder(baseOffset, index, 0);
    BatchScanner scanner = new BatchScanner(channel, 0, size, BatchScanner.SCAN_WINDOW);
    while (scanner.next()) {
      builder.add(scanner);
    }
    if (scanner.position() < size) {
      throw new EOFException("a segment with base offset " + baseOffset + " has no batch at position " + scanner.position());
    }
    builder.index.addTime(builder.maxTimestamp, builder.maxTimestampOffset);
    return builder;
  }
}
