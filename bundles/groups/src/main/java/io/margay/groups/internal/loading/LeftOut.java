package io.margay.groups.internal.loading;

/**
 * Remembers, in a fixed 64 KiB, which groups of a shard were left out when it was loaded: a Bloom filter of the hashes of their ids. It
 * takes a few in a thousand new groups for ones that were left out, but never the other way round.
 */
final class LeftOut {
  private static final int WORDS = 8_192;
  private static final int PROBES = 3;

  private final long[] bits = new long[WORDS];
  private int count;

  void add(long hash) {
    if (mayContain(hash)) {
      return;
    }
    for (int i = 0; i < PROBES; i++) {
      int bit = bit(hash, i);
      bits[bit >>> 6] |= 1L << bit;
    }
    count++;
  }

  boolean mayContain(long hash) {
    for (int i = 0; i < PROBES; i++) {
      int bit = bit(hash, i);
      if ((bits[bit >>> 6] & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  private static int bit(long hash, int probe) {
    return (int) (hash >>> probe * 20) & WORDS * 64 - 1;
  }

  /** How many were added, about. */
  int count() {
    return count;
  }
}
