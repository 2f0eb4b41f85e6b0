package io.margay.storage.file.internal;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Where the last batches of the active segment begin, so that a reader at the tail neither searches an index nor reads headers. One
 * writer, any number of readers, no lock. A slot is overwritten only while the count equals its number plus the capacity, so a
 * reader that finds a lower count after it read a slot has read a consistent slot.
 *
 * <pre>
 *   slot n: | base offset - segment base (high 32 bits), position (low 32 bits) | offset after the batch - segment base |
 * </pre>
 */
final class TailRing {
  /** Number of batches that are remembered. */
  static final int CAPACITY = 64;

  /** A search that did not succeed. */
  static final long MISS = -1;

  private final AtomicLongArray slots = new AtomicLongArray(2 * CAPACITY);
  /** How many batches were ever added. */
  private volatile long count;

  /** @param relativeNext may be 2^31, hence long */
  void add(int relativeBase, int position, long relativeNext) {
    long n = count;
    int slot = (int) (n % CAPACITY) * 2;
    slots.setRelease(slot, ((long) relativeBase << 32) | position);
    slots.setRelease(slot + 1, relativeNext);
    count = n + 1;
  }

  /**
   * Finds the batch that holds an offset, or the first one after it, among those remembered.
   *
   * @return its number, for {@link #startOf}; {@link #MISS} when it may be an older or a newer one
   */
  long find(long relativeOffset) {
    long end = count;
    long oldest = Math.max(0, end - CAPACITY);
    // From the newest back: most readers are at the very end.
    for (long n = end - 1; n >= oldest; n--) {
      long next = slots.getAcquire((int) (n % CAPACITY) * 2 + 1);
      if (count >= n + CAPACITY) {
        return MISS;
      }
      if (next <= relativeOffset) {
        return n + 1 < end ? n + 1 : MISS;
      }
    }
    // There is nothing before a batch at position 0.
    return oldest == 0 && end > 0 && position(slots.getAcquire(0)) == 0 && count < CAPACITY ? 0 : MISS;
  }

  /**
   * @return relative base offset (high 32 bits) and position of a batch; {@link #MISS} when it is no longer, or not yet, there
   */
  long startOf(long number) {
    if (number >= count) {
      return MISS;
    }
    long start = slots.getAcquire((int) (number % CAPACITY) * 2);
    return count >= number + CAPACITY ? MISS : start;
  }

  long count() {
    return count;
  }

  static int relativeBase(long start) {
    return (int) (start >>> 32);
  }

  static int position(long start) {
    return (int) start;
  }
}
