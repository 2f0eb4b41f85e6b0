package io.margay.log.internal;

import io.margay.spi.config.SettingValues;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Slows the cleaner down to {@code log.cleaner.io.max.bytes.per.second} and tells it when to stop. Safe for all threads. */
final class CleanerPace {
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final SettingValues settings;
  private volatile boolean stopped;
  /** The earliest time at which the bytes so far may have been read. Guarded by this. */
  private long dueNanos = System.nanoTime();

  CleanerPace(SettingValues settings) {
    this.settings = settings;
  }

  void stop() {
    stopped = true;
  }

  boolean stopped() {
    return stopped;
  }

  /**
   * Waits as long as the number of bytes read requires.
   *
   * @throws LogOfflineException when the cleaner stops
   */
  void onBytes(int bytes) throws LogOfflineException {
    double limit = settings.get(LogManagerSettings.LOG_CLEANER_IO_MAX_BYTES_PER_SECOND);
    if (limit < Double.MAX_VALUE) {
      long now = System.nanoTime();
      long due = dueNanos(now, (long) (bytes / limit * TimeUnit.SECONDS.toNanos(1)));
      for (long left = due - now; left > 0 && !stopped; left = due - System.nanoTime()) {
        LockSupport.parkNanos(Math.min(left, MAX_PAUSE_NANOS));
      }
    }
    if (stopped) {
      throw new LogOfflineException("the cleaner stops");
    }
  }

  private synchronized long dueNanos(long now, long nanos) {
    dueNanos = Math.max(dueNanos, now) + nanos;
    return dueNanos;
  }
}
