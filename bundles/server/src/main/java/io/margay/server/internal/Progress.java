package io.margay.server.internal;

import java.util.concurrent.TimeUnit;

/**
 * Whether a connection gets on, seen at regular looks: for how long it has been idle, and how often in a row it moved less than it
 * should although it held memory. Owned by the connection's event loop.
 */
final class Progress {
  /** What holds no more than this is not worth closing a connection for. */
  private static final long SMALL_BYTES = 16 * 1024;
  private static final int SLOW_LOOKS = 3;
  private static final int STILL_LOOKS = 10;
  /** Why it is closed after {@link Verdict#SLOW}. */
  static final String TOO_SLOW = "it keeps memory that others wait for, and moves less than margay.connection.min.bytes.per.second";

  /** What a look finds. */
  enum Verdict {
    /** It gets on, or holds nothing. */
    FINE,
    /** It has moved too little for a long time. */
    STILL,
    /** It keeps memory that others wait for. */
    SLOW
  }

  private final FrameSource frames;
  private final Answers answers;
  private final WorkShare work;
  private long seenBytes;
  private long idleSinceNanos;
  private long idleNanos;
  private int slow;
  private boolean active = true;

  Progress(FrameSource frames, Answers answers, WorkShare work) {
    this.frames = frames;
    this.answers = answers;
    this.work = work;
  }

  /** Something came or went. */
  void active() {
    active = true;
  }

  /**
   * @param maxIdleMs milliseconds; negative for never
   * @return whether it had been idle for that long at the last look
   */
  boolean idle(long maxIdleMs) {
    return maxIdleMs >= 0 && idleNanos >= TimeUnit.MILLISECONDS.toNanos(maxIdleMs);
  }

  /**
   * @param nowNanos the time
   * @param minBytes bytes that should be transferred between two looks
   * @param scarce whether others wait for memory
   * @param busy whether requests are under way
   * @param closing whether only answers are sent any more
   */
  Verdict look(long nowNanos, long minBytes, boolean scarce, boolean busy, boolean closing) {
    if (active) {
      active = false;
      idleSinceNanos = nowNanos;
    }
    idleNanos = nowNanos - idleSinceNanos;
    boolean client = frames.waitsForClient() && frames.keptBytes() > SMALL_BYTES || answers.takenBytes() > 0;
    boolean parked = busy && (work.bytes() > SMALL_BYTES || frames.hasRest() && frames.keptBytes() > SMALL_BYTES);
    long movedBytes = frames.receivedBytes() + answers.sentBytes();
    boolean enough = movedBytes - seenBytes >= minBytes;
    seenBytes = movedBytes;
    slow = (client || parked || closing) && !enough ? slow + 1 : 0;
    if (scarce && slow >= (client ? SLOW_LOOKS : STILL_LOOKS)) {
      return Verdict.SLOW;
    }
    return slow >= STILL_LOOKS ? Verdict.STILL : Verdict.FINE;
  }
}
