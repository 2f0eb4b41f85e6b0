package io.margay.deploy.internal;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Decides from the server's counters whether a new version does worse than the old one did in the minute before. One glitch is no verdict:
 * an API must be worse in {@value #ROW} stretches in a row, of {@value #RESPONSES_MIN} responses or more each ({@value #ERRORS_OF_MIN} to tell errors). What was not used in the
 * minute before is not judged. No clock and no thread inside.
 *
 * <p>Where other programs use more than a quarter of the processors, p99 gets longer without any change of ours: then it has to be worse for {@value #BUSY_ROW}
 * stretches, and by more. What this process uses itself is no excuse.
 *
 * <p>Worse is: a p99, or a median, more than {@value #FACTOR} times as long and {@value #SLACK_MICROS} us longer ({@value #BUSY_FACTOR} times, {@value #BUSY_SLACK_MICROS} us); more than twice the share of errors and
 * two in a hundred; no response at all where {@value #SILENCE_RESPONSES} would have come; {@value #WAITING_SLACK} more requests that wait for a handler.
 */
final class Judge {
  static final int ROW = 3;
  static final int RESPONSES_MIN = 20;
  /** Fewer are enough to tell errors, because clients that get errors wait longer each time. */
  static final int ERRORS_OF_MIN = 2;
  static final int FACTOR = 3;
  static final long SLACK_MICROS = 10_000;
  static final int WAITING_SLACK = 100;
  static final int BUSY_ROW = 5;
  static final int BUSY_FACTOR = 5;
  static final long BUSY_SLACK_MICROS = 50_000;
  private static final double BUSY_SHARE = 0.25;
  private static final double ERRORS_SLACK = 0.02;
  private static final double SILENCE_RATE_MIN = 2;
  /** So many responses would have come while there was none. */
  private static final double SILENCE_RESPONSES = 10;
  /** They wait for records or for other members of a group, not for the server. */
  private static final Set<String> NOT_TIMED = Set.of("Fetch", "ShareFetch", "JoinGroup", "SyncGroup");

  private final Traffic before;
  private final double beforeSeconds;
  private final Map<String, Long> first;
  private final Map<String, Map<String, Long>> stretches = new HashMap<>();
  private final Map<String, Integer> rows = new HashMap<>();
  /** When an API was answered last, in seconds since the first look. */
  private final Map<String, Double> answered = new HashMap<>();
  private Map<String, Long> last;
  private String reason;

  /**
   * @param before what there was before the change
   * @param beforeSeconds how long that was
   * @param first the counters now
   */
  Judge(Traffic before, double beforeSeconds, Map<String, Long> first) {
    this.before = before;
    this.beforeSeconds = beforeSeconds;
    this.first = first;
    this.last = first;
  }

  /**
   * Looks at the counters again.
   *
   * @param now the counters now
   * @param seconds since the first look
   * @param othersShare which share of the processors other programs used since the last look
   * @return why the new version does worse, or null
   */
  String look(Map<String, Long> now, double seconds, double othersShare) {
    boolean busy = othersShare > BUSY_SHARE;
    before.apis().forEach((name, old) -> {
      silence(name, old, now, seconds);
      look(name, old, now, busy);
    });
    long waiting = now.getOrDefault(Traffic.WAITING, 0L);
    last = now;
    row("waiting", waiting > WAITING_SLACK + first.getOrDefault(Traffic.WAITING, 0L), waiting + " requests wait for a handler");
    return reason;
  }

  private void silence(String name, Traffic.Api old, Map<String, Long> now, double seconds) {
    if (Traffic.between(last, now).api(name).answered() > 0) {
      answered.put(name, seconds);
    }
    long pending = now.getOrDefault(name + ".started", 0L) - now.getOrDefault(name + ".answered", 0L);
    double rate = old.answered() / beforeSeconds;
    double silentSeconds = seconds - answered.getOrDefault(name, 0.0);
    row(name + " silent", pending > 0 && rate >= SILENCE_RATE_MIN && silentSeconds * rate >= SILENCE_RESPONSES,
        String.format(Locale.ROOT, "%s is not answered any more, %d wait; before, %.0f a second were", name, pending, rate));
  }

  private void look(String name, Traffic.Api old, Map<String, Long> now, boolean busy) {
    Traffic.Api some = stretch(name + " errors", name, now, ERRORS_OF_MIN);
    if (some != null) {
      row(name + " errors", hasMoreErrors(some, old), errors(name, some, old));
    }
    Traffic.Api many = stretch(name + " slow", name, now, RESPONSES_MIN);
    if (many != null) {
      boolean timed = old.answered() >= RESPONSES_MIN && !NOT_TIMED.contains(name);
      slow("p99", name, timed, many.p99Micros(), old.p99Micros(), busy);
      // where single responses take long for other reasons, p99 says nothing, and what slows all of them down is seen here
      slow("median", name, timed, many.medianMicros(), old.medianMicros(), busy);
    }
  }

  private void slow(String what, String name, boolean timed, long now, long old, boolean busy) {
    boolean slow = now > (busy ? BUSY_FACTOR : FACTOR) * old && now - old > (busy ? BUSY_SLACK_MICROS : SLACK_MICROS);
    row(name + " " + what, slow && timed, busy ? BUSY_ROW : ROW, what + " of " + name + " is " + ms(now) + "; before, it was " + ms(old));
  }

  /**
   * The last word on errors: of all responses since the beginning, because clients that only get errors send less and less.
   *
   * @return why the new version does worse, or null
   */
  String end() {
    Traffic all = Traffic.between(first, last);
    before.apis().forEach((name, old) -> {
      Traffic.Api api = all.api(name);
      if (reason == null && api.errors() >= ROW && hasMoreErrors(api, old)) {
        reason = errors(name, api, old);
      }
    });
    return reason;
  }

  private static boolean hasMoreErrors(Traffic.Api now, Traffic.Api old) {
    return now.errorShare() > 2 * old.errorShare() + ERRORS_SLACK && old.answered() > 0;
  }

  private static String errors(String name, Traffic.Api now, Traffic.Api old) {
    return String.format(Locale.ROOT, "%.0f %% of the responses to %s have errors; before, %.0f %% had", 100 * now.errorShare(), name,
        100 * old.errorShare());
  }

  /** What there was since the last stretch of this kind ended, if that is enough; then another one begins. */
  private Traffic.Api stretch(String kind, String name, Map<String, Long> now, int responsesMin) {
    Traffic.Api api = Traffic.between(stretches.getOrDefault(kind, first), now).api(name);
    if (api.answered() < responsesMin) {
      return null;
    }
    stretches.put(kind, now);
    return api;
  }

  private static String ms(long micros) {
    return micros == Long.MAX_VALUE ? "more than a minute" : String.format(Locale.ROOT, "%.1f ms", micros / 1000.0);
  }

  private void row(String what, boolean bad, String why) {
    row(what, bad, ROW, why);
  }

  private void row(String what, boolean bad, int needed, String why) {
    int row = bad ? rows.getOrDefault(what, 0) + 1 : 0;
    rows.put(what, row);
    if (row >= needed && reason == null) {
      reason = why;
    }
  }
}
