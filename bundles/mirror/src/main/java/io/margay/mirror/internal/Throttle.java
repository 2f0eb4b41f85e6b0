package io.margay.mirror.internal;

/** A rate in bytes that is exceeded by at most one answer, which the next one waits for. Owned by the thread of its link. */
final class Throttle {
  private final long bytesPerSecond;
  private double freeAtMs;

  /** @param bytesPerSecond 0 for no limit */
  Throttle(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Bytes have come. */
  void take(long bytes, long nowMs) {
    if (bytesPerSecond > 0) {
      freeAtMs = Math.max(freeAtMs, nowMs) + bytes * 1_000.0 / bytesPerSecond;
    }
  }

  /** Whether more may be asked for. */
  boolean isFree(long nowMs) {
    return freeAtMs <= nowMs;
  }
}
