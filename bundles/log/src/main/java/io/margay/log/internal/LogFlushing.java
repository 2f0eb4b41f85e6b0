package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forces one log to stable storage, and knows the callers that wait for it and whether the log is in its flusher's queue. Safe for
 * all threads; {@link #now} runs on a flusher's thread, or where a log is closed or suspended.
 */
final class LogFlushing {
  private static final Logger LOG = LoggerFactory.getLogger(LogFlushing.class);

  private final SegmentedPartitionLog log;
  private final AtomicBoolean queued = new AtomicBoolean();
  /** Null when nobody waits, which is so for most logs. */
  private List<Runnable> waiters;
  private volatile long lastMs;

  LogFlushing(SegmentedPartitionLog log, long nowMs) {
    this.log = log;
    this.lastMs = nowMs;
  }

  /** Asks the flusher to check the log soon. */
  void request() {
    log.environment.flusher().request(log);
  }

  /** @param whenFlushed runs after the next flush, also when that fails */
  void request(Runnable whenFlushed) {
    synchronized (this) {
      if (waiters == null) {
        waiters = new ArrayList<>(4);
      }
      waiters.add(whenFlushed);
    }
    request();
  }

  /** Takes the waiters that came before the flush that begins now; the list belongs to the caller. */
  private synchronized List<Runnable> take() {
    List<Runnable> taken = waiters == null ? List.of() : waiters;
    waiters = null;
    return taken;
  }

  /** Whether the log was not in the queue before. */
  boolean enterQueue() {
    return queued.compareAndSet(false, true);
  }

  void leaveQueue() {
    queued.set(false);
  }

  /** Forces the log to stable storage and completes all earlier requests. */
  void now() {
    List<Runnable> taken = take();
    LogStore used = log.store;
    try {
      if (!log.availability.unusable() && used.flushedOffset() < log.offsets.end()) {
        lastMs = log.environment.clock().millis();
        used.flush();
      }
    } catch (IOException e) {
      if (log.store == used) {
        log.failed("flush", e);
      }
    } finally {
      taken.forEach(this::tell);
    }
  }

  /** One that fails does not affect the others. */
  private void tell(Runnable waiter) {
    try {
      waiter.run();
    } catch (Throwable e) {
      LOG.error("A task that waited for a flush failed partition={}", log.id(), e);
    }
  }

  /** Whether {@code flush.ms} has passed with something unflushed. */
  boolean isDue(long nowMs) {
    long flushMs = log.config.flushing().ms();
    return flushMs != Long.MAX_VALUE && nowMs - lastMs >= flushMs && log.store.flushedOffset() < log.offsets.end();
  }
}
