package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import io.margay.protocol.record.RecordBatch;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StorageEngine;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.util.List;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves one log to another engine, or to another place of its engine: copies it while it is in use, suspends it for the last bytes,
 * switches it to the copy, and deletes the original. Used once, by the mover's thread; another thread may {@link #abandon} it.
 *
 * <pre>
 *   create the copy -> batches, again and again until little is left -> flush
 *     -> suspend the log -> the rest, blobs, flush -> the copy counts -> the log uses the copy -> resume
 *     -> delete the original
 * </pre>
 *
 * <p>After a crash before the copy counts the original does, after a later one the copy; see {@link MoveDestination}.
 *
 * <p>Locks, in this order: the suspensions of the engine that is left, this move, the log. Each step holds this move's monitor for
 * one chunk, so that an engine that leaves waits for a moment only.
 */
final class LogMove {
  private static final Logger LOG = LoggerFactory.getLogger(LogMove.class);
  private static final int CHUNK = 1 << 20;
  private static final int READ = 64 << 10;
  private static final int LITTLE = 1 << 20;
  private static final int MOST_ROUNDS = 16;

  private final SegmentedPartitionLog log;
  private final MoveDestination destination;
  private final EngineSlot from;
  private final EngineSlot to;
  private final IntConsumer pace;
  private volatile LogStore target;
  private LogStore original;
  private int cuts;
  private boolean switched;
  private volatile boolean abandoned;
  private volatile long copiedTo = -1;

  /** @param pace called with the number of bytes copied; waits, so that the disks are available to others */
  LogMove(SegmentedPartitionLog log, MoveDestination destination, IntConsumer pace) {
    this.log = log;
    this.destination = destination;
    this.from = destination.from();
    this.to = destination.to();
    this.pace = pace;
  }

  TopicIdPartition id() {
    return log.id();
  }

  /** Bytes of what is copied. */
  long copiedBytes() {
    LogStore copy = target;
    return copy == null ? 0 : copy.sizeBytes();
  }

  /** Exclusive end of what is copied, -1 before the start. */
  long copiedTo() {
    return copiedTo;
  }

  /** Makes the whole move. False when it was abandoned before the log used the copy; then the log is unchanged. */
  boolean run() throws IOException {
    log.shape().moving(true);
    try {
      return begin() && copy() && finish();
    } finally {
      end();
    }
  }

  private void end() {
    try {
      abandon();
      if (switched) {
        closeOriginal();
      }
    } finally { // whatever a store fails with
      log.shape().moving(false);
    }
  }

  /** Creates the copy, after removing the remains of an earlier attempt. */
  private boolean begin() throws IOException {
    try (Lease<StorageEngine> lease = to.holder().lease()) {
      if (lease == null) {
        return false;
      }
      synchronized (this) {
        if (abandoned || !destination.isWanted()) {
          return false;
        }
        cuts = log.cuts;
        target = destination.create(lease.service());
        target.resetTo(log.store().startOffset());
        copiedTo = target.endOffset();
        to.moveBegins(this);
      }
    }
    return true;
  }

  private boolean copy() throws IOException {
    for (int round = 0; round < MOST_ROUNDS; round++) {
      long end = log.logEndOffset();
      long bytes = 0;
      int step;
      do {
        synchronized (this) {
          if (stopped()) {
            return false;
          }
          step = copyChunk(end);
        }
        bytes += step;
        pace.accept(step);
      } while (step > 0);
      if (bytes <= LITTLE) {
        break;
      }
    }
    return flush();
  }

  /** Before the log is suspended, so that little is left to do then. */
  private boolean flush() throws IOException {
    synchronized (this) {
      if (stopped()) {
        return false;
      }
      target.flush();
      return true;
    }
  }

  private boolean stopped() {
    return abandoned || log.cuts != cuts || !destination.isWanted();
  }

  /** Copies some batches that begin before an end; returns their bytes, 0 when none are left. Under the monitor. */
  private int copyChunk(long end) throws IOException {
    if (log.store().startOffset() > target.endOffset()) {
      // everything that is copied was deleted meanwhile
      target.resetTo(log.store().startOffset());
    }
    long offset = target.endOffset();
    if (offset >= end) {
      return 0;
    }
    ByteBuf buffer = ByteBufAllocator.DEFAULT.heapBuffer();
    try {
      Group group = new Group(buffer, log.config().segments().store().indexIntervalBytes(), log.store().segments());
      SegmentReads.walk(log.store(), offset, end, READ, group::add);
      group.append();
      return group.bytes;
    } finally {
      buffer.release();
      copiedTo = target.endOffset();
    }
  }

  /** Batches that are appended together: as many as share one entry in a sparse index, and never of two segments. */
  private final class Group {
    private final ByteBuf buffer;
    private final int limit;
    private final List<SegmentInfo> segments;
    /** Index of the first segment of which no batch has been seen. */
    private int next;
    private long baseOffset;
    private long nextOffset;
    private long maxTimestamp;
    private int bytes;

    Group(ByteBuf buffer, int limit, List<SegmentInfo> segments) {
      this.buffer = buffer;
      this.limit = limit;
      this.segments = segments;
      while (next < segments.size() && segments.get(next).baseOffset() < target.endOffset()) {
        next++;
      }
    }

    /** False when the chunk is full. */
    private boolean add(RecordBatch batch) throws IOException {
      boolean newSegment = false;
      while (next < segments.size() && segments.get(next).baseOffset() <= batch.baseOffset()) {
        newSegment = true;
        next++;
      }
      if (newSegment) {
        append();
        target.roll();
      }
      if (!buffer.isReadable()) {
        baseOffset = batch.baseOffset();
        maxTimestamp = -1;
      }
      buffer.writeBytes(batch.buffer(), batch.index(), batch.sizeBytes());
      nextOffset = batch.nextOffset();
      maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
      bytes += batch.sizeBytes();
      if (buffer.readableBytes() >= limit) {
        append();
      }
      return bytes < CHUNK;
    }

    private void append() throws IOException {
      if (buffer.isReadable()) {
        target.append(buffer, baseOffset, nextOffset, maxTimestamp);
        buffer.clear();
      }
    }
  }

  /** The last step, for which the log is suspended. */
  private boolean finish() throws IOException {
    boolean told = false;
    try (Lease<StorageEngine> source = from.holder().lease(); Lease<StorageEngine> lease = to.holder().lease()) {
      synchronized (from.suspensions()) {
        synchronized (this) {
          if (source == null || lease == null || stopped() || !log.availability().beginSuspension()) {
            return false;
          }
          told = true;
          try {
            switched = log.life().moveTo(target, to, () -> to.environment(lease.service(), id()), former -> complete(lease.service(), former));
            if (switched) {
              if (from != to) {
                to.adopt(log);
                from.release(log);
              }
            }
          } finally {
            log.availability().suspend(false);
          }
        }
      }
    } finally {
      if (told) {
        log.availability().suspensionChanged();
      }
    }
    return switched;
  }

  /** Under the log's lock: completes the copy and makes it the one that counts. */
  private void complete(StorageEngine engine, LogStore former) throws IOException {
    original = former;
    long end = former.endOffset();
    int step;
    do {
      step = copyChunk(end);
    } while (step > 0);
    if (target.endOffset() != end && target.sizeBytes() == 0) {
      target.resetTo(end);
    }
    if (target.endOffset() != end) {
      throw new IOException("the copy of " + id() + " ends at " + target.endOffset() + " and not at " + end);
    }
    for (String blob : former.blobs()) {
      byte[] bytes = blob.equals(MoveMarker.BLOB) ? null : former.readBlob(blob);
      if (bytes != null) {
        target.writeBlob(blob, bytes, false);
      }
    }
    target.flush();
    destination.use(engine, target);
  }

  /** After the log has been resumed, because it takes long; the engine must not be withdrawn meanwhile, if it is still there. */
  private void closeOriginal() {
    try (Lease<StorageEngine> lease = from.holder().lease()) {
      close(original, "original");
    }
    cleanUp();
  }

  private void cleanUp() {
    try {
      destination.cleanUp();
    } catch (IOException e) {
      LOG.warn("What a move has left could not be deleted; it is when the log is opened again partition={} engine={}", id(),
          from.name(), e);
    }
  }

  /** Abandons the move unless the log uses the copy already; returns when the copy is closed. */
  void abandon() {
    abandoned = true;
    synchronized (this) {
      LogStore copy = target;
      target = null;
      to.moveEnds(this);
      if (copy != null && !switched) {
        close(copy, "unfinished copy");
      }
    }
  }

  private void close(LogStore store, String what) {
    try {
      store.close();
    } catch (IOException e) {
      LOG.warn("A store could not be closed after a move what={} partition={}", what, id(), e);
    }
  }
}
