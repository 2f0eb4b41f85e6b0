package io.margay.quotas.internal;

/**
 * Permits that come back at a steady rate, and of which a number can be saved up. It may be overdrawn: who does that waits until it is even
 * again. Not synchronised.
 */
final class TokenBucket {
  private static final double NANOS = 1e9;

  private final double burstSeconds;
  private double tokens;
  private double rate;
  private long lastNanos;

  /** @param burstSeconds permits of so many seconds can be saved up; it is full at the beginning */
  TokenBucket(double burstSeconds, double rate, long nowNanos) {
    this.burstSeconds = burstSeconds;
    this.rate = rate;
    this.tokens = burstSeconds * rate;
    this.lastNanos = nowNanos;
  }

  /** @param perSecond how many permits come back in a second from now on */
  void refill(double perSecond, long nowNanos) {
    double seconds = Math.max(0, nowNanos - lastNanos) / NANOS;
    lastNanos = nowNanos;
    tokens = Math.min(burstSeconds * perSecond, tokens + seconds * rate);
    rate = perSecond;
  }

  void take(double permits) {
    tokens -= permits;
  }

  double tokens() {
    return tokens;
  }

  boolean isFull(long nowNanos) {
    return tokens + Math.max(0, nowNanos - lastNanos) / NANOS * rate >= burstSeconds * rate;
  }

  /** How long it takes until it is even, in seconds. */
  double secondsToEven() {
    return tokens >= 0 ? 0 : -tokens / rate;
  }
}
