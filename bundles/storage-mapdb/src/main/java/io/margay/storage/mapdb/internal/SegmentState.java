package io.margay.storage.mapdb.internal;

import io.margay.spi.storage.SegmentInfo;
import java.util.List;

/**
 * A virtual segment: a run of batches that is dropped or replaced as a whole.
 *
 * @param info what users of the log see
 * @param batches how many batches it has
 * @param recid number of its record, see {@link SegmentIndex}
 */
record SegmentState(SegmentInfo info, int batches, long recid) {
  static SegmentState empty(long baseOffset, long nowMs, long recid) {
    return new SegmentState(new SegmentInfo(baseOffset, baseOffset, 0, -1, -1, nowMs), 0, recid);
  }

  long baseOffset() {
    return info.baseOffset();
  }

  long nextOffset() {
    return info.nextOffset();
  }

  long sizeBytes() {
    return info.sizeBytes();
  }

  SegmentState endingAt(long offset) {
    return new SegmentState(new SegmentInfo(info.baseOffset(), offset, info.sizeBytes(), info.maxTimestamp(),
        info.firstTimestamp(), info.lastModifiedMs()), batches, recid);
  }

  SegmentState with(List<Batch> added, long nowMs) {
    long size = info.sizeBytes();
    long max = info.maxTimestamp();
    long first = info.firstTimestamp();
    long next = info.nextOffset();
    for (int i = 0; i < added.size(); i++) {
      Batch batch = added.get(i);
      first = batches == 0 && i == 0 ? batch.maxTimestamp() : first;
      max = Math.max(max, batch.maxTimestamp());
      size += batch.sizeBytes();
      next = batch.nextOffset();
    }
    return new SegmentState(new SegmentInfo(info.baseOffset(), next, size, max, first, nowMs), batches + added.size(), recid);
  }
}
