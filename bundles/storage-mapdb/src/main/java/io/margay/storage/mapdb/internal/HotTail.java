package io.margay.storage.mapdb.internal;

/**
 * The last one to two mebibytes that were appended since the log was opened and within the last one to two ticks: they are in
 * memory most likely. One thread appends, one ticks, any thread asks; when the two that write meet, the guess may be off by one step.
 */
final class HotTail {
  private static final int STEP_BYTES = 1 << 20;

  private volatile long from;
  private volatile long next;
  private long bytesSinceNext;

  HotTail(long endOffset) {
    onEndMoved(endOffset);
  }

  boolean contains(long offset) {
    return offset >= from;
  }

  void onAppend(int bytes, long endOffset) {
    bytesSinceNext += bytes;
    if (bytesSinceNext > STEP_BYTES) {
      from = next;
      next = endOffset;
      bytesSinceNext = 0;
    }
  }

  /** Told every minute or so: what was there at the tick before is no longer believed to be in memory. */
  void onTick(long endOffset) {
    from = next;
    next = endOffset;
  }

  /** The tail was cut: what comes now counts. */
  void onEndMoved(long endOffset) {
    from = endOffset;
    next = endOffset;
    bytesSinceNext = 0;
  }
}
