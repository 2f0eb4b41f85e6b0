package io.margay.storage.mapdb.internal;

/**
 * The last one to two mebibytes that were appended since the log was opened and within the last one to two ticks: they are most
 * likely in memory. One thread appends, one ticks, any thread asks; when the two writers race, the guess may be off by one step.
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

  /** Called about every minute: data from before the previous tick are no longer assumed to be in memory. */
  void onTick(long endOffset) {
    from = next;
    next = endOffset;
  }

  /** The tail was cut: what is appended from now on counts. */
  void onEndMoved(long endOffset) {
    from = endOffset;
    next = endOffset;
    bytesSinceNext = 0;
  }
}
