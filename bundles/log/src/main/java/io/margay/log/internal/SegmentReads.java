package io.margay.log.internal;

import io.margay.protocol.record.BatchCursor;
import io.margay.protocol.record.RecordBatch;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.netty.buffer.ByteBuf;
import java.io.IOException;

/** Reads across the boundaries of segments, which a store's reads do not cross. */
final class SegmentReads {
  /** Bytes that are read at a time. */
  private static final int CHUNK = 1 << 20;

  /** What to do with each batch. */
  @FunctionalInterface
  interface Visitor {
    /**
     * @param batch valid during the call
     * @return false to end the walk
     */
    boolean visit(RecordBatch batch) throws IOException;
  }

  private SegmentReads() { }

  /** As {@link LogStore#read}, but continues in the next segment when compaction left nothing at the end of one. */
  static LogSlice read(LogStore store, long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    LogSlice slice = store.read(offset, maxBytes, endOffset, atLeastOne);
    long from = offset;
    while (slice.records().sizeBytes() == 0) {
      if (from >= Math.min(endOffset, store.endOffset()) || (!atLeastOne && holdsLargeBatch(store, from, endOffset))) {
        return LogSlice.empty(offset);
      }
      from = store.segmentAfter(from);
      if (from < 0 || from >= endOffset) {
        return LogSlice.empty(offset);
      }
      slice = store.read(from, maxBytes, endOffset, atLeastOne);
    }
    return slice;
  }

  /** Whether there is a batch, which then must have been longer than allowed. It must not be skipped. */
  private static boolean holdsLargeBatch(LogStore store, long offset, long endOffset) throws IOException {
    LogSlice probe = store.read(offset, 0, endOffset, true);
    boolean found = probe.records().sizeBytes() > 0;
    probe.records().release();
    return found;
  }

  /**
   * Visits the batches from the one that contains an offset, or the first after it, to an end.
   *
   * @param from inclusive
   * @param to batches that begin at or after it are not visited
   */
  static void walk(LogStore store, long from, long to, Visitor visitor) throws IOException {
    walk(store, from, to, CHUNK, visitor);
  }

  /** As {@link #walk(LogStore, long, long, Visitor)}, reading so many bytes at a time. */
  static void walk(LogStore store, long from, long to, int chunk, Visitor visitor) throws IOException {
    long offset = Math.max(from, store.startOffset());
    while (offset < to) {
      LogSlice slice = read(store, offset, chunk, to, true);
      if (slice.records().sizeBytes() == 0) {
        return;
      }
      ByteBuf bytes = SliceBytes.take(slice);
      try {
        BatchCursor cursor = new BatchCursor().wrap(bytes, bytes.readerIndex(), bytes.readableBytes());
        long next = offset;
        while (cursor.next()) {
          RecordBatch batch = cursor.batch();
          next = batch.nextOffset();
          if (!visitor.visit(batch)) {
            return;
          }
        }
        if (next <= offset) {
          throw new DamagedLogException("no whole batch in " + bytes.readableBytes() + " bytes that were read at offset " + offset);
        }
        offset = next;
      } finally {
        bytes.release();
      }
    }
  }
}
