package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.spi.config.SettingValues;
import io.margay.spi.log.LogSuspendedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks every {@code log.cleaner.backoff.ms} for logs to compact and compacts the dirtiest first, on {@code log.cleaner.threads}
 * threads that end when there is nothing to do. A log that fails is skipped until the next check.
 */
final class CleanerSchedule {
  private static final Logger LOG = LoggerFactory.getLogger(CleanerSchedule.class);
  /** At most this share of the heap is used for the table of keys, whatever the setting says. */
  private static final int HEAP_SHARE = 8;

  private record Candidate(SegmentedPartitionLog log, CompactionPlan plan) { }

  private final LogManager manager;
  private final SettingValues settings;
  private final Clock clock;
  private final ExecutorService thread;
  private final AtomicBoolean pending = new AtomicBoolean();
  private final Scheduler scheduler;
  private volatile Scheduler.Timer timer;
  private final CleanerPace pace;
  private final SkippedBatches skipped = new SkippedBatches();

  CleanerSchedule(LogManager manager, SettingValues settings, Clock clock, Scheduler scheduler, ExecutorService thread) {
    this.thread = thread;
    this.manager = manager;
    this.settings = settings;
    this.clock = clock;
    this.pace = new CleanerPace(settings);
    this.scheduler = scheduler;
    lookLater();
  }

  private void lookLater() {
    timer = scheduler.after(Math.max(1, settings.get(LogManagerSettings.LOG_CLEANER_BACKOFF_MS)), this::look);
  }

  /** On the scheduler's thread: only checks whether there is something to do. */
  private void look() {
    if (pace.stopped()) {
      return;
    }
    lookLater();
    boolean enabled = settings.get(LogManagerSettings.LOG_CLEANER_ENABLE) && settings.get(LogManagerSettings.LOG_CLEANER_THREADS) > 0;
    if (enabled && anyCompacted() && pending.compareAndSet(false, true)) {
      Housekeeping.submit(thread, () -> {
        pending.set(false);
        cleanAll();
      });
    }
  }

  private boolean anyCompacted() {
    for (EngineSlot slot : manager.slots()) {
      for (SegmentedPartitionLog log : slot.logs()) {
        if (log.config().compaction().compact()) {
          return true;
        }
      }
    }
    return false;
  }

  /** Compacts what is due, the dirtiest log first. */
  void cleanAll() {
    List<Candidate> due = new ArrayList<>();
    long now = clock.millis();
    for (EngineSlot slot : manager.slots()) {
      for (SegmentedPartitionLog log : slot.logs()) {
        if (log.config().compaction().compact() && !log.idle()) {
          CompactionPlan plan = LogCleaner.plan(log, now);
          if (plan.isDue(log.config())) {
            due.add(new Candidate(log, plan));
          }
        }
      }
    }
    due.sort(Comparator.comparingDouble((Candidate c) -> c.plan.dirtyRatio()).reversed());
    cleanAll(new ConcurrentLinkedQueue<>(due), Math.min(due.size(), settings.get(LogManagerSettings.LOG_CLEANER_THREADS)));
  }

  /** On this thread and on others, which have ended when this returns. */
  private void cleanAll(Queue<Candidate> due, int threads) {
    long mapBytes = Math.min(settings.get(LogManagerSettings.LOG_CLEANER_DEDUPE_BUFFER_SIZE),
        Runtime.getRuntime().maxMemory() / HEAP_SHARE) / Math.max(1, threads);
    List<Thread> helpers = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      Thread helper = new Thread(() -> cleanNext(due, mapBytes), "margay-log-cleaner-" + i);
      helper.start();
      helpers.add(helper);
    }
    cleanNext(due, mapBytes);
    try {
      for (Thread helper : helpers) {
        helper.join();
      }
    } catch (InterruptedException e) {
      // The schedule is being closed, which has stopped the helpers, too.
      Thread.currentThread().interrupt();
    }
  }

  private void cleanNext(Queue<Candidate> due, long mapBytes) {
    for (Candidate next = due.poll(); next != null && !pace.stopped(); next = due.poll()) {
      clean(next, mapBytes);
    }
  }

  private void clean(Candidate candidate, long mapBytes) {
    try {
      LogCleaner.Outcome outcome = LogCleaner.clean(candidate.log, candidate.plan, mapBytes, clock.millis(), pace,
          skipped);
      LOG.info("Compacted a log partition={} cleanedTo={} bytesBefore={} bytesAfter={}", candidate.log.id(),
          outcome.cleanedTo(), outcome.bytesBefore(), outcome.bytesAfter());
    } catch (LogOfflineException | LogSuspendedException e) {
      LOG.debug("Compaction was ended partition={}", candidate.log.id(), e);
    } catch (IOException | RuntimeException e) {
      LOG.error("Compaction failed and will be tried again partition={}", candidate.log.id(), e);
    }
  }

  /** Ends a pass that is running and waits for it, bounded. */
  void close() {
    pace.stop();
    timer.cancel();
    Housekeeping.shutdown(thread);
  }
}
