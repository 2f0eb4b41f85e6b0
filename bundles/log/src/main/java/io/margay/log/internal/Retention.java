package io.margay.log.internal;

import io.margay.spi.log.LogConfig;
import io.margay.spi.storage.SegmentInfo;
import java.io.IOException;
import java.util.List;

/**
 * Decides which segments a log may delete, by {@code retention.ms}, {@code retention.bytes} and its start offset. Only whole
 * segments are deleted, the oldest first, and none that reaches above the high watermark. Without state.
 */
final class Retention {
  private Retention() { }

  /**
   * Drops what is due.
   *
   * @return how many bytes were deleted
   */
  static long enforce(SegmentedPartitionLog log, long nowMs) throws IOException {
    LogConfig config = log.config();
    List<SegmentInfo> segments = log.segments();
    long high = log.highWatermark();
    int expired = config.retention().delete() ? expired(segments, config.retention().ms(), high, nowMs) : 0;
    if (expired == segments.size()) {
      // The active segment is too old as well: it becomes an old segment, and an empty one takes its place.
      log.roll();
    }
    int excess = config.retention().delete() ? excess(segments, config.retention().bytes(), high) : 0;
    int count = Math.max(Math.max(expired, excess), passed(segments, log.logStartOffset()));
    if (count == 0) {
      return 0;
    }
    return log.shape().dropHead(segments.get(count - 1).nextOffset());
  }

  /** How many segments, from the oldest, have a highest timestamp that is too old. */
  static int expired(List<SegmentInfo> segments, long retentionMs, long highWatermark, long nowMs) {
    if (retentionMs < 0) {
      return 0;
    }
    int count = 0;
    for (SegmentInfo segment : segments) {
      long newest = segment.maxTimestamp() >= 0 ? segment.maxTimestamp() : segment.lastModifiedMs();
      boolean active = count == segments.size() - 1;
      if (nowMs - newest <= retentionMs || segment.nextOffset() > highWatermark || (active && segment.sizeBytes() == 0)) {
        break;
      }
      count++;
    }
    return count;
  }

  /** How many segments, from the oldest, can be deleted while the log keeps as many bytes as it should. */
  static int excess(List<SegmentInfo> segments, long retentionBytes, long highWatermark) {
    if (retentionBytes < 0) {
      return 0;
    }
    long tooMuch = -retentionBytes;
    for (SegmentInfo segment : segments) {
      tooMuch += segment.sizeBytes();
    }
    int count = 0;
    while (count < segments.size() - 1) {
      SegmentInfo segment = segments.get(count);
      if (segment.sizeBytes() > tooMuch || segment.nextOffset() > highWatermark) {
        break;
      }
      tooMuch -= segment.sizeBytes();
      count++;
    }
    return count;
  }

  /** How many segments, from the oldest, are below the log's start. */
  static int passed(List<SegmentInfo> segments, long logStartOffset) {
    int count = 0;
    while (count < segments.size() - 1 && segments.get(count + 1).baseOffset() <= logStartOffset) {
      count++;
    }
    return count;
  }
}
