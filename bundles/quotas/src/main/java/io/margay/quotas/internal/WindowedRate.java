package io.margay.quotas.internal;

/**
 * How much per second, over the last windows of time: all of them but the current one, and what has passed of that. Not synchronised.
 *
 * <pre>
 *   | window | window | ... | current: until now |
 *   '--------------- span ---------------------'
 * </pre>
 */
final class WindowedRate {
  private static final double NANOS = 1e9;

  private final double[] totals;
  private final long windowNanos;
  private final long originNanos;
  /** Number of the current window, counted from the origin. */
  private long current;
  /** Invariant: the sum of all totals. */
  private double sum;

  /**
   * @param windows how many, {@code > 0}
   * @param windowNanos the length of each, in nanoseconds
   */
  WindowedRate(int windows, long windowNanos, long nowNanos) {
    this.totals = new double[windows];
    this.windowNanos = windowNanos;
    this.originNanos = nowNanos;
  }

  void add(double amount, long nowNanos) {
    advance(nowNanos);
    totals[(int) (current % totals.length)] += amount;
    sum += amount;
  }

  /** What was added within the span. */
  double sum(long nowNanos) {
    advance(nowNanos);
    return sum;
  }

  /** The length of the span, in seconds. */
  double spanSeconds(long nowNanos) {
    advance(nowNanos);
    long inCurrent = Math.max(0, nowNanos - originNanos - current * windowNanos);
    return Math.max(windowNanos, (totals.length - 1) * windowNanos + inCurrent) / NANOS;
  }

  double perSecond(long nowNanos) {
    return sum(nowNanos) / spanSeconds(nowNanos);
  }

  /** For how long nothing must be added, in seconds, until the rate is no more than the limit; 0 when it is not now, either. */
  double secondsOver(double limit, long nowNanos) {
    double rate = perSecond(nowNanos);
    return rate <= limit ? 0 : (rate - limit) / limit * spanSeconds(nowNanos);
  }

  private void advance(long nowNanos) {
    long window = (nowNanos - originNanos) / windowNanos;
    if (window <= current) {
      return;
    }
    long passed = Math.min(window - current, totals.length);
    for (long i = 1; i <= passed; i++) {
      totals[(int) ((current + i) % totals.length)] = 0;
    }
    if (passed == totals.length) {
      java.util.Arrays.fill(totals, 0);
    }
    current = window;
    sum = 0; // added again, so that no rounding is left
    for (double total : totals) {
      sum += total;
    }
  }
}
