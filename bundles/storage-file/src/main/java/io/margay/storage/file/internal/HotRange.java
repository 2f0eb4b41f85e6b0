package io.margay.storage.file.internal;

/**
 * Guesses which offsets are in the page cache: those of the last 32 to 64 MiB that were appended since the log was opened, and
 * within the last one to two ticks. One thread appends, one ticks, any thread asks. When the two writers race, the guess may be off
 * by one step until the next tick; this costs a reader no more than a hand-over to another thread.
 */
final class HotRange {
  private static final int HALF_BYTES = 32 << 20;

  private volatile long from;
  private volatile long middle;
  private int bytesSinceMiddle;

  HotRange(long endOffset) {
    from = endOffset;
    middle = endOffset;
  }

  void onAppend(int bytes, long nextOffset) {
    bytesSinceMiddle += bytes;
    if (bytesSinceMiddle >= HALF_BYTES) {
      from = middle;
      middle = nextOffset;
      bytesSinceMiddle = 0;
    }
  }

  /** Called about every minute: data from before the previous tick are no longer assumed to be in memory. */
  void onTick(long endOffset) {
    from = middle;
    middle = endOffset;
  }

  /** The end is now at this offset, which may be lower or higher than before. */
  void onEndMoved(long endOffset) {
    from = Math.min(from, endOffset);
    middle = Math.min(middle, endOffset);
  }

  boolean contains(long offset) {
    return offset >= from;
  }
}
