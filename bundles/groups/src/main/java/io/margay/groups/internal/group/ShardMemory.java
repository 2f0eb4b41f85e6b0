package io.margay.groups.internal.group;

/**
 * Counts what one shard's groups and offsets hold, in estimated bytes of heap. What exists may grow up to the limits of shard and
 * node; what is new is refused a little earlier, so that groups in use go on when others fill the memory. Used with the shard held,
 * or by the thread that loads it.
 */
public final class ShardMemory {
  /** Of each limit, this many tenths are for what is new. */
  private static final int TENTHS_FOR_NEW = 9;

  private final NodeMemory node;
  private long used;

  /** @param node the memory that it is a part of */
  public ShardMemory(NodeMemory node) {
    this.node = node;
  }

  /** @return the memory of all shards */
  public NodeMemory node() {
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
   * @param known whether they belong to a group that exists
   * @return whether they may be added
   */
  public boolean admits(long more, boolean known) {
    if (more <= 0) {
      return true;
    }
    return used + more <= limit(node.shardLimitBytes(), known) && node.usedBytes() + more <= limit(node.limitBytes(), known);
  }

  private static long limit(long bytes, boolean known) {
    return known ? bytes : bytes / 10 * TENTHS_FOR_NEW;
  }

  /**
   * What may be loaded from the log: what the limits leave, or the shard's fair share of the node when others have more than theirs.
   * A quarter more is allowed, because a log may hold for a while what is deleted further on.
   *
   * @param shards how many shards there are
   * @return bytes
   */
  public long loadLimitBytes(int shards) {
    long left = Math.min(node.shardLimitBytes(), node.limitBytes() - (node.usedBytes() - used));
    long allowed = Math.max(left, node.limitBytes() / Math.max(1, shards));
    return allowed + allowed / 4;
  }

  /** Gives everything back: the shard is gone. */
  public void release() {
    add(-used);
  }
}
