package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reopens logs that an I/O error took offline: each after a second, then after two, four and so on up to a minute, until it
 * succeeds. One thread does this, one log after another, so that a broken disk blocks no more than one of them at a time. A log
 * that fails again soon after its return continues with its previous wait.
 *
 * <p>With thousands of logs on one disk, not each is worth a line: one line reports that a log went offline, one that a log came
 * back, and each says how many others were not reported since. Safe for all threads.
 */
final class OfflineLogs implements FaultHandler {
  private static final Logger LOG = LoggerFactory.getLogger(OfflineLogs.class);
  static final long FIRST_WAIT_MS = 1_000;
  static final long LONGEST_WAIT_MS = 60_000;

  private final Clock clock;
  private final Scheduler scheduler;
  private final FaultHandler faults;
  private final Reopening reopening;
  private final LineLimit lines;
  private final ExecutorService thread;
  /** Logs that are offline, or were recently. */
  private final Map<SegmentedPartitionLog, Absence> absences = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /** Reopens a log. */
  @FunctionalInterface
  interface Reopening {
    /** @return false when the log's engine is absent */
    boolean reopen(SegmentedPartitionLog log) throws IOException;
  }

  /** @param waitMs until the next attempt */
  private record Absence(long sinceMs, long returnedMs, long waitMs) { }

  /** @param faults notified of the first log in a minute that goes offline */
  OfflineLogs(Clock clock, Scheduler scheduler, FaultHandler faults, ExecutorService thread, Reopening reopening) {
    this.thread = thread;
    this.clock = clock;
    this.scheduler = scheduler;
    this.faults = faults;
    this.reopening = reopening;
    this.lines = new LineLimit(clock);
  }

  @Override
  public void onFault(String what, Throwable cause) {
    long held = lines.pass("offline");
    if (held >= 0) {
      faults.onFault(held == 0 ? what : what + "; " + held + " other logs went offline since the last such line", cause);
    }
  }

  /** The log has just gone offline. */
  void wentOffline(SegmentedPartitionLog log) {
    long now = clock.millis();
    Absence before = absences.get(log);
    // one whose return is not noted yet has returned just now
    boolean again = before != null && (before.returnedMs < 0 || now - before.returnedMs < LONGEST_WAIT_MS);
    absences.values().removeIf(absence -> absence.returnedMs >= 0 && now - absence.returnedMs >= LONGEST_WAIT_MS);
    retryAfter(log, new Absence(now, -1, again ? Math.min(LONGEST_WAIT_MS, before.waitMs * 2) : FIRST_WAIT_MS));
  }

  private void retryAfter(SegmentedPartitionLog log, Absence absence) {
    absences.put(log, absence);
    if (!closed) {
      scheduler.after(absence.waitMs, () -> Housekeeping.submit(thread, () -> retry(log)));
    }
  }

  private void retry(SegmentedPartitionLog log) {
    Absence absence = absences.get(log);
    if (closed || log.availability().closed() || absence == null) {
      absences.remove(log);
      return;
    }
    try {
      if (reopening.reopen(log)) {
        returned(log, absence);
        return;
      }
    } catch (IOException | RuntimeException e) {
      LOG.debug("A log cannot be opened again yet partition={}", log.id(), e);
      long held = lines.pass("cannot be opened again");
      if (held >= 0) {
        LOG.warn("A log is still offline partition={} otherLogs={} cause={}", log.id(), held, e.toString());
      }
    }
    retryAfter(log, new Absence(absence.sinceMs, -1, Math.min(LONGEST_WAIT_MS, absence.waitMs * 2)));
  }

  private void returned(SegmentedPartitionLog log, Absence absence) {
    long now = clock.millis();
    if (log.offline() || !absences.replace(log, absence, new Absence(absence.sinceMs, now, absence.waitMs))) {
      // It failed again at once, and that is logged already.
      return;
    }
    long held = lines.pass("returned");
    if (held >= 0) {
      LOG.info("A log that was offline is in use again partition={} offlineMs={} otherLogs={}", log.id(), now - absence.sinceMs,
          held);
    }
  }

  /** Logs that are offline stay so. Waits, for a bounded time, for the one that is being reopened. */
  void close() {
    closed = true;
    Housekeeping.shutdown(thread);
  }
}
