package io.margay.log.internal;

import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.Record;
import io.margay.protocol.record.RecordBatch;
import io.margay.protocol.record.RecordReader;
import io.margay.spi.log.PartitionLog.FoundOffset;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import java.io.IOException;

/**
 * Finds records by time. Stores find the batch; the record inside it is found here. For a batch that cannot be read, the header's
 * values count. Without state, for any thread.
 */
final class TimestampSearch {
  /** One batch is looked for at a time, so little is read ahead. */
  private static final int CHUNK = 64 << 10;
  private static final long MAX_DECOMPRESSED_BYTES = Integer.MAX_VALUE - 8L;

  private TimestampSearch() { }

  /**
   * The first record in {@code [from, to)} with a timestamp that is not lower.
   *
   * @return it, or null
   */
  static FoundOffset first(LogStore store, long timestamp, long from, long to) throws IOException {
    FoundOffset[] found = new FoundOffset[1];
    long at = from;
    while (at < to && found[0] == null) {
      long base = store.findByTimestamp(timestamp, at);
      if (base < 0 || base >= to) {
        return null;
      }
      long[] next = {base + 1};
      SegmentReads.walk(store, base, to, CHUNK, batch -> {
        next[0] = batch.nextOffset();
        found[0] = firstIn(batch, timestamp, from, to);
        return false;
      });
      at = Math.max(next[0], at + 1);
    }
    return found[0];
  }

  private static FoundOffset firstIn(RecordBatch batch, long timestamp, long from, long to) {
    try (RecordReader reader = RecordReader.openSkippingKeyValue(batch, MAX_DECOMPRESSED_BYTES)) {
      while (reader.hasNext()) {
        Record record = reader.next();
        if (record.offset() >= to) {
          return null;
        }
        if (record.offset() >= from && record.timestamp() >= timestamp) {
          return new FoundOffset(record.offset(), record.timestamp(), batch.partitionLeaderEpoch());
        }
      }
      return null;
    } catch (InvalidRecordBatchException e) {
      return batch.maxTimestamp() >= timestamp ? byHeader(batch, from) : null;
    }
  }

  private static FoundOffset byHeader(RecordBatch batch, long from) {
    return new FoundOffset(Math.max(from, batch.baseOffset()), batch.maxTimestamp(), batch.partitionLeaderEpoch());
  }

  /**
   * The first of the records in {@code [from, to)} that have the highest timestamp.
   *
   * @return it, or null when there is no record
   */
  static FoundOffset max(LogStore store, long from, long to) throws IOException {
    FoundOffset best = null;
    for (SegmentInfo segment : store.segments()) {
      if (segment.nextOffset() <= from || segment.baseOffset() >= to || segment.sizeBytes() == 0
          || (best != null && segment.maxTimestamp() <= best.timestamp())) {
        continue;
      }
      boolean whole = segment.baseOffset() >= from && segment.nextOffset() <= to;
      FoundOffset candidate = whole ? first(store, segment.maxTimestamp(), segment.baseOffset(), segment.nextOffset()) : null;
      if (candidate == null) {
        // parts of it do not count, or its header promised more than its records hold
        candidate = scanMax(store, Math.max(from, segment.baseOffset()), Math.min(to, segment.nextOffset()));
      }
      if (candidate != null && (best == null || candidate.timestamp() > best.timestamp())) {
        best = candidate;
      }
    }
    return best;
  }

  private static FoundOffset scanMax(LogStore store, long from, long to) throws IOException {
    FoundOffset[] best = new FoundOffset[1];
    SegmentReads.walk(store, from, to, batch -> {
      if (best[0] == null || batch.maxTimestamp() > best[0].timestamp()) {
        try (RecordReader reader = RecordReader.openSkippingKeyValue(batch, MAX_DECOMPRESSED_BYTES)) {
          while (reader.hasNext()) {
            Record record = reader.next();
            boolean counts = record.offset() >= from && record.offset() < to;
            if (counts && (best[0] == null || record.timestamp() > best[0].timestamp())) {
              best[0] = new FoundOffset(record.offset(), record.timestamp(), batch.partitionLeaderEpoch());
            }
          }
        } catch (InvalidRecordBatchException e) {
          best[0] = byHeader(batch, from);
        }
      }
      return true;
    });
    return best[0];
  }
}
