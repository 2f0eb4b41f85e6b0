package io.margay.log.internal;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * Start, end and high watermark of one log. Read by any thread; start and end are set under the lock of the log.
 *
 * <p>Invariant: {@code start <= highWatermark <= end}.
 */
final class LogOffsets {
  private static final AtomicLongFieldUpdater<LogOffsets> HIGH_WATERMARK =
      AtomicLongFieldUpdater.newUpdater(LogOffsets.class, "highWatermark");

  private volatile long start;
  private volatile long end;
  private volatile long highWatermark;
  private volatile long cleanedTo;

  long start() {
    return start;
  }

  long end() {
    return end;
  }

  long highWatermark() {
    return highWatermark;
  }

  /** End of what has been compacted; at most the end. */
  long cleanedTo() {
    return cleanedTo;
  }

  void cleanedTo(long offset) {
    cleanedTo = offset;
  }

  /** Sets all three, adjusted to keep their order. */
  void set(long newStart, long newHighWatermark, long newEnd) {
    start = Math.min(newStart, newEnd);
    highWatermark = Math.min(Math.max(newHighWatermark, start), newEnd);
    end = newEnd;
    cleanedTo = Math.min(cleanedTo, newEnd);
  }

  void moveEnd(long offset) {
    end = offset;
  }

  void moveStart(long offset) {
    start = offset;
  }

  /** Raises the high watermark, at most to the end. Any thread. Returns whether it moved. */
  boolean raiseHighWatermark(long offset) {
    long target = Math.min(offset, end);
    for (long now = highWatermark; target > now; now = highWatermark) {
      if (HIGH_WATERMARK.compareAndSet(this, now, target)) {
        return true;
      }
    }
    return false;
  }

  /** Lowers the high watermark, before the log is truncated to there. */
  void lowerHighWatermark(long offset) {
    highWatermark = Math.min(highWatermark, offset);
  }

  /** The last stable offset, given the first one that is unstable. */
  long lastStable(ProducerStates producers) {
    // The high watermark is read first: what becomes unstable after that is above it.
    long high = highWatermark;
    return Math.max(Math.min(high, producers.firstUnstableOffset()), Math.min(start, high));
  }
}
