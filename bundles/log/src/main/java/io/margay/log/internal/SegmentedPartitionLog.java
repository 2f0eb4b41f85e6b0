package io.margay.log.internal;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.margay.spi.storage.StorageEngine;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one partition over a store that is cut into segments. This class owns the lock and the offsets; the work is done by
 * {@link LogAppender}, {@link LogState}, {@link TimestampSearch}, {@link Retention} and {@link LogCleaner}, and all that only
 * reads is in {@link ReadableLog}.
 *
 * <p>Threads: whatever changes the log holds {@link #lock}; what only reads takes no lock, because offsets are volatile and the
 * store's reads may run at any time. Event loops append, so nothing waits for a disk under that lock but a cut of the log's end.
 * Who drops, cuts or replaces segments holds {@link #reshaping}, so that files are written, forced and deleted beside appends.
 *
 * <p>Invariant: {@code logStartOffset <= highWatermark <= logEndOffset}, and the store's start is at most the log's.
 *
 * <p>Life cycle: open until {@link #close}; offline after an I/O error, until {@link #reopen} succeeds.
 */
final class SegmentedPartitionLog extends ReadableLog {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentedPartitionLog.class);

  private volatile LogOwner owner;
  private final LogAppender appender;
  /** Whether a task waits that writes the small files. */
  private final AtomicBoolean writing = new AtomicBoolean();
  private volatile long lastFlushMs;
  /** How often the log's end was cut, so that a copy may differ from it. */
  private volatile int cuts;

  private SegmentedPartitionLog(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment,
      LogOwner owner) {
    super(id, config, store, environment);
    this.owner = owner;
    this.appender = new LogAppender(this, state);
  }

  /**
   * Opens a log over a store that is open: rebuilds what is known of producers and epochs.
   *
   * @param startOffset the log's start from a checkpoint; -1 when there is none
   * @param highWatermark from a checkpoint; -1 when there is none
   */
  static SegmentedPartitionLog open(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment,
      LogOwner owner, long startOffset, long highWatermark) throws IOException {
    SegmentedPartitionLog log = new SegmentedPartitionLog(id, config, store, environment, owner);
    log.offsets.set(Math.max(startOffset, store.startOffset()), highWatermark, store.endOffset());
    log.state.load(store, log.logStartOffset(), store.wasClean(), environment.clock().millis(),
        environment.producerExpirationMs().getAsLong());
    log.state.producers.committed(log.highWatermark());
    log.lastFlushMs = environment.clock().millis();
    return log;
  }

  @Override
  public Appended appendAsLeader(ByteBuf records, LeaderEpoch leaderEpoch, Origin origin) {
    if (unusable()) {
      // Without the lock, which is held for long while a log is moved or opened again.
      return refused();
    }
    lock.lock();
    try {
      return unusable() ? refused() : appender.asLeader(records, leaderEpoch.value(), origin);
    } catch (IOException e) {
      return appendFailed(e);
    } finally {
      lock.unlock();
      writeStateSoon();
    }
  }

  @Override
  public Appended appendAsFollower(ByteBuf records) {
    lock.lock();
    try {
      return unusable() ? refused() : appender.asFollower(records);
    } catch (IOException e) {
      return appendFailed(e);
    } finally {
      lock.unlock();
      writeStateSoon();
    }
  }

  /** Has the small files written that the last append left, on another thread unless very many wait. */
  private void writeStateSoon() {
    FileQueue files = state.files();
    if (files.isEmpty()) {
      return;
    }
    if (files.isFull()) {
      writeStateNow();
    } else if (writing.compareAndSet(false, true)) {
      environment.background().execute(() -> {
        writing.set(false);
        writeStateNow();
      });
    }
  }

  private void writeStateNow() {
    try {
      writeState();
    } catch (IOException e) {
      // The log is offline now, or goes on over another store that has its own.
      LOG.debug("The state of a log was not written partition={}", id(), e);
    }
  }

  /** Writes the small files that wait. Not under the lock. */
  private void writeState() throws IOException {
    LogStore used = store;
    if (unusable()) {
      return;
    }
    try {
      state.files().drain(used);
    } catch (IOException e) {
      throw faultOf(used, "write its state", e);
    }
  }

  private Appended appendFailed(IOException cause) {
    fault("append", cause);
    return refused();
  }

  @Override
  public void setHighWatermark(long offset) {
    if (offsets.raiseHighWatermark(offset) && state.producers.firstUnstableOffset() != ProducerStates.STABLE) {
      stabilize();
    }
  }

  private void stabilize() {
    lock.lock();
    try {
      state.producers.committed(offsets.highWatermark());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void requestFlush(Runnable whenFlushed) {
    flushWaiters.add(whenFlushed);
    requestFlush();
  }

  @Override
  protected void requestFlush() {
    environment.flusher().request(this);
  }

  @Override
  protected void wentOffline() {
    owner.wentOffline(this);
  }

  /** Forces the log to stable storage and tells all who asked for it before. On a flusher's thread. */
  void flushNow() {
    List<Runnable> waiters = flushWaiters.take();
    LogStore used = store;
    try {
      if (!unusable() && used.flushedOffset() < offsets.end()) {
        lastFlushMs = environment.clock().millis();
        used.flush();
      }
    } catch (IOException e) {
      if (store == used) {
        boolean before = offline();
        availability.fault("flush", e);
        if (!before && offline()) {
          wentOffline();
        }
      }
    } finally {
      waiters.forEach(this::tell);
    }
  }

  /** One that fails keeps nothing from the others. */
  private void tell(Runnable waiter) {
    try {
      waiter.run();
    } catch (Throwable e) {
      LOG.error("One that waited for a flush failed partition={}", id(), e);
    }
  }

  /** Whether {@code flush.ms} has passed with something unflushed. */
  boolean isFlushDue(long nowMs) {
    long flushMs = config.flushMs();
    return flushMs != Long.MAX_VALUE && nowMs - lastFlushMs >= flushMs && store.flushedOffset() < offsets.end();
  }

  @Override
  public void beginEpoch(LeaderEpoch epoch) throws IOException {
    change("begin an epoch", () -> state.beginEpoch(epoch.value(), offsets.end()));
    writeState();
  }

  @Override
  public void advanceStart(long offset) throws IOException {
    reshape("advance the start", () -> {
      change("advance the start", () -> {
        if (offset > offsets.highWatermark()) {
          throw new IllegalArgumentException("start " + offset + " of " + id() + " is above the high watermark "
              + offsets.highWatermark());
        }
        if (offset > offsets.start()) {
          moveStart(offset);
        }
      });
      // It may have been there before, and a crash must not bring it back after this returns.
      if (offset == offsets.start()) {
        store.dropHead(offset);
        if (store.startOffset() < offset) {
          owner.startMoved(this);
        }
        writeState();
      }
    });
  }

  /** Under the lock. */
  private void moveStart(long offset) {
    offsets.moveStart(offset);
    state.advanceStart(offset);
  }

  @Override
  public void truncateTo(long offset) throws IOException {
    if (offset < offsets.start()) {
      truncateFullyAndStartAt(offset);
      return;
    }
    reshape("truncate", () -> change("truncate", () -> {
      if (offset >= offsets.end()) {
        return;
      }
      // Readers and the high watermark first: nobody may see an end that is not there any more.
      offsets.lowerHighWatermark(offset);
      store.truncateTo(offset);
      endWasCut();
    }));
  }

  /** Under the lock: brings everything in line with an end of the store that is lower than it was. */
  private void endWasCut() throws IOException {
    cuts++;
    offsets.set(Math.max(offsets.start(), store.startOffset()), offsets.highWatermark(), store.endOffset());
    state.truncated(store, offsets.start(), environment.clock().millis(), environment.producerExpirationMs().getAsLong());
    state.producers.committed(offsets.highWatermark());
    appender.forgetActiveSegment();
  }

  @Override
  public void truncateFullyAndStartAt(long offset) throws IOException {
    reshape("truncate", () -> {
      change("truncate", () -> {
        cuts++;
        store.resetTo(offset);
        offsets.set(offset, offset, offset);
        state.reset(store);
        appender.forgetActiveSegment();
      });
      owner.startMoved(this);
    });
  }

  @Override
  public void configure(LogConfig newConfig) {
    lock.lock();
    try {
      config = newConfig;
      if (!unusable()) {
        store.configure(newConfig.store());
      }
    } finally {
      lock.unlock();
    }
    owner.configured(this);
  }

  @Override
  public void close() throws IOException {
    boolean wasSuspended = false;
    reshaping.lock();
    try {
      boolean usable;
      lock.lock();
      try {
        if (availability.closed()) {
          return;
        }
        usable = !unusable();
        wasSuspended = availability.suspended();
        availability.markClosed();
        if (usable) {
          state.save(offsets.end());
        }
      } finally {
        lock.unlock();
      }
      closeStore(usable, !wasSuspended);
    } catch (IOException e) {
      availability.faultAlways("close", e);
      throw e;
    } finally {
      reshaping.unlock();
      owner.closed(this);
      flushNow();
      if (wasSuspended) {
        suspensionChanged();
      }
    }
  }

  /** Without the lock: nobody appends any more. The store is closed even when the state cannot be written. */
  private void closeStore(boolean write, boolean close) throws IOException {
    LogStore closing = store;
    try {
      if (write) {
        state.files().drain(closing);
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
    if (unusable()) {
      return;
    }
    availability.suspend(true);
    suspensionChanged();
    reshaping.lock();
    try {
      boolean here;
      lock.lock();
      try {
        here = !gone();
        if (here) {
          state.save(offsets.end());
        }
      } finally {
        lock.unlock();
      }
      if (here) {
        closeStore(true, true);
      }
    } finally {
      reshaping.unlock();
      flushNow();
    }
  }

  /**
   * Goes on after an I/O error: opens its store again. Blocks.
   *
   * @param engine the one that holds it
   * @throws IOException when that fails, or what is there lacks records that were committed; the log stays offline then
   */
  void reopen(StorageEngine engine) throws IOException {
    reshaping.lock();
    try {
      if (!availability.offline() || availability.closed()) {
        return;
      }
      closeBroken();
      LogStore fresh = engine.open(id(), config.store());
      boolean used = false;
      try {
        if (fresh.endOffset() < offsets.highWatermark()) {
          throw new IOException("the log of " + id() + " ends at offset " + fresh.endOffset()
              + " on the disk, but records up to offset " + offsets.highWatermark() + " were committed");
        }
        used = goOnOver(fresh);
      } finally {
        if (!used) {
          fresh.close();
        }
      }
    } finally {
      reshaping.unlock();
    }
    suspensionChanged();
  }

  private void closeBroken() {
    try {
      store.close();
    } catch (IOException | RuntimeException e) {
      LOG.debug("A store that had failed was not closed in good order partition={}", id(), e);
    }
  }

  private boolean goOnOver(LogStore fresh) throws IOException {
    lock.lock();
    try {
      if (availability.closed()) {
        return false;
      }
      if (fresh.endOffset() != offsets.end()) {
        cuts++;
      }
      offsets.set(Math.max(offsets.start(), fresh.startOffset()), offsets.highWatermark(), fresh.endOffset());
      state.reload(fresh, offsets.start(), environment.clock().millis(), environment.producerExpirationMs().getAsLong());
      state.producers.committed(offsets.highWatermark());
      appender.forgetActiveSegment();
      store = fresh;
      availability.online();
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Goes on over the store of another engine of the same name.
   *
   * @param fresh what that engine opened; it may have lost the log's end if it promises no more
   */
  void resume(LogStore fresh) throws IOException {
    reshaping.lock();
    lock.lock();
    try {
      if (!availability.suspended() || gone()) {
        fresh.close();
        return;
      }
      store = fresh;
      if (fresh.endOffset() == logEndOffset()) {
        appender.forgetActiveSegment();
      } else {
        endWasCut();
      }
      availability.suspend(false);
    } finally {
      lock.unlock();
      reshaping.unlock();
    }
    suspensionChanged();
  }

  // What a move needs; see LogMove.

  /** The name of the engine that holds it. */
  String engine() {
    return owner.name();
  }

  int cuts() {
    return cuts;
  }

  /** Makes a copy whole. */
  @FunctionalInterface
  interface Completion {
    void complete(LogStore original) throws IOException;
  }

  /**
   * Goes on over a copy of its store; suspended. The caller closes the original.
   *
   * @param completion called under the lock, with all state saved; when it fails the log stays where it is
   * @return false when the log is closed or offline
   */
  boolean moveTo(LogStore copy, LogOwner newOwner, LogEnvironment newEnvironment, Completion completion) throws IOException {
    reshaping.lock();
    lock.lock();
    try {
      if (gone()) {
        return false;
      }
      LogStore former = store;
      state.save(offsets.end());
      state.files().drain(former);
      completion.complete(former);
      copy.configure(config.store());
      owner = newOwner;
      environment = newEnvironment;
      store = copy;
      appender.forgetActiveSegment();
      return true;
    } finally {
      lock.unlock();
      reshaping.unlock();
      flushNow();
    }
  }

  /** The original is deleted. What is left of the marker does no harm. */
  void deleteMoveMarker() throws IOException {
    reshape("end a move", () -> store.deleteBlob(MoveMarker.BLOB));
  }

  /** Removes whole segments below an offset, which is at most the high watermark. Returns the bytes that went. */
  long dropHead(long offset) throws IOException {
    long[] dropped = new long[1];
    reshape("drop segments", () -> {
      long target = Math.min(offset, offsets.highWatermark());
      change("drop segments", () -> {
        if (target > offsets.start()) {
          moveStart(target);
        }
      });
      dropped[0] = store.dropHead(target);
      writeState();
    });
    return dropped[0];
  }

  /** Begins a new segment unless the current one is empty. */
  void roll() throws IOException {
    change("roll", appender::roll);
    writeState();
  }

  /** Records before it have been compacted against each other; kept here because truncation lowers it. */
  long cleanedTo() {
    return offsets.cleanedTo();
  }

  void cleanedTo(long offset) {
    offsets.cleanedTo(offset);
  }

  /** What a pass of compaction goes by, as it is now. */
  CompactionFilter.Rules compactionRules(long nowMs) {
    lock.lock();
    try {
      return new CompactionFilter.Rules(state.aborted.all(), state.producers.lastBatches(), nowMs, config.deleteRetentionMs());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Replaces segments by what compaction left of them, beside appends. A failure before the last step leaves the log as it was.
   *
   * @param group segments as the pass found them; when they are not there any more nothing happens
   * @return whether they were replaced
   */
  boolean replaceSegments(List<SegmentInfo> group, Iterable<ByteBuf> batches) throws IOException {
    long from = group.get(0).baseOffset();
    long to = group.get(group.size() - 1).nextOffset();
    availability.require();
    requireUnmoved();
    LogStore prepared = store;
    List<SegmentInfo> now = prepared.segments();
    if (Collections.indexOfSubList(now.subList(0, now.size() - 1), group) < 0) {
      return false;
    }
    try (LogStore.Replacement replacement = prepared.prepareReplacement(from, to, batches)) {
      boolean[] replaced = new boolean[1];
      reshape("replace segments", () -> {
        requireUnmoved();
        if (store == prepared) {
          replaced[0] = replacement.commit();
        }
      });
      return replaced[0];
    }
  }

  /**
   * Throws when the log is out of use, or goes on over another store: what failed on that one is no fault then.
   *
   * @param failure becomes the cause of what is thrown
   */
  void requireStore(LogStore used, Exception failure) throws IOException {
    if (unusable()) {
      throw availability.refusal(failure);
    }
    if (store != used) {
      throw new LogSuspendedException("log of " + id() + " went on over another store", failure);
    }
  }

  /** Forgets aborted transactions, given by the offsets of their markers, of which compaction found no record any more. */
  void forgetAborted(Set<Long> markers) throws IOException {
    change("forget aborted transactions", () -> state.removeAborted(offsets.end(), markers));
    writeState();
  }

  /** Whether there is nothing to do on it now: it is empty, or out of use. */
  boolean idle() {
    return unusable() || (offsets.start() == offsets.end() && store.startOffset() == offsets.end());
  }

  /** Forgets producers that have been silent for too long. */
  void expireProducers(long nowMs) {
    lock.lock();
    try {
      // The store may have rolled on its own since, so the size is asked for again.
      appender.forgetActiveSegment();
      state.producers.expire(nowMs, environment.producerExpirationMs().getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /** How many producers it knows, about; any thread. */
  int producerCount() {
    lock.lock();
    try {
      return state.producers.size();
    } finally {
      lock.unlock();
    }
  }

  /** As {@link ProducerStates#idle}. */
  int idleProducers(long[] target, int from) {
    lock.lock();
    try {
      return state.producers.idle(target, from);
    } finally {
      lock.unlock();
    }
  }

  /** As {@link ProducerStates#forget}. */
  int forgetProducers(long lastSeenMs, int most) {
    lock.lock();
    try {
      return state.producers.forget(lastSeenMs, most);
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: batches up to there are in the store. */
  void endMoved(long offset) {
    offsets.moveEnd(offset);
  }

  @FunctionalInterface
  private interface Change {
    void run() throws IOException;
  }

  private void change(String what, Change change) throws IOException {
    lock.lock();
    try {
      availability.require();
      change.run();
    } catch (IOException e) {
      throw fault(what, e);
    } finally {
      lock.unlock();
    }
  }

  /** Runs a change of the segments, beside appends. */
  private void reshape(String what, Change change) throws IOException {
    reshaping.lock();
    try {
      availability.require();
      change.run();
    } catch (IOException e) {
      throw fault(what, e);
    } finally {
      reshaping.unlock();
    }
  }

  private Appended refused() {
    return availability.suspended() ? Appended.SUSPENDED : Appended.failed(Errors.KAFKA_STORAGE_ERROR, availability.reason());
  }

  @Override
  public String toString() {
    return "SegmentedPartitionLog[" + id() + ", " + offsets.start() + ".." + offsets.end() + ", highWatermark="
         + offsets.highWatermark() + "]";
  }
}
