package io.margay.log.internal;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.spi.config.SettingValues;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.log.LogDefaults;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The periodic work on all logs: checkpoints, retention, expiry of producers, {@code flush.ms}. One thread does it, one task after
 * another, and ends when there is nothing to do. Compaction has threads of its own, because it takes long: {@link CleanerSchedule}.
 */
final class Housekeeping {
  private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);
  private static final long FIRST_RETENTION_MS = 30_000;
  /**
   * Used when log.flush.scheduler.interval.ms is not set. Kafka would not check at all then, and a topic's flush.ms would have no
   * effect.
   */
  private static final long FLUSH_CHECK_MS = 1_000;
  private static final long SWEEP_CHECK_MS = 1_000;
  private static final long CLOSE_MS = 30_000;
  /** How often logs that were set aside are checked. */
  private static final long STRAYS_MS = 3_600_000;

  private final LogManager manager;
  private final Clock clock;
  private final SettingValues settings;
  private final ExecutorService worker;
  private final CleanerSchedule cleaner;
  private final List<Scheduler.Timer> timers = new ArrayList<>();

  Housekeeping(LogManager manager, SettingValues settings, Clock clock, Scheduler scheduler, LogThreads threads) {
    this.worker = threads.single("margay-log-housekeeping");
    this.manager = manager;
    this.clock = clock;
    this.settings = settings;
    long retentionMs = settings.get(LogManagerSettings.LOG_RETENTION_CHECK_INTERVAL_MS);
    long checkpointMs = settings.get(LogManagerSettings.REPLICA_HIGH_WATERMARK_CHECKPOINT_INTERVAL_MS);
    long expiryMs = settings.get(LogManagerSettings.PRODUCER_ID_EXPIRATION_CHECK_INTERVAL_MS);
    long startsMs = Math.max(1, settings.get(LogManagerSettings.LOG_FLUSH_START_OFFSET_CHECKPOINT_INTERVAL_MS));
    every(scheduler, worker, checkpointMs, checkpointMs, this::checkpoint);
    every(scheduler, worker, startsMs, startsMs, () -> manager.slots().forEach(EngineSlot::checkpointStarts));
    every(scheduler, worker, Math.min(FIRST_RETENTION_MS, retentionMs), retentionMs, this::enforceRetention);
    every(scheduler, worker, expiryMs, expiryMs, this::expireProducers);
    every(scheduler, worker, STRAYS_MS, STRAYS_MS, this::deleteStrays);
    ProducerSweep sweep = new ProducerSweep(manager, manager.producerLimits(), clock);
    timers.add(scheduler.every(SWEEP_CHECK_MS, SWEEP_CHECK_MS, () -> {
      if (sweep.isDue()) {
        submit(worker, sweep::runIfDue);
      }
    }));
    this.cleaner = new CleanerSchedule(manager, settings, clock, scheduler, threads.single("margay-log-cleaner"));
    // This task only checks, and leaves the work to the flushers.
    long flushMs = settings.get(LogDefaults.LOG_FLUSH_SCHEDULER_INTERVAL_MS);
    long flushCheckMs = flushMs == Long.MAX_VALUE ? FLUSH_CHECK_MS : Math.max(1, flushMs);
    timers.add(scheduler.every(flushCheckMs, flushCheckMs, this::flushDue));
  }

  /** Runs a task repeatedly, never twice at once, so that the queue holds it at most once. */
  private void every(Scheduler scheduler, ExecutorService executor, long delayMs, long periodMs, Runnable task) {
    AtomicBoolean pending = new AtomicBoolean();
    timers.add(scheduler.every(delayMs, periodMs, () -> {
      if (pending.compareAndSet(false, true)) {
        submit(executor, () -> {
          pending.set(false);
          task.run();
        });
      }
    }));
  }

  /** Runs a task on the worker. */
  void soon(Runnable task) {
    submit(worker, task);
  }

  static void submit(ExecutorService executor, Runnable task) {
    try {
      executor.execute(() -> {
        try {
          task.run();
        } catch (Throwable e) {
          // Errors as well: a periodic task must run again.
          LOG.error("Background work on logs failed", e);
        }
      });
    } catch (RejectedExecutionException e) {
      LOG.debug("Background work on logs is no longer started");
    }
  }

  private void checkpoint() {
    manager.slots().forEach(slot -> slot.checkpoint(false));
  }

  void enforceRetention() {
    long now = clock.millis();
    for (EngineSlot slot : manager.slots()) {
      for (SegmentedPartitionLog log : slot.logs()) {
        try {
          long bytes = log.idle() ? 0 : Retention.enforce(log, now);
          if (bytes > 0) {
            LOG.info("Retention dropped segments partition={} bytes={} logStartOffset={}", log.id(), bytes, log.logStartOffset());
          }
        } catch (LogOfflineException | LogSuspendedException e) {
          LOG.debug("A log was closed before retention came to it partition={}", log.id());
        } catch (IOException e) {
          LOG.error("Retention failed partition={}", log.id(), e);
        }
      }
    }
  }

  private void deleteStrays() {
    long keepMs = settings.get(LogManagerSettings.MARGAY_STRAY_RETENTION_MS);
    if (keepMs < 0) {
      return;
    }
    for (EngineSlot slot : manager.slots()) {
      try (Lease<StorageEngine> lease = slot.holder().lease()) {
        int deleted = lease == null ? 0 : lease.service().deleteSetAside(clock.millis() - keepMs);
        if (deleted > 0) {
          LOG.info("Deleted logs that were set aside engine={} logs={} keptMs={}", slot.name(), deleted, keepMs);
        }
      } catch (IOException e) {
        LOG.error("Logs that were set aside cannot be deleted engine={}", slot.name(), e);
      }
    }
  }

  private void expireProducers() {
    long now = clock.millis();
    manager.slots().forEach(slot -> slot.logs().forEach(log -> log.guardedProducers().expire(now)));
  }

  private void flushDue() {
    long now = clock.millis();
    for (EngineSlot slot : manager.slots()) {
      for (SegmentedPartitionLog log : slot.logs()) {
        if (log.flushing().isDue(now)) {
          log.environment().flusher().request(log);
        }
      }
    }
  }

  /** Stops the timers, then the threads; waits for a bounded time. */
  void close() {
    timers.forEach(Scheduler.Timer::cancel);
    cleaner.close();
    shutdown(worker);
  }

  static void shutdown(ExecutorService executor) {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(CLOSE_MS, TimeUnit.MILLISECONDS)) {
        LOG.warn("Background work on logs did not end in time");
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
