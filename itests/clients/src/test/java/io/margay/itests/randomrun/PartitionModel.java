package io.margay.itests.randomrun;

import java.util.Arrays;

/**
 * What a partition must hold: of each record one number, its offset. All else follows from the number of the record. Used by the
 * threads of both producers and by the one that compares.
 */
final class PartitionModel {
  static final int PRODUCERS = 2;
  /** Not acknowledged yet. */
  static final long OPEN = -2;
  /** Acknowledged without an offset: what the broker answers to a repeated batch that it has seen longer ago. */
  static final long UNKNOWN = -1;

  private final LongArray[] offsets = {new LongArray(), new LongArray()};
  private final long[] lastOfKey = new long[Place.KEYS];
  private int generation;
  private long lowest;
  private long start;
  private long committed = -1;
  private long end;

  PartitionModel() {
    Arrays.fill(lastOfKey, -1);
  }

  /** The topic is deleted and created again: all begins from nothing. */
  synchronized void recreate() {
    generation++;
    offsets[0] = new LongArray();
    offsets[1] = new LongArray();
    Arrays.fill(lastOfKey, -1);
    lowest = 0;
    start = 0;
    committed = -1;
    end = 0;
  }

  synchronized int generation() {
    return generation;
  }

  /** @return the number of the record that a producer sends now */
  synchronized int next(int producer) {
    offsets[producer].add(OPEN);
    return offsets[producer].size() - 1;
  }

  synchronized void acknowledge(int producer, int n, long offset, int key) {
    if (offsets[producer].get(n) != OPEN) {
      throw new IllegalStateException("record " + n + " of producer " + producer + " was acknowledged twice");
    }
    offsets[producer].set(n, offset);
    lastOfKey[key] = Math.max(lastOfKey[key], offset);
    end = Math.max(end, offset + 1);
  }

  synchronized int sent(int producer) {
    return offsets[producer].size();
  }

  synchronized long offset(int producer, int n) {
    return offsets[producer].get(n);
  }

  /** The highest offset that is known to hold the key, or -1. */
  synchronized long lastOfKey(int key) {
    return lastOfKey[key];
  }

  /** An offset below which the end cannot be. */
  synchronized long end() {
    return end;
  }

  /** The offset before which records were deleted by request. */
  synchronized long lowest() {
    return lowest;
  }

  synchronized void deleteBefore(long offset) {
    lowest = Math.max(lowest, offset);
  }

  /** The log start offset as it was seen last: it never falls. */
  synchronized long start() {
    return start;
  }

  synchronized void startSeen(long offset) {
    start = Math.max(start, offset);
  }

  synchronized long committed() {
    return committed;
  }

  synchronized void commit(long offset) {
    committed = offset;
  }
}
