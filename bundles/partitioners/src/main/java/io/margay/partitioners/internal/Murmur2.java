package io.margay.partitioners.internal;

/** MurmurHash2 of 32 bits, with the seed that Kafka's clients use. */
final class Murmur2 {
  private static final int SEED = 0x9747b28c;
  private static final int M = 0x5bd1e995;
  private static final int R = 24;

  private Murmur2() { }

  /** The partition of a key: 0 to {@code partitions - 1}. */
  static int partition(byte[] key, int partitions) {
    return (hash(key) & 0x7fffffff) % partitions;
  }

  static int hash(byte[] data) {
    int h = SEED ^ data.length;
    int words = data.length / 4;
    for (int i = 0; i < words; i++) {
      int at = i * 4;
      int k = data[at] & 0xff | (data[at + 1] & 0xff) << 8 | (data[at + 2] & 0xff) << 16 | (data[at + 3] & 0xff) << 24;
      k *= M;
      k ^= k >>> R;
      k *= M;
      h = h * M ^ k;
    }
    int tail = words * 4;
    int rest = data.length - tail;
    if (rest > 0) {
      for (int i = rest - 1; i >= 0; i--) {
        h ^= (data[tail + i] & 0xff) << 8 * i;
      }
      h *= M;
    }
    h ^= h >>> 13;
    h *= M;
    return h ^ h >>> 15;
  }
}
