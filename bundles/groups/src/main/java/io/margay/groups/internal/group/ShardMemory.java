package io.margay.groups.internal.group;

import io.margay.coordinator.CoordinatorMemory;

/**
 * Counts what one shard's groups and offsets hold, in estimated bytes of heap, against the limits of shard and node. Each use has its
 * part of them ({@link Use}), so that consumers join and commit though others have filled the node with offsets of groups that have no
 * members. Used with the shard held, or by the thread that loads it.
 */
public final class ShardMemory {
  /** What memory is asked for, and up to which part of the limits. */
  public enum Use {
    /** Offsets of a group that does not exist yet. */
    NEW_OFFSETS(60),
    /** More offsets of a group without members. */
    OFFSETS(70),
    /** A group that is loaded from the log. */
    LOADING(80),
    /** A member of a group that does not exist yet. */
    NEW_MEMBERS(95),
    /** Members of a group that exists, their assignments and their offsets. */
    MEMBERS(100);

    private final int percent;

    Use(int percent) {
      this.percent = percent;
    }

    private long of(long limit) {
      return limit / 100 * percent;
    }
  }

  /** When others have taken all, each shard may still load its share of this part of the node's limit. */
  private static final int FAIR_PERCENT = 10;

  private final CoordinatorMemory node;
  private long used;

  /** @param node the memory that it is a part of */
  public ShardMemory(CoordinatorMemory node) {
    this.node = node;
  }

  /** @return the memory of all shards */
  public CoordinatorMemory node() {
    return node;
  }

  /** @return estimated bytes */
  public long usedBytes() {
    return used;
  }

  /** @param bytes how many more are held, or fewer when negative */
  public void add(long bytes) {
    used += bytes;
    node.add(bytes);
  }

  /**
   * @param more bytes
   * @param use what for
   * @return whether they may be added
   */
  public boolean admits(long more, Use use) {
    return more <= 0
        || used + more <= use.of(node.shardLimitBytes()) && node.usedBytes() + more <= use.of(node.limitBytes());
  }

  /**
   * What may be loaded from the log: what the limits leave, or the shard's fair share when others have taken all.
   *
   * @param shards how many shards there are
   * @return bytes
   */
  public long loadLimitBytes(int shards) {
    long left = Math.min(Use.LOADING.of(node.shardLimitBytes()),
        Use.LOADING.of(node.limitBytes()) - (node.usedBytes() - used));
    return Math.max(left, node.limitBytes() / 100 * FAIR_PERCENT / Math.max(1, shards));
  }

  /** Gives everything back: the shard is gone. */
  public void release() {
    add(-used);
  }
}
