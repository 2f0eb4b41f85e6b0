package io.margay.config.internal;

import io.margay.spi.memory.MemoryUser;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Decides when to say that the heap is nearly full, and what to say. Used by one thread at a time. */
final class HeapReport {
  private static final int MOST_USERS = 8;
  private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);
  private static final double MEGABYTE = 1 << 20;

  private record Share(String name, long usedBytes, long limitBytes, String largest) { }

  private boolean reported;
  private long lastNanos;

  /**
   * @param usedBytes in use after a collection
   * @param maxBytes the most that fit
   * @param users the known users of the heap
   * @param nanos the monotonic clock
   * @return the sentence for the log, or null when one was given less than a minute ago
   */
  String lineOrNull(long usedBytes, long maxBytes, Collection<MemoryUser> users, long nanos) {
    if (reported && nanos - lastNanos < QUIET_NANOS) {
      return null;
    }
    reported = true;
    lastNanos = nanos;
    return String.format(java.util.Locale.ROOT,
        "The heap is nearly full: %.1f of %.1f MB are in use after a collection; when it is full, the process ends. "
        + "Known users, the largest first: %s. MARGAY_HEAP_OPTS sets the size of the heap", usedBytes / MEGABYTE, maxBytes / MEGABYTE,
        describe(users));
  }

  private static String describe(Collection<MemoryUser> users) {
    List<Share> shares = new ArrayList<>();
    for (MemoryUser user : users) {
      shares.add(share(user));
    }
    shares.sort(Comparator.comparingLong(Share::usedBytes).reversed());
    StringBuilder text = new StringBuilder();
    for (Share share : shares.subList(0, Math.min(MOST_USERS, shares.size()))) {
      text.append(text.isEmpty() ? "" : ", ").append(share.name)
          .append(String.format(java.util.Locale.ROOT, " %.1f MB", share.usedBytes / MEGABYTE));
      if (share.limitBytes < Long.MAX_VALUE) {
        text.append(String.format(java.util.Locale.ROOT, " of %.1f", share.limitBytes / MEGABYTE));
      }
      if (!share.largest.isEmpty()) {
        text.append(" (").append(share.largest).append(')');
      }
    }
    return text.isEmpty() ? "none" : text.toString();
  }

  private static Share share(MemoryUser user) {
    try {
      return new Share(user.name(), user.usedBytes(), user.limitBytes(), user.largest());
    } catch (RuntimeException | LinkageError e) {
      // a part that is leaving must not keep the others from the log
      return new Share(user.getClass().getName(), 0, Long.MAX_VALUE, "cannot tell: " + e);
    }
  }
}
