package io.margay.replication.internal;

import io.margay.model.Clock;

/**
 * A number of bytes per second that throttled replicas share: a bucket that fills at this rate and holds what one second brings. A
 * caller that finds something in it may take more than there is, because a batch is never divided; what is missing then is paid back
 * first. So the rate holds on average, however large batches are. Safe for all threads.
 */
public final class ReplicationThrottle {
  /** The rate that limits nothing. */
  static final long UNLIMITED = Long.MAX_VALUE;
  /** The longest wait that is proposed, so that a changed rate counts soon. */
  private static final long LONGEST_WAIT_MS = 1_000;
  private static final double NANOS = 1e9;

  private final Clock clock;
  private volatile long rate = UNLIMITED;
  /** Bytes; negative when more was taken than there was. */
  private double available;
  private long filledNanos;

  ReplicationThrottle(Clock clock) {
    this.clock = clock;
  }

  /** Changes the rate; the bucket is full when the limit is new. @param bytesPerSecond {@link #UNLIMITED} for no limit */
  synchronized void rate(long bytesPerSecond) {
    long before = rate;
    if (before == bytesPerSecond) {
      return;
    }
    fill();
    // what was taken at another rate is forgiven but for a second
    available = before == UNLIMITED ? bytesPerSecond : Math.max(Math.min(available, bytesPerSecond), -(double) bytesPerSecond);
    rate = bytesPerSecond;
  }

  /** @return whether there is a limit */
  public boolean limited() {
    return rate != UNLIMITED;
  }

  private void fill() {
    long now = clock.nanos();
    available = Math.min(rate, available + (now - filledNanos) / NANOS * rate);
    filledNanos = now;
  }

  /** @return bytes that may be taken now; 0 when none */
  public synchronized long available() {
    if (rate == UNLIMITED) {
      return UNLIMITED;
    }
    fill();
    return Math.max(0, (long) available);
  }

  /** @param bytes were taken */
  public synchronized void take(long bytes) {
    if (rate != UNLIMITED) {
      fill();
      available -= bytes;
    }
  }

  /** @return after how many milliseconds something may be available again, or at least worth a look; 0 when something is */
  public synchronized long waitMs() {
    if (available() > 0) {
      return 0;
    }
    double ms = rate == 0 ? LONGEST_WAIT_MS : (1 - available) * 1000 / rate;
    return Math.max(1, (long) Math.min(LONGEST_WAIT_MS, Math.ceil(ms)));
  }
}
