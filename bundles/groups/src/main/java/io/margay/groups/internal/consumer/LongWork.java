package io.margay.groups.internal.consumer;

/**
 * Work for a group on another thread, of which one piece is under way at a time. Its outcome may never come, when the work fails or the shard
 * has no room for one more operation; so after {@link #LOST_MS} it may begin again. Soft state of its group. Used with the shard held.
 */
final class LongWork {
  /** Milliseconds after which an outcome is not expected any more. */
  static final long LOST_MS = 60_000;

  private boolean begun;
  private long beganAtMs;

  /** Whether it has begun, and its outcome may still come. */
  boolean isUnderWay(long nowMs) {
    long sinceMs = nowMs - beganAtMs;
    return begun && sinceMs >= 0 && sinceMs < LOST_MS;
  }

  void begins(long nowMs) {
    begun = true;
    beganAtMs = nowMs;
  }

  void ends() {
    begun = false;
  }
}
