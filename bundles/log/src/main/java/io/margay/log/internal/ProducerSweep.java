package io.margay.log.internal;

import io.margay.model.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgets the producers that have been silent for longest, over all logs, when there are too many. One thread at a time. */
final class ProducerSweep {
  private static final Logger LOG = LoggerFactory.getLogger(ProducerSweep.class);
  /** A sweep leaves some room, so that the next one is not due at once. */
  private static final int ROOM = 8;
  /** Many new producers cause at most one log line in this many milliseconds. */
  private static final long REPORT_MS = 60_000;

  private final LogManager manager;
  private final ProducerLimits limits;
  private final Clock clock;
  private long reportedMs = -REPORT_MS;
  /** Since the last report. */
  private long forgotten;

  ProducerSweep(LogManager manager, ProducerLimits limits, Clock clock) {
    this.manager = manager;
    this.limits = limits;
    this.clock = clock;
  }

  boolean isDue() {
    return limits.exceeded();
  }

  /** Does nothing when a sweep that was queued before has done the work. */
  void runIfDue() {
    if (isDue()) {
      run();
    }
  }

  private void run() {
    int before = limits.count();
    List<SegmentedPartitionLog> logs = new ArrayList<>();
    manager.slots().forEach(slot -> logs.addAll(slot.logs()));
    int total = 0;
    for (SegmentedPartitionLog log : logs) {
      total += log.guardedProducers().count();
    }
    limits.recounted(before, total);
    int limit = limits.perNode();
    if (total <= limit) {
      return;
    }
    int surplus = total - (limit - limit / ROOM);
    long youngest = oldest(logs, total, surplus);
    int left = surplus;
    for (SegmentedPartitionLog log : logs) {
      left -= log.guardedProducers().forget(youngest, left);
    }
    forgotten += surplus - left;
    long now = clock.millis();
    if (now - reportedMs >= REPORT_MS) {
      LOG.warn("Forgot the producer ids that were silent for longest, there were too many count={} forgotten={} limit={}", total,
          forgotten, limit);
      reportedMs = now;
      forgotten = 0;
    }
  }

  /** When the youngest of so many of the oldest was last seen. */
  private static long oldest(List<SegmentedPartitionLog> logs, int total, int surplus) {
    long[] seen = new long[total];
    int count = 0;
    for (SegmentedPartitionLog log : logs) {
      count = log.guardedProducers().idle(seen, count);
    }
    if (count == 0) {
      return Long.MIN_VALUE;
    }
    Arrays.sort(seen, 0, count);
    return seen[Math.min(surplus, count) - 1];
  }
}
