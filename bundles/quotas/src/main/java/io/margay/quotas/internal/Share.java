package io.margay.quotas.internal;

import java.util.concurrent.TimeUnit;

/**
 * A limit with what was used of it. The usage is asked for when it is needed first, again when the table has dropped it, and again each second
 * while the user's client ids have no room in the table. Safe for all threads.
 */
final class Share {
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final UsageTable table;
  private final QuotaLimits.Found found;
  private final String user;
  /** Null until something is used. */
  private volatile Usage usage;
  private volatile long askedNanos;

  /** @param user who uses it, also where all users share it */
  Share(UsageTable table, QuotaLimits.Found found, String user) {
    this.table = table;
    this.found = found;
    this.user = user;
  }

  double limit() {
    return found.limit();
  }

  Usage usage(long nowNanos) {
    Usage known = usage;
    if (known == null || known.dropped() || known.key().isOthers() && nowNanos - askedNanos >= AGAIN_NANOS) {
      known = table.get(found.key(), user, nowNanos);
      askedNanos = nowNanos;
      usage = known;
    }
    return known;
  }
}
