package io.margay.storage.file.internal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.FileChannel;

/** Builds the indexes of a segment from the headers of its batches, the same entries that appending makes. */
final class IndexBuilder {
  /** Distance of the entries of indexes that are built anew; Kafka's default. */
  private static final int INTERVAL_BYTES = 4096;

  private final long baseOffset;
  private final SegmentIndex index;
  private long maxTimestamp;
  private int maxTimestampOffset;
  private int bytesSinceEntry;

  /**
   * @param index what is known of the bytes before; added to
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
    int relativeLast = (int) (batch.lastOffset() - baseOffset);
    if (batch.maxTimestamp() > maxTimestamp) {
      maxTimestamp = batch.maxTimestamp();
      maxTimestampOffset = relativeLast;
    }
    if (bytesSinceEntry > INTERVAL_BYTES) {
      index.add(relativeLast, batch.position(), maxTimestamp, maxTimestampOffset);
      bytesSinceEntry = 0;
    }
    bytesSinceEntry += batch.sizeBytes();
  }

  SegmentIndex index() {
    return index;
  }

  long maxTimestamp() {
    return maxTimestamp;
  }

  int maxTimestampOffset() {
    return maxTimestampOffset;
  }

  /** Walks a whole segment. */
  static IndexBuilder rebuild(FileChannel channel, long baseOffset, int size) throws IOException {
    IndexBuilder builder = new IndexBuilder(baseOffset, new SegmentIndex(), 0);
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
