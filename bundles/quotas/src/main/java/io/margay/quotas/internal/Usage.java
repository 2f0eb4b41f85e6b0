package io.margay.quotas.internal;

/**
 * What one entity has used of one kind, and how long it was told to wait. Held for moments only. Limits come from the caller, so that
 * changed ones count at once for what was used before.
 */
final class Usage {
  private static final long OVERHEAD_BYTES = 480;
  private static final double MILLIS = 1e3;
  private static final double NANOS = 1e9;
  private static final double PERCENT_OF_NANOS = 100 / 1e9;

  private final UsageKey key;
  private final String owner;
  private final WindowedRate rate;
  private final double windowSeconds;
  private final double burstSeconds;
  /** Null until the first mutation; guarded by this, as all below. */
  private TokenBucket bucket;
  private long throttledMs;
  private long throttledCount;
  private long usedNanos;
  /** It is no longer in the table. */
  private volatile boolean dropped;

  /** @param owner who needed it first; null for an address */
  Usage(UsageKey key, String owner, Windows windows, long nowNanos) {
    this.key = key;
    this.owner = owner;
    boolean mutation = key.kind() == QuotaKind.MUTATION;
    Windows.Span span = mutation ? windows.mutations() : windows.requests();
    this.rate = new WindowedRate(span.count(), span.nanos(), nowNanos);
    this.windowSeconds = span.nanos() / 1e9;
    this.burstSeconds = span.count() * windowSeconds;
    this.usedNanos = nowNanos;
  }

  UsageKey key() {
    return key;
  }

  String owner() {
    return owner;
  }

  long sizeBytes() {
    return OVERHEAD_BYTES + key.sizeBytes() + 8L * (long) Math.ceil(burstSeconds / windowSeconds);
  }

  /** Counts in any case. @return milliseconds to wait */
  synchronized int add(double amount, double limit, long nowNanos) {
    usedNanos = nowNanos;
    rate.add(amount, nowNanos);
    double seconds = rate.secondsOver(limit, nowNanos);
    return amount > 0 ? waits(seconds) : ms(seconds); // who only asks is not throttled by that
  }

  /** Counts time of threads. @return milliseconds to wait, at most those of a window */
  synchronized int work(long nanos, double percent, long nowNanos) {
    usedNanos = nowNanos;
    rate.add(nanos * PERCENT_OF_NANOS, nowNanos);
    return waits(Math.min(windowSeconds, rate.secondsOver(percent, nowNanos)));
  }

  /**
   * Counts what is within the limit, and in any case what comes first after a while without use: it would never be within it if it is larger
   * than what the limit allows for the whole span.
   *
   * @return 0 when it was counted, else milliseconds to wait
   */
  synchronized int addWithin(double amount, double limit, double mostSeconds, long nowNanos) {
    usedNanos = nowNanos;
    double before = rate.sum(nowNanos);
    double span = rate.spanSeconds(nowNanos);
    double over = (before + amount) / span - limit;
    if (over <= 0 || before <= 0) {
      rate.add(amount, nowNanos);
      return 0;
    }
    return waits(Math.min(mostSeconds, over / limit * span));
  }

  /** Counts partitions. @return as {@link io.margay.spi.quota.ClientQuota#mutated} */
  synchronized int mutate(long partitions, boolean strict, double limit, long nowNanos) {
    usedNanos = nowNanos;
    if (bucket == null) {
      bucket = new TokenBucket(burstSeconds, limit, nowNanos);
    }
    bucket.refill(limit, nowNanos);
    if (strict && bucket.tokens() < 0) {
      return -waits(bucket.secondsToEven());
    }
    bucket.take(partitions);
    rate.add(partitions, nowNanos);
    return strict ? 0 : waits(bucket.secondsToEven());
  }

  private int waits(double seconds) {
    int ms = ms(seconds);
    if (ms > 0) {
      throttledMs += ms;
      throttledCount++;
    }
    return ms;
  }

  private static int ms(double seconds) {
    return seconds <= 0 ? 0 : (int) Math.max(1, Math.min(Integer.MAX_VALUE, Math.round(seconds * MILLIS)));
  }

  /** Whether a new one would say the same, but for how long it was told to wait. */
  synchronized boolean idle(long nowNanos) {
    return (nowNanos - usedNanos) / NANOS >= burstSeconds && (bucket == null || bucket.isFull(nowNanos));
  }

  void drop() {
    dropped = true;
  }

  boolean dropped() {
    return dropped;
  }

  /**
   * What is shown of it.
   *
   * @param perSecond the rate now
   * @param throttledMs how long it was told to wait, in all
   * @param throttledCount how often
   */
  record Shown(double perSecond, long throttledMs, long throttledCount) { }

  synchronized Shown show(long nowNanos) {
    return new Shown(rate.perSecond(nowNanos), throttledMs, throttledCount);
  }
}
