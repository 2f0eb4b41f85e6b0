package io.margay.quotas.internal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What was used, by entity. Names come from clients, so it is bounded in bytes: when it is full, what was not used for the longest time
 * goes. Asked when a connection meets a new client or new limits, not for each request. Safe for all threads.
 */
final class UsageTable {
  /** So many are looked at for one that was not used lately, before the oldest one goes whatever it did. */
  private static final int LOOKS = 16;

  private final LongSupplier maxBytes;
  /** The longest unused first, roughly; guarded by this. */
  private final Map<UsageKey, Usage> usages = new LinkedHashMap<>();
  private Windows windows;
  private long bytes;

  /** @param maxBytes how many bytes they may take together */
  UsageTable(Windows windows, LongSupplier maxBytes) {
    this.windows = windows;
    this.maxBytes = maxBytes;
  }

  synchronized Windows windows() {
    return windows;
  }

  synchronized Usage get(UsageKey key, long nowNanos) {
    Usage known = usages.get(key);
    if (known != null) {
      return known;
    }
    Usage made = new Usage(key, windows, nowNanos);
    while (bytes + made.sizeBytes() > maxBytes.getAsLong() && !usages.isEmpty()) {
      dropOne(nowNanos);
    }
    usages.put(key, made);
    bytes += made.sizeBytes();
    return made;
  }

  private void dropOne(long nowNanos) {
    Windows.Span span = windows.requests();
    long spanNanos = span.count() * span.nanos();
    for (int i = 0; i < LOOKS; i++) {
      Usage eldest = usages.values().iterator().next();
      remove(eldest);
      if (nowNanos - eldest.usedNanos() >= spanNanos || i == LOOKS - 1 || usages.isEmpty()) {
        eldest.drop();
        return;
      }
      usages.put(eldest.key(), eldest);
      bytes += eldest.sizeBytes();
    }
  }

  private void remove(Usage usage) {
    usages.remove(usage.key());
    bytes -= usage.sizeBytes();
  }

  /** Begins again, with other windows. */
  synchronized void restart(Windows next) {
    windows = next;
    usages.values().forEach(Usage::drop);
    usages.clear();
    bytes = 0;
  }

  synchronized List<Usage> all() {
    return List.copyOf(usages.values());
  }

  synchronized long sizeBytes() {
    return bytes;
  }
}
