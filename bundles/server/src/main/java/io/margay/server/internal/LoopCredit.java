package io.margay.server.internal;

/**
 * What an event loop has taken from a pool in advance, so that its connections take and give without touching what other loops
 * touch. Owned by the event loop.
 */
final class LoopCredit {
  private static final long MAX_CHUNK_BYTES = 256 * 1024;

  private final MemoryPool pool;
  private final long chunkBytes;
  private long creditBytes;

  LoopCredit(MemoryPool pool) {
    this.pool = pool;
    this.chunkBytes = Math.min(MAX_CHUNK_BYTES, pool.totalBytes() / 64);
  }

  MemoryPool pool() {
    return pool;
  }

  /**
   * @param bytes how many
   * @param small whether it is for a small request
   * @return whether they could be taken
   */
  boolean tryTake(long bytes, boolean small) {
    if (bytes <= creditBytes && (small || !pool.contended())) {
      creditBytes -= bytes;
      return true;
    }
    if (bytes > creditBytes && bytes < chunkBytes && pool.tryTakeAhead(chunkBytes, pool.totalBytes() / 4)) {
      creditBytes += chunkBytes - bytes;
      return true;
    }
    return pool.tryTake(bytes, small);
  }

  /** Takes what exists already. */
  void force(long bytes) {
    if (bytes <= creditBytes) {
      creditBytes -= bytes;
    } else {
      pool.force(bytes);
    }
  }

  void give(long bytes) {
    creditBytes += bytes;
    if (creditBytes > 2 * chunkBytes) {
      long surplus = creditBytes - chunkBytes;
      creditBytes = chunkBytes;
      pool.give(surplus);
    } else if (pool.contended()) {
      giveAll();
    }
  }

  /** Gives the advance back, because others wait or the loop rests. */
  void giveAll() {
    long all = creditBytes;
    creditBytes = 0;
    if (all > 0) {
      pool.give(all);
    }
  }
}
