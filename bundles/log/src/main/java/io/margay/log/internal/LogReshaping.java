package io.margay.log.internal;

import io.margay.model.LeaderEpoch;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Collections;
import java.util.List;

/** All changes of a log's segments except appends: its start moves, its end is cut, segments are dropped or replaced. */
final class LogReshaping {
  private final SegmentedPartitionLog log;
  private volatile boolean moving;

  LogReshaping(SegmentedPartitionLog log) {
    this.log = log;
  }

  /** Nothing is compacted during a copy, because the copy would have the old segments and lack the newer tombstones. */
  void moving(boolean now) {
    moving = now;
  }

  private void requireUnmoved() throws LogSuspendedException {
    if (moving) {
      throw new LogSuspendedException("the log of " + log.id() + " is being moved to another storage engine");
    }
  }

  /** The original is deleted after a move. What is left of the marker does no harm. */
  void deleteMoveMarker() throws IOException {
    log.reshape("end a move", () -> log.store.deleteBlob(MoveMarker.BLOB));
  }

  void advanceStart(long offset) throws IOException {
    log.reshape("advance the start", () -> {
      log.change("advance the start", () -> {
        if (offset > log.offsets.highWatermark()) {
          throw new IllegalArgumentException("start " + offset + " of " + log.id() + " is above the high watermark "
              + log.offsets.highWatermark());
        }
        if (offset > log.offsets.start()) {
          moveStart(offset);
        }
      });
      // The start may have been there already; either way a crash must not move it back after this returns.
      if (offset == log.offsets.start()) {
        log.store.dropHead(offset);
        if (log.store.startOffset() < offset) {
          log.owner.startMoved(log);
        }
        log.stateWriter().write();
      }
    });
  }

  /** Under the log's lock. */
  private void moveStart(long offset) {
    log.offsets.moveStart(offset);
    log.state.advanceStart(offset);
  }

  boolean truncateTo(long offset, LeaderEpoch epoch) throws IOException {
    if (offset < log.offsets.start()) {
      return truncateFullyAndStartAt(offset, epoch);
    }
    return unlessOld(epoch, () -> {
      if (offset >= log.offsets.end()) {
        log.state.forgetEmptyEpochs(offset);
        return;
      }
      // Readers and the high watermark first: no reader may see an end that no longer exists.
      log.offsets.lowerHighWatermark(offset);
      log.store.truncateTo(offset);
      endWasCut();
    });
  }

  /** Returns false when the epoch is old. */
  private boolean unlessOld(LeaderEpoch epoch, SegmentedPartitionLog.Change change) throws IOException {
    boolean[] changed = new boolean[1];
    log.reshape("truncate", () -> log.change("truncate", () -> {
      if (!log.isOld(epoch)) {
        change.run();
        changed[0] = true;
      }
    }));
    return changed[0];
  }

  /** Under the log's lock: adjusts everything to an end of the store that is lower than before. */
  void endWasCut() throws IOException {
    log.cuts++;
    log.offsets.set(Math.max(log.offsets.start(), log.store.startOffset()), log.offsets.highWatermark(), log.store.endOffset());
    log.state.truncated(log.store, log.offsets.start(), log.environment.clock().millis(),
        log.environment.producerExpirationMs().getAsLong());
    log.state.producers.committed(log.offsets.highWatermark());
    log.appender.forgetActiveSegment();
  }

  boolean truncateFullyAndStartAt(long offset, LeaderEpoch epoch) throws IOException {
    boolean changed = unlessOld(epoch, () -> {
      log.cuts++;
      log.store.resetTo(offset);
      log.offsets.set(offset, offset, offset);
      log.state.reset(log.store);
      log.appender.forgetActiveSegment();
    });
    if (changed) {
      log.reshape("truncate", () -> log.owner.startMoved(log));
    }
    return changed;
  }

  /** Removes whole segments below an offset, which is at most the high watermark. Returns the number of bytes removed. */
  long dropHead(long offset) throws IOException {
    long[] dropped = new long[1];
    log.reshape("drop segments", () -> {
      long target = Math.min(offset, log.offsets.highWatermark());
      log.change("drop segments", () -> {
        if (target > log.offsets.start()) {
          moveStart(target);
        }
      });
      dropped[0] = log.store.dropHead(target);
      log.stateWriter().write();
    });
    return dropped[0];
  }

  /**
   * Replaces segments by what compaction left of them, concurrently with appends. A failure before the last step changes nothing.
   *
   * @param group segments as the pass found them; when they no longer exist nothing happens
   * @return whether they were replaced
   */
  boolean replaceSegments(List<SegmentInfo> group, Iterable<ByteBuf> batches) throws IOException {
    long from = group.get(0).baseOffset();
    long to = group.get(group.size() - 1).nextOffset();
    log.availability.require();
    requireUnmoved();
    LogStore prepared = log.store;
    List<SegmentInfo> now = prepared.segments();
    if (Collections.indexOfSubList(now.subList(0, now.size() - 1), group) < 0) {
      return false;
    }
    try (LogStore.Replacement replacement = prepared.prepareReplacement(from, to, batches)) {
      boolean[] replaced = new boolean[1];
      log.reshape("replace segments", () -> {
        requireUnmoved();
        if (log.store == prepared) {
          replaced[0] = replacement.commit();
        }
      });
      return replaced[0];
    }
  }
}
