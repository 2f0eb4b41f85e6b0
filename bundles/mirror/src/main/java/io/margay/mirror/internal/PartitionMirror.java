package io.margay.mirror.internal;

import io.margay.protocol.Errors;

/**
 * The state of one mirrored partition: pure, driven by events, without I/O, clock or thread. Owned by the thread of its link.
 *
 * <pre>
 *   CHECKING --source has our end, and the same last batch--> MIRRORING --records--> MIRRORING
 *      |  ^                                                     |
 *      |  +---------- out of range, connection lost ------------+
 *      |  +---------- pause over ---- WAITING <--- any error ---+ (also from CHECKING)
 *      +--source ends before our end, several times; or its last batch differs--> DIVERGED
 *   every state --topic created again, format not known--> STOPPED
 * </pre>
 *
 * DIVERGED and STOPPED end only with the assignment: nothing is cut or skipped without being asked for. If the link says so, a mirror that
 * has diverged is cut to what both sides have instead, and goes on.
 */
final class PartitionMirror {
  enum State { CHECKING, MIRRORING, WAITING, DIVERGED, STOPPED }

  /** What to do next for a partition whose position was checked. */
  enum Step {
    /** Nothing; the state says why. */
    NONE,
    /** Fetch from the log's end. */
    FETCH,
    /** Compare the last batch with the source's. */
    COMPARE_LAST,
    /** Drop the log and begin at {@link #restartAt}. */
    RESTART,
    /** Cut what the source does not have. */
    CUT
  }

  /** A source that has just lost its leader may show an older end for a while: this often it must be confirmed. */
  static final int CONFIRMATIONS = 4;
  private static final long FIRST_PAUSE_MS = 100;
  private static final long PAUSE_MS_MAX = 5_000;

  private final boolean cuts;
  private State state = State.CHECKING;
  private String problem;
  private long resumeAtMs;
  private int failures;
  private int shorter;
  private long restartAt = -1;
  private long sourceStart = -1;
  private long sourceEnd = -1;
  private long errors;
  private long skipped;
  private long records;
  private long bytes;
  private long lastProgressMs = -1;
  private long lastTimestampMs = -1;

  /** @param cuts whether a mirror that has diverged is cut */
  PartitionMirror(boolean cuts) {
    this.cuts = cuts;
  }

  State state() {
    return state;
  }

  String problem() {
    return problem;
  }

  long restartAt() {
    return restartAt;
  }

  long sourceStart() {
    return sourceStart;
  }

  long sourceEnd() {
    return sourceEnd;
  }

  long errors() {
    return errors;
  }

  long skipped() {
    return skipped;
  }

  long records() {
    return records;
  }

  long bytes() {
    return bytes;
  }

  long lastProgressMs() {
    return lastProgressMs;
  }

  /** When a pause ends; milliseconds of the caller's clock. */
  long resumeAtMs() {
    return resumeAtMs;
  }

  /** Milliseconds between the newest mirrored record and now, 0 when nothing is missing, -1 when it is not known. */
  long lagMs(long logEnd, long nowMs) {
    if (sourceEnd < 0) {
      return -1;
    }
    return sourceEnd <= logEnd ? 0 : lastTimestampMs < 0 ? -1 : Math.max(0, nowMs - lastTimestampMs);
  }

  /**
   * The source said where its log starts and ends.
   *
   * @param start first offset at the source
   * @param end exclusive end of what is committed there
   * @param logStart first offset of the mirror
   * @param logEnd end of the mirror
   * @param begin offset at which a mirror begins that has nothing yet, within start and end
   * @param nowMs milliseconds of the caller's clock
   */
  Step onBounds(long start, long end, long logStart, long logEnd, long begin, long nowMs) {
    sourceStart = start;
    sourceEnd = end;
    if (start < 0 || end < start) {
      onError("the source says that its log reaches from " + start + " to " + end, nowMs);
      return Step.NONE;
    }
    if (logEnd > end) {
      return shorterThan(logEnd, end, nowMs);
    }
    shorter = 0;
    if (logEnd == 0 && begin > 0) {
      restartAt = begin;
      return Step.RESTART;
    }
    if (logEnd < start) {
      skipped += start - logEnd;
      restartAt = start;
      return Step.RESTART;
    }
    if (logEnd == logStart || logEnd <= start) {
      fetching();
      return Step.FETCH;
    }
    return Step.COMPARE_LAST;
  }

  private Step shorterThan(long logEnd, long end, long nowMs) {
    if (++shorter < CONFIRMATIONS) {
      problem = "the source ends at " + end + ", before the mirror's end " + logEnd + "; it is asked again";
      pause(nowMs);
      return Step.NONE;
    }
    return diverged("the source ends at " + end + ", before the mirror's end " + logEnd + ": it does not have records that are here");
  }

  private Step diverged(String why) {
    if (cuts) {
      problem = why;
      return Step.CUT;
    }
    stop(State.DIVERGED, why);
    return Step.NONE;
  }

  /** The log begins again at {@link #restartAt}. */
  void onRestarted() {
    fetching();
  }

  /** The last batch was compared. @param difference in words, or null when the source has the same */
  Step onCompared(String difference) {
    if (difference == null) {
      fetching();
      return Step.FETCH;
    }
    return diverged(difference);
  }

  /** The log was cut to what both sides have. */
  void onCut() {
    shorter = 0;
    fetching();
  }

  private void fetching() {
    state = State.MIRRORING;
    problem = null;
  }

  /** Records were appended, or there were none. */
  void onFetched(long highWatermark, long logStart, Progress progress, long nowMs) {
    sourceEnd = highWatermark >= 0 ? highWatermark : sourceEnd;
    sourceStart = logStart >= 0 ? logStart : sourceStart;
    failures = 0;
    problem = null;
    if (progress.records() > 0 || progress.bytes() > 0) {
      records += progress.records();
      bytes += progress.bytes();
      lastProgressMs = nowMs;
      lastTimestampMs = Math.max(lastTimestampMs, progress.maxTimestampMs());
    }
  }

  /** What an append brought. */
  record Progress(long records, long bytes, long maxTimestampMs) {
    static final Progress NONE = new Progress(0, 0, -1);
  }

  /** The source refused to be fetched from. Returns whether the source's metadata should be asked for. */
  boolean onRefused(Errors error, long nowMs) {
    if (error == Errors.OFFSET_OUT_OF_RANGE) {
      state = State.CHECKING;
      return false;
    }
    onError("the source answers " + error, nowMs);
    return true;
  }

  /** Something failed that may succeed later. */
  void onError(String what, long nowMs) {
    if (state == State.DIVERGED || state == State.STOPPED) {
      return;
    }
    errors++;
    state = State.WAITING;
    problem = what;
    resumeAtMs = nowMs + pauseMs();
    failures++;
  }

  private long pauseMs() {
    return Math.min(FIRST_PAUSE_MS << Math.min(failures, 10), PAUSE_MS_MAX);
  }

  /** Waits without a failure: to look again at a source that seems shorter, or until the log can be appended to. */
  void pause(long nowMs) {
    if (state == State.CHECKING || state == State.MIRRORING) {
      state = State.WAITING;
      resumeAtMs = nowMs + FIRST_PAUSE_MS * 2;
    }
  }

  /** The connection was lost: what the source has is looked at again. */
  void onDisconnected() {
    if (state == State.MIRRORING) {
      state = State.CHECKING;
    }
  }

  /** A pause may be over. Returns whether it is. */
  boolean maybeResume(long nowMs) {
    if (state == State.WAITING && nowMs >= resumeAtMs) {
      state = State.CHECKING;
      return true;
    }
    return false;
  }

  /** Ends it until it is assigned again. */
  void stop(State last, String why) {
    state = last;
    problem = why;
  }
}
