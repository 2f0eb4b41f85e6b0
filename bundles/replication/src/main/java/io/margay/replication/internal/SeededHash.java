package io.margay.replication.internal;

import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;

/** Hashes of values that clients choose, seeded, so that a client cannot choose many with the same hash. */
public final class SeededHash {
  private static final long SEED = ThreadLocalRandom.current().nextLong();
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private SeededHash() { }

  /**
   * @param name a topic's name
   * @param id its id
   * @return a hash of both
   */
  public static long of(String name, UUID id) {
    return with(with(of(name), id.getMostSignificantBits()), id.getLeastSignificantBits());
  }

  /**
   * @param name any text
   * @return its hash
   */
  public static long of(String name) {
    long hash = SEED;
    for (int i = 0; i < name.length(); i++) {
      hash = with(hash, name.charAt(i));
    }
    return hash;
  }

  /**
   * @param hash of what comes before
   * @param value what comes next
   * @return the hash of both
   */
  public static long with(long hash, long value) {
    long mixed = (hash ^ value) * MULTIPLIER;
    return mixed ^ mixed >>> 29;
  }
}
