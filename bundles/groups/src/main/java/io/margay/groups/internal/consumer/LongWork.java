package io.margay.groups.internal.consumer;

import java.util.function.Supplier;

/**
 * Work for a group on another thread, of which one piece is under way at a time. Its outcome may never come, when the work fails or the shard
 * has no room for one more operation; so after {@link #LOST_MS} it may begin again, unless it is still running: work that hangs keeps one thread, and
 * not one more each minute. Soft state of its group. Used with the shard held, but for what {@link #tracked} returns.
 */
final class LongWork {
  /** Milliseconds after which the outcome of work that is not running is not expected any more. */
  static final long LOST_MS = 60_000;

  private boolean begun;
  private long beganAtMs;
  private volatile boolean running;

  /** Whether it has begun, and its outcome may still come. */
  boolean isUnderWay(long nowMs) {
    long sinceMs = nowMs - beganAtMs;
    return running || begun && sinceMs >= 0 && sinceMs < LOST_MS;
  }

  void begins(long nowMs) {
    begun = true;
    beganAtMs = nowMs;
  }

  /** @return the same work, which is known to be running as long as it is; to be used once, on any thread */
  <T> Supplier<T> tracked(Supplier<T> work) {
    return () -> {
      running = true;
      try {
        return work.get();
      } finally {
        running = false;
      }
    };
  }

  void ends() {
    begun = false;
  }
}
