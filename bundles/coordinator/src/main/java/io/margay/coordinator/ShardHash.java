package io.margay.coordinator;

/** Which shard holds a key: Kafka's own rule, so that its data directories fit. */
public final class ShardHash {
  private ShardHash() { }

  /**
   * @param key a group id or transactional id
   * @param shards how many there are
   * @return the index, in {@code [0, shards)}
   */
  public static int shardOf(String key, int shards) {
    int hash = key.hashCode();
    return hash == Integer.MIN_VALUE ? 0 : Math.floorMod(Math.abs(hash), shards);
  }
}
