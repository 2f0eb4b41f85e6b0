package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a log gets its store and loses it: close, suspension while its engine is replaced, reopening after an I/O error, the last
 * step of a move. All of these hold {@code reshaping}, so that they do not overlap. They hold the log's lock only to change what
 * appends see.
 */
final class LogLife {
  private static final Logger LOG = LoggerFactory.getLogger(LogLife.class);

  private final SegmentedPartitionLog log;

  LogLife(SegmentedPartitionLog log) {
    this.log = log;
  }

  void close() throws IOException {
    boolean wasSuspended = false;
    log.reshaping.lock();
    try {
      boolean usable;
      log.lock.lock();
      try {
        if (log.availability.closed()) {
          return;
        }
        usable = !log.availability.unusable();
        wasSuspended = log.availability.suspended();
        log.availability.markClosed();
        if (usable) {
          log.state.save(log.offsets.end());
        }
      } finally {
        log.lock.unlock();
      }
      closeStore(usable, !wasSuspended);
    } catch (IOException e) {
      log.availability.faultAlways("close", e);
      throw e;
    } finally {
      log.reshaping.unlock();
      log.owner.closed(log);
      log.flushing().now();
      if (wasSuspended) {
        log.availability.suspensionChanged();
      }
    }
  }

  /** Not under the lock: no appends come any more. The store is closed even when the state cannot be written. */
  private void closeStore(boolean write, boolean close) throws IOException {
    LogStore closing = log.store;
    try {
      if (write) {
        log.state.files().drain(closing);
      }
    } finally {
      if (close) {
        closing.close();
      }
    }
  }

  /**
   * Closes the store cleanly, because its engine leaves. From before the store is closed until {@link #resume}, appends
   * answer that the log is suspended. The caller does not suspend and resume at the same time.
   */
  void suspend() throws IOException {
    if (log.availability.unusable()) {
      return;
    }
    log.availability.suspend(true);
    log.availability.suspensionChanged();
    log.reshaping.lock();
    try {
      boolean here;
      log.lock.lock();
      try {
        here = !log.availability.gone();
        if (here) {
          log.state.save(log.offsets.end());
        }
      } finally {
        log.lock.unlock();
      }
      if (here) {
        closeStore(true, true);
      }
    } finally {
      log.reshaping.unlock();
      log.flushing().now();
    }
  }

  /**
   * Recovers from an I/O error: reopens the store. Blocks.
   *
   * @param engine the engine that holds it
   * @throws IOException when that fails, or the store lacks records that were committed; the log then stays offline
   */
  void reopen(StorageEngine engine) throws IOException {
    log.reshaping.lock();
    try {
      if (!log.availability.offline() || log.availability.closed()) {
        return;
      }
      closeBroken();
      LogStore fresh = engine.open(log.id(), log.config.segments().store());
      boolean used = false;
      try {
        if (fresh.endOffset() < log.offsets.highWatermark()) {
          throw new IOException("the log of " + log.id() + " ends at offset " + fresh.endOffset()
              + " on the disk, but records up to offset " + log.offsets.highWatermark() + " were committed");
        }
        used = goOnOver(fresh);
      } finally {
        if (!used) {
          fresh.close();
        }
      }
    } finally {
      log.reshaping.unlock();
    }
    log.availability.suspensionChanged();
  }

  private void closeBroken() {
    try {
      log.store.close();
    } catch (IOException | RuntimeException e) {
      LOG.debug("A store that had failed was not closed cleanly partition={}", log.id(), e);
    }
  }

  private boolean goOnOver(LogStore fresh) throws IOException {
    log.lock.lock();
    try {
      if (log.availability.closed()) {
        return false;
      }
      if (fresh.endOffset() != log.offsets.end()) {
        log.cuts++;
      }
      log.offsets.set(Math.max(log.offsets.start(), fresh.startOffset()), log.offsets.highWatermark(), fresh.endOffset());
      log.state.reload(fresh, log.offsets.start(), log.environment.clock().millis(),
          log.environment.producerExpirationMs().getAsLong());
      log.state.producers.committed(log.offsets.highWatermark());
      log.appender.forgetActiveSegment();
      log.store = fresh;
      log.availability.online();
      return true;
    } finally {
      log.lock.unlock();
    }
  }

  /**
   * Continues with the store of another engine of the same name.
   *
   * @param fresh the store that this engine opened; it may lack the end of the log if the engine promises no more
   */
  void resume(LogStore fresh) throws IOException {
    log.reshaping.lock();
    log.lock.lock();
    try {
      if (!log.availability.suspended() || log.availability.gone()) {
        fresh.close();
        return;
      }
      log.store = fresh;
      if (fresh.endOffset() == log.logEndOffset()) {
        log.appender.forgetActiveSegment();
      } else {
        log.shape().endWasCut();
      }
      log.availability.suspend(false);
    } finally {
      log.lock.unlock();
      log.reshaping.unlock();
    }
    log.availability.suspensionChanged();
  }

  /** Completes a copy. */
  @FunctionalInterface
  interface Completion {
    void complete(LogStore original) throws IOException;
  }

  /**
   * Continues with a copy of its store; suspended. The caller closes the original.
   *
   * @param newEnvironment asked when the copy counts
   * @param completion called under the log's lock, after all state has been saved; when it fails the log keeps its store
   * @return false when the log is closed or offline
   */
  boolean moveTo(LogStore copy, LogOwner newOwner, Supplier<LogEnvironment> newEnvironment, Completion completion) throws IOException {
    log.reshaping.lock();
    log.lock.lock();
    try {
      if (log.availability.gone()) {
        return false;
      }
      LogStore former = log.store;
      log.state.save(log.offsets.end());
      log.state.files().drain(former);
      copy.configure(log.config.segments().store());
      completion.complete(former);
      log.owner = newOwner;
      log.environment = newEnvironment.get();
      log.store = copy;
      log.appender.forgetActiveSegment();
      return true;
    } finally {
      log.lock.unlock();
      log.reshaping.unlock();
      log.flushing().now();
    }
  }
}
