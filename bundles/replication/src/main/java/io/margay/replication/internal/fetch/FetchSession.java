package io.margay.replication.internal.fetch;

/**
 * The partitions that one client fetches, so that the client only names changes (KIP-227). Items and epoch are guarded by the
 * session's monitor; the fields by which the cache orders sessions are guarded by the cache.
 */
final class FetchSession {
  /** The epoch that asks for a new session. */
  static final int INITIAL_EPOCH = 0;
  /** The epoch that ends a session, or asks for none. */
  static final int FINAL_EPOCH = -1;
  /** The id of no session. */
  static final int NO_SESSION = 0;

  private final int id;
  private final boolean privileged;
  private final boolean topicIds;
  private final long createdMs;
  private final FetchItems items;
  private int epoch = 1;
  /** The last request that waits, or null. */
  private PendingFetch waiting;

  // guarded by the cache
  private long lastUsedMs;
  private int cachedSize;
  private long cachedBytes;

  FetchSession(int id, boolean privileged, boolean topicIds, long nowMs, FetchItems items) {
    this.id = id;
    this.privileged = privileged;
    this.topicIds = topicIds;
    this.createdMs = nowMs;
    this.items = items;
    used(nowMs, items.size(), items.sizeBytes());
  }

  /** Epochs wrap to 1: 0 is the initial one. */
  static int next(int epoch) {
    return epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
  }

  int id() {
    return id;
  }

  /** Whether it belongs to a broker of the cluster, which is worth more than a consumer. */
  boolean privileged() {
    return privileged;
  }

  boolean topicIds() {
    return topicIds;
  }

  long createdMs() {
    return createdMs;
  }

  /** The epoch that the next request must have; guarded by the monitor. */
  int epoch() {
    return epoch;
  }

  void advanceEpoch() {
    epoch = next(epoch);
  }

  /** Guarded by the monitor. */
  FetchItems items() {
    return items;
  }

  /** A request of the session begins to wait. */
  synchronized void waits(PendingFetch fetch) {
    waiting = fetch;
  }

  /** A request of the session no longer waits. */
  synchronized void ended(PendingFetch fetch) {
    waiting = waiting == fetch ? null : waiting;
  }

  /** The client has sent another request: the one that waits is answered. */
  void supersede() {
    PendingFetch earlier;
    synchronized (this) {
      earlier = waiting;
      waiting = null;
    }
    if (earlier != null) {
      earlier.supersede();
    }
  }

  long lastUsedMs() {
    return lastUsedMs;
  }

  int cachedSize() {
    return cachedSize;
  }

  long cachedBytes() {
    return cachedBytes;
  }

  void used(long nowMs, int size, long sizeBytes) {
    lastUsedMs = nowMs;
    cachedSize = size;
    cachedBytes = sizeBytes;
  }
}
