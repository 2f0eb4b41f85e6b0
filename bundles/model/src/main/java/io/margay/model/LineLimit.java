package io.margay.model;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Limits log lines that clients can cause to one per minute and cause, so that no client fills the disk with them:
 *
 * <pre>
 *   long held = limit.pass("too many connections");
 *   if (held >= 0) {
 *     LOG.warn("Refusing a connection client={} sinceLast={}", client, held);
 *   }
 * </pre>
 *
 * A cause should be a constant of the program. Beyond {@value #MAX_CAUSES} causes within a minute, all others count as one.
 * Safe for all threads.
 */
public final class LineLimit {
  /** The result of {@link #pass} for a line that is held back. */
  public static final long HELD = -1;
  /** The number of causes that are distinguished. */
  public static final int MAX_CAUSES = 1000;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final String OTHERS = "others";

  private static final class Cause {
    private long passedNanos;
    private long held;
  }

  private final Clock clock;
  /** Guarded by itself. */
  private final Map<String, Cause> causes = new HashMap<>();

  /** @param clock measures the minute */
  public LineLimit(Clock clock) {
    this.clock = clock;
  }

  /**
   * Checks whether a line may be written now.
   *
   * @param cause why it would be written
   * @return how many lines of this cause were held back since the last one that passed, or {@link #HELD} when this one is held
   *     back as well
   */
  public long pass(String cause) {
    long now = clock.nanos();
    synchronized (causes) {
      Cause known = causes.get(cause);
      if (known == null) {
        if (causes.size() >= MAX_CAUSES) {
          causes.values().removeIf(c -> now - c.passedNanos >= MINUTE);
        }
        String name = causes.size() < MAX_CAUSES ? cause : OTHERS;
        known = causes.get(name);
        if (known == null) {
          known = new Cause();
          known.passedNanos = now;
          causes.put(name, known);
          return 0;
        }
      }
      if (now - known.passedNanos < MINUTE) {
        known.held++;
        return HELD;
      }
      long held = known.held;
      known.held = 0;
      known.passedNanos = now;
      return held;
    }
  }
}
