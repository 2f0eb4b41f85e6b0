package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a log comes by its store and leaves it: close, suspension while its engine is replaced, opening again after an I/O error, the
 * last step of a move. All of it holds {@code reshaping}, so that one follows the other, and the log's lock only where what appends
 * see changes.
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
        usable = !log.unusable();
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
      log.flushNow();
      if (wasSuspended) {
        log.suspensionChanged();
      }
    }
  }

  /** Without the lock: nobody appends any more. The store is closed even when the state cannot be written. */
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
   * Closes the store in good order, because its engine goes. An append is answered that it must wait, from before the store is
   * closed until {@link #resume}. The caller suspends and resumes one after the other.
   */
  void suspend() throws IOException {
    if (log.unusable()) {
      return;
    }
    log.availability.suspend(true);
    log.suspensionChanged();
    log.reshaping.lock();
    try {
      boolean here;
      log.lock.lock();
      try {
        here = !log.gone();
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
      log.flushNow();
    }
  }

  /**
   * Goes on after an I/O error: opens its store again. Blocks.
   *
   * @param engine the one that holds it
   * @throws IOException when that fails, or what is there lacks records that were committed; the log stays offline then
   */
  void reopen(StorageEngine engine) throws IOException {
    log.reshaping.lock();
    try {
      if (!log.availability.offline() || log.availability.closed()) {
        return;
      }
      closeBroken();
      LogStore fresh = engine.open(log.id(), log.config.store());
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
    log.suspensionChanged();
  }

  private void closeBroken() {
    try {
      log.store.close();
    } catch (IOException | RuntimeException e) {
      LOG.debug("A store that had failed was not closed in good order partition={}", log.id(), e);
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
   * Goes on over the store of another engine of the same name.
   *
   * @param fresh what that engine opened; it may have lost the log's end if it promises no more
   */
  void resume(LogStore fresh) throws IOException {
    log.reshaping.lock();
    log.lock.lock();
    try {
      if (!log.availability.suspended() || log.gone()) {
        fresh.close();
        return;
      }
      log.store = fresh;
      if (fresh.endOffset() == log.logEndOffset()) {
        log.appender.forgetActiveSegment();
      } else {
        log.endWasCut();
      }
      log.availability.suspend(false);
    } finally {
      log.lock.unlock();
      log.reshaping.unlock();
    }
    log.suspensionChanged();
  }

  /** Makes a copy whole. */
  @FunctionalInterface
  interface Completion {
    void complete(LogStore original) throws IOException;
  }

  /**
   * Goes on over a copy of its store; suspended. The caller closes the original.
   *
   * @param completion called under the log's lock, with all state saved; when it fails the log stays where it is
   * @return false when the log is closed or offline
   */
  boolean moveTo(LogStore copy, LogOwner newOwner, LogEnvironment newEnvironment, Completion completion) throws IOException {
    log.reshaping.lock();
    log.lock.lock();
    try {
      if (log.gone()) {
        return false;
      }
      LogStore former = log.store;
      log.state.save(log.offsets.end());
      log.state.files().drain(former);
      completion.complete(former);
      copy.configure(log.config.store());
      log.owner = newOwner;
      log.environment = newEnvironment;
      log.store = copy;
      log.appender.forgetActiveSegment();
      return true;
    } finally {
      log.lock.unlock();
      log.reshaping.unlock();
      log.flushNow();
    }
  }
}
