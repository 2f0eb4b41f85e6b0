package io.margay.quotas.internal;

/** A limit with what was used of it. The usage is asked for again when the table has dropped it. Safe for all threads. */
final class Share {
  private final UsageTable table;
  private final QuotaLimits.Found found;
  private volatile Usage usage;

  Share(UsageTable table, QuotaLimits.Found found, long nowNanos) {
    this.table = table;
    this.found = found;
    this.usage = table.get(found.key(), nowNanos);
  }

  double limit() {
    return found.limit();
  }

  Usage usage(long nowNanos) {
    Usage known = usage;
    if (known.dropped()) {
      known = table.get(found.key(), nowNanos);
      usage = known;
    }
    return known;
  }
}
