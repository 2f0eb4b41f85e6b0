package io.margay.log.internal;

import io.margay.spi.log.LogConfig;
import io.margay.spi.storage.SegmentInfo;
import java.util.ArrayList;
import java.util.List;

/**
 * What to compact in a log.
 *
 * @param segments the segments that a pass goes over, from the first one on, without those that are being written or must not
 *     be touched yet
 * @param firstDirty records before it have been compacted against each other
 * @param endOffset where the last of the segments ends
 * @param dirtyRatio bytes of segments from {@code firstDirty} on over all bytes of the segments, 0 to 1
 * @param overdue whether {@code max.compaction.lag.ms} has passed
 */
record CompactionPlan(List<SegmentInfo> segments, long firstDirty, long endOffset, double dirtyRatio, boolean overdue) {
  /**
   * @param all the log's segments, the active one last
   * @param logStartOffset where the log starts
   * @param cleanedTo end of what was compacted before
   * @param lastStableOffset nothing at or after it is touched
   */
  static CompactionPlan of(List<SegmentInfo> all, LogConfig config, long logStartOffset, long cleanedTo, long lastStableOffset,
      long nowMs) {
    List<SegmentInfo> segments = new ArrayList<>();
    long cleanBytes = 0;
    long dirtyBytes = 0;
    boolean overdue = false;
    // A checkpoint beyond the end is from a log that was lost.
    long end = all.get(all.size() - 1).nextOffset();
    long firstDirty = cleanedTo > end ? logStartOffset : Math.max(cleanedTo, logStartOffset);
    for (SegmentInfo segment : all.subList(0, all.size() - 1)) {
      boolean dirty = segment.nextOffset() > firstDirty;
      if (segment.nextOffset() > lastStableOffset || (dirty && isYoung(segment, config, nowMs))) {
        break;
      }
      segments.add(segment);
      if (dirty) {
        dirtyBytes += segment.sizeBytes();
        long oldest = segment.firstTimestamp() >= 0 ? segment.firstTimestamp() : segment.lastModifiedMs();
        overdue |= segment.sizeBytes() > 0 && nowMs - oldest > config.compaction().maxLagMs();
      } else {
        cleanBytes += segment.sizeBytes();
      }
    }
    double ratio = dirtyBytes == 0 ? 0 : (double) dirtyBytes / (cleanBytes + dirtyBytes);
    long endOffset = segments.isEmpty() ? firstDirty : segments.get(segments.size() - 1).nextOffset();
    return new CompactionPlan(segments, firstDirty, endOffset, ratio, overdue);
  }

  private static boolean isYoung(SegmentInfo segment, LogConfig config, long nowMs) {
    long newest = segment.maxTimestamp() >= 0 ? segment.maxTimestamp() : segment.lastModifiedMs();
    return config.compaction().minLagMs() > 0 && newest > nowMs - config.compaction().minLagMs();
  }

  /** Whether a pass is worthwhile now. */
  boolean isDue(LogConfig config) {
    return dirtyRatio > 0 && (dirtyRatio >= config.compaction().minDirtyRatio() || overdue);
  }

  /** The segments below an end in groups that fit into one segment each, as cleaned segments are often small. */
  List<List<SegmentInfo>> groups(long end, long segmentBytes) {
    List<List<SegmentInfo>> groups = new ArrayList<>();
    List<SegmentInfo> group = new ArrayList<>();
    long bytes = 0;
    for (SegmentInfo segment : segments) {
      if (segment.baseOffset() >= end) {
        break;
      }
      boolean fits = bytes + segment.sizeBytes() <= segmentBytes
          && (group.isEmpty() || segment.nextOffset() - group.get(0).baseOffset() < Integer.MAX_VALUE);
      if (!fits && !group.isEmpty()) {
        groups.add(group);
        group = new ArrayList<>();
        bytes = 0;
      }
      group.add(segment);
      bytes += segment.sizeBytes();
    }
    if (!group.isEmpty()) {
      groups.add(group);
    }
    return groups;
  }
}
