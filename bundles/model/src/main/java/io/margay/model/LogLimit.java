package io.margay.model;

import java.util.HashMap;
import java.util.Map;

/**
 * Lets one log line per minute and cause pass, and counts those that it holds back, so that no client and no lasting fault fills
 * the log. Remembers at most {@value #CAUSES_MAX} causes of the last minute; all others count as one. Safe for all threads.
 */
public final class LogLimit {
  /** A line is held back. */
  public static final long HELD_BACK = -1;
  private static final long PERIOD_NANOS = 60_000_000_000L;
  private static final int CAUSES_MAX = 64;
  private static final String OTHERS = "others";

  private static final class Cause {
    private long lastNanos;
    private long heldBack;
  }

  private final Clock clock;
  private final Map<String, Cause> causes = new HashMap<>();

  /** @param clock the time */
  public LogLimit(Clock clock) {
    this.clock = clock;
  }

  /**
   * @param cause what the line is about, from a small set
   * @return {@link #HELD_BACK}, or how many lines of this cause were held back since the last one that passed
   */
  public synchronized long permit(String cause) {
    long now = clock.nanos();
    if (causes.size() >= CAUSES_MAX && !causes.containsKey(cause)) {
      causes.values().removeIf(c -> now - c.lastNanos >= PERIOD_NANOS);
    }
    String key = causes.size() < CAUSES_MAX || causes.containsKey(cause) ? cause : OTHERS;
    Cause known = causes.get(key);
    if (known == null) {
      known = new Cause();
      known.lastNanos = now;
      causes.put(key, known);
      return 0;
    }
    if (now - known.lastNanos < PERIOD_NANOS) {
      known.heldBack++;
      return HELD_BACK;
    }
    long before = known.heldBack;
    known.heldBack = 0;
    known.lastNanos = now;
    return before;
  }
}
