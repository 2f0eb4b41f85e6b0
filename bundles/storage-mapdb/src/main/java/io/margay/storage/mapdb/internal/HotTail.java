package io.margay.storage.mapdb.internal;

/**
 * The last one to two mebibytes that were appended since the log was opened: they are in memory most likely. One writer, any
 * number of readers.
 */
final class HotTail {
  private static final int STEP_BYTES = 1 << 20;

  private volatile long from;
  private long next;
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

  /** The tail was cut: what comes now counts. */
  void onEndMoved(long endOffset) {
    from = endOffset;
    next = endOffset;
    bytesSinceNext = 0;
  }
}
