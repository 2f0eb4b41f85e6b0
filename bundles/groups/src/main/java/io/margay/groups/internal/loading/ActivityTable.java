package io.margay.groups.internal.loading;

import java.util.Arrays;

/**
 * When each group of a log was last active, by the hash of its id: 16 bytes for a group and as many free, so that a log with any
 * number of groups can be surveyed. When it is full the half that was idle longest is dropped; a group comes back with a later
 * record. Used by the thread that loads.
 */
final class ActivityTable {
  private static final long DELETED = Long.MIN_VALUE;

  private final long[] hashes;
  private final long[] activeMs;
  private final int most;
  private int size;
  private boolean overflowed;

  /** @param most how many groups it can tell apart, at least 2 */
  ActivityTable(int most) {
    this.most = most;
    int capacity = Integer.highestOneBit(Math.max(2, most)) << 2;
    this.hashes = new long[capacity];
    this.activeMs = new long[capacity];
  }

  /** Hash of a group id; never 0. */
  static long hash(String groupId) {
    long h = 0xcbf29ce484222325L;
    for (int i = 0; i < groupId.length(); i++) {
      h = (h ^ groupId.charAt(i)) * 0x100000001b3L;
    }
    h ^= h >>> 32;
    h *= 0xd6e8feb86659fd93L;
    h ^= h >>> 32;
    return h == 0 ? 1 : h;
  }

  /** A group had a record of this time; the latest counts. */
  void seen(long hash, long timestampMs) {
    int i = index(hash);
    if (hashes[i] == hash) {
      activeMs[i] = Math.max(activeMs[i], timestampMs);
      return;
    }
    if (size == most) {
      dropOlderHalf();
      i = index(hash);
    }
    hashes[i] = hash;
    activeMs[i] = timestampMs;
    size++;
  }

  /** The group was deleted. */
  void forget(long hash) {
    int i = index(hash);
    if (hashes[i] == hash) {
      activeMs[i] = DELETED;
    }
  }

  boolean knows(long hash) {
    int i = index(hash);
    return hashes[i] == hash && activeMs[i] != DELETED;
  }

  /** Milliseconds since the epoch; only of a group that it knows. */
  long lastActiveMs(long hash) {
    return activeMs[index(hash)];
  }

  /** Whether there may be groups that it does not know, because they were idle longest. */
  boolean overflowed() {
    return overflowed;
  }

  private int index(long hash) {
    int i = (int) (hash ^ hash >>> 17) & hashes.length - 1;
    while (hashes[i] != 0 && hashes[i] != hash) {
      i = i + 1 & hashes.length - 1;
    }
    return i;
  }

  private void dropOlderHalf() {
    long[] times = new long[size];
    int n = 0;
    for (int i = 0; i < hashes.length; i++) {
      if (hashes[i] != 0) {
        times[n++] = activeMs[i];
      }
    }
    Arrays.sort(times);
    overflowed = true;
    keepActiveAfter(times[n / 2]);
  }

  private void keepActiveAfter(long afterMs) {
    long[] oldHashes = hashes.clone();
    long[] oldTimes = activeMs.clone();
    Arrays.fill(hashes, 0);
    size = 0;
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != 0 && oldTimes[i] > afterMs) {
        int to = index(oldHashes[i]);
        hashes[to] = oldHashes[i];
        activeMs[to] = oldTimes[i];
        size++;
      }
    }
  }
}
