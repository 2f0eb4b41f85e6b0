package io.margay.log.internal;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log of one partition over a store that is cut into segments. This class owns the lock and the offsets; the work is done by
 * {@link LogAppender}, {@link LogState}, {@link TimestampSearch}, {@link Retention} and {@link LogCleaner}.
 *
 * <p>Threads: whatever changes the log holds {@link #lock}; what only reads takes no lock, because offsets are volatile and the
 * store's reads may run at any time.
 *
 * <p>Invariant: {@code logStartOffset <= highWatermark <= logEndOffset}, and the store's start is at most the log's.
 *
 * <p>Life cycle: open until {@link #close}, or offline for good after an I/O error.
 */
final class SegmentedPartitionLog implements PartitionLog {
  private final TopicIdPartition id;
  private final LogEnvironment environment;
  private final LogOwner owner;
  /** Another one after the engine was replaced. */
  private volatile LogStore store;
  private final LogState state = new LogState();
  private final LogAppender appender;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile LogConfig config;
  private final LogOffsets offsets = new LogOffsets();
  private volatile boolean offline;
  private volatile boolean closed;
  /** The engine has gone; its store is closed, and calls are refused until another engine of its name is there. */
  private volatile boolean suspended;
  private final FlushWaiters flushWaiters = new FlushWaiters();
  private volatile long lastFlushMs;

  private SegmentedPartitionLog(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment, LogOwner owner) {
    this.id = id;
    this.config = config;
    this.store = store;
    this.environment = environment;
    this.owner = owner;
    this.appender = new LogAppender(this, state);
  }

  /**
   * Opens a log over a store that is open: rebuilds what is known of producers and epochs.
   *
   * @param startOffset the log's start from a checkpoint; -1 when there is none
   * @param highWatermark from a checkpoint; -1 when there is none
   */
  static SegmentedPartitionLog open(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment, LogOwner owner,
      long startOffset, long highWatermark) throws IOException {
    SegmentedPartitionLog log = new SegmentedPartitionLog(id, config, store, environment, owner);
    log.offsets.set(Math.max(startOffset, store.startOffset()), highWatermark, store.endOffset());
    log.state.load(store, log.logStartOffset(), store.wasClean(), environment.clock().millis(),
        environment.producerExpirationMs().getAsLong());
    log.state.producers.committed(log.highWatermark());
    log.appender.syncActiveSegment();
    log.lastFlushMs = environment.clock().millis();
    return log;
  }

  @Override
  public TopicIdPartition id() {
    return id;
  }

  @Override
  public Appended appendAsLeader(ByteBuf records, LeaderEpoch leaderEpoch, Origin origin) {
    lock.lock();
    try {
      return unusable() ? storageError() : appender.asLeader(records, leaderEpoch.value(), origin);
    } catch (IOException e) {
      fault("append", e);
      return storageError();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Appended appendAsFollower(ByteBuf records) {
    lock.lock();
    try {
      return unusable() ? storageError() : appender.asFollower(records);
    } catch (IOException e) {
      fault("append", e);
      return storageError();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    requireUsable();
    long start = offsets.start();
    long end = offsets.end();
    if (offset < start || offset > end) {
      throw new IndexOutOfBoundsException("offset " + offset + " of " + id + " is not in [" + start + ", " + end + "]");
    }
    if (offset >= endOffset || offset == end) {
      return LogSlice.empty(offset);
    }
    try {
      return SegmentReads.read(store, offset, maxBytes, Math.min(endOffset, end), atLeastOne);
    } catch (IOException e) {
      throw faultUnlessClosed("read", e);
    }
  }

  @Override
  public boolean isHot(long offset) {
    return !unusable() && store.isHot(offset);
  }

  @Override
  public long logStartOffset() {
    return offsets.start();
  }

  @Override
  public long logEndOffset() {
    return offsets.end();
  }

  @Override
  public long highWatermark() {
    return offsets.highWatermark();
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
  public long lastStableOffset() {
    return offsets.lastStable(state.producers);
  }

  @Override
  public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException {
    requireUsable();
    lock.lock();
    try {
      return state.aborted.overlapping(fromOffset, toOffset);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long sizeBytes() {
    return store.sizeBytes();
  }

  @Override
  public List<SegmentInfo> segments() {
    return store.segments();
  }

  @Override
  public long flushedOffset() {
    return store.flushedOffset();
  }

  @Override
  public void requestFlush(Runnable whenFlushed) {
    flushWaiters.add(whenFlushed);
    environment.flusher().request(this);
  }

  /** Forces the log to stable storage and tells all who asked for it before. On a flusher's thread. */
  void flushNow() {
    List<Runnable> waiters = flushWaiters.take();
    try {
      if (!unusable() && store.flushedOffset() < offsets.end()) {
        lastFlushMs = environment.clock().millis();
        store.flush();
      }
    } catch (IOException e) {
      faultUnlessClosed("flush", e);
    } finally {
      waiters.forEach(Runnable::run);
    }
  }

  /** Whether {@code flush.ms} has passed with something unflushed. */
  boolean isFlushDue(long nowMs) {
    long flushMs = config.flushMs();
    return flushMs != Long.MAX_VALUE && nowMs - lastFlushMs >= flushMs && store.flushedOffset() < offsets.end();
  }

  @Override
  public FoundOffset findByTimestamp(long timestamp) throws IOException {
    requireUsable();
    try {
      return TimestampSearch.first(store, timestamp, offsets.start(), offsets.highWatermark());
    } catch (IOException e) {
      throw faultUnlessClosed("find a timestamp", e);
    }
  }

  @Override
  public FoundOffset findMaxTimestamp() throws IOException {
    requireUsable();
    try {
      return TimestampSearch.max(store, offsets.start(), offsets.end());
    } catch (IOException e) {
      throw faultUnlessClosed("find the highest timestamp", e);
    }
  }

  @Override
  public LeaderEpoch latestEpoch() {
    int epoch = state.epochs.latestEpoch();
    return epoch < 0 ? LeaderEpoch.NONE : new LeaderEpoch(epoch);
  }

  @Override
  public EpochEnd endOfEpoch(int epoch) {
    return state.epochs.endOf(epoch, offsets.end());
  }

  @Override
  public int epochAt(long offset) {
    return state.epochs.epochAt(offset);
  }

  @Override
  public void beginEpoch(LeaderEpoch epoch) throws IOException {
    change("begin an epoch", () -> {
      if (state.epochs.assign(epoch.value(), offsets.end())) {
        state.saveEpochs(store);
      }
    });
  }

  @Override
  public void advanceStart(long offset) throws IOException {
    change("advance the start", () -> {
      if (offset > offsets.highWatermark()) {
        throw new IllegalArgumentException("start " + offset + " of " + id + " is above the high watermark " + offsets.highWatermark());
      }
      if (offset > offsets.start()) {
        moveStart(offset);
        store.dropHead(offset);
        if (store.startOffset() < offset) {
          owner.startMoved(this);
        }
      }
    });
  }

  /** Under the lock. */
  private void moveStart(long offset) throws IOException {
    offsets.moveStart(offset);
    state.advanceStart(store, offset);
  }

  @Override
  public void truncateTo(long offset) throws IOException {
    if (offset < offsets.start()) {
      truncateFullyAndStartAt(offset);
      return;
    }
    change("truncate", () -> {
      if (offset >= offsets.end()) {
        return;
      }
      // Readers and the high watermark first: nobody may see an end that is not there any more.
      offsets.lowerHighWatermark(offset);
      store.truncateTo(offset);
      endWasCut();
    });
  }

  /** Under the lock: brings everything in line with an end of the store that is lower than it was. */
  private void endWasCut() throws IOException {
    offsets.set(Math.max(offsets.start(), store.startOffset()), offsets.highWatermark(), store.endOffset());
    state.truncated(store, offsets.start(), environment.clock().millis(), environment.producerExpirationMs().getAsLong());
    state.producers.committed(offsets.highWatermark());
    appender.syncActiveSegment();
  }

  @Override
  public void truncateFullyAndStartAt(long offset) throws IOException {
    change("truncate", () -> {
      store.resetTo(offset);
      offsets.set(offset, offset, offset);
      state.reset(store);
      appender.syncActiveSegment();
      owner.startMoved(this);
    });
  }

  @Override
  public List<ProducerInfo> producers() {
    lock.lock();
    try {
      return state.producers.infos();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public LogConfig config() {
    return config;
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
  }

  @Override
  public boolean offline() {
    return offline;
  }

  boolean closed() {
    return closed;
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      boolean usable = !unusable();
      closed = true;
      if (usable) {
        state.save(store);
      }
      if (!suspended) {
        store.close();
      }
    } catch (IOException e) {
      fault("close", e);
      throw e;
    } finally {
      lock.unlock();
      owner.closed(this);
      flushNow();
    }
  }

  /** Closes the store in good order, because its engine goes. Every call is refused until {@link #resume}. */
  void suspend() throws IOException {
    lock.lock();
    try {
      if (!unusable()) {
        suspended = true;
        state.save(store);
        store.close();
      }
    } finally {
      lock.unlock();
      flushNow();
    }
  }

  boolean suspended() {
    return suspended;
  }

  /**
   * Goes on over the store of another engine of the same name.
   *
   * @param fresh what that engine opened; it may have lost the log's end if it promises no more
   */
  void resume(LogStore fresh) throws IOException {
    lock.lock();
    try {
      store = fresh;
      if (fresh.endOffset() == logEndOffset()) {
        appender.syncActiveSegment();
      } else {
        endWasCut();
      }
      suspended = false;
    } finally {
      lock.unlock();
    }
  }

  FlushWaiters flushWaiters() {
    return flushWaiters;
  }

  /** Removes whole segments below an offset, which is at most the high watermark. Returns the bytes that went. */
  long dropHead(long offset) throws IOException {
    long[] dropped = new long[1];
    change("drop segments", () -> {
      long target = Math.min(offset, offsets.highWatermark());
      if (target > offsets.start()) {
        moveStart(target);
      }
      dropped[0] = store.dropHead(target);
    });
    return dropped[0];
  }

  /** Begins a new segment unless the current one is empty. */
  void roll() throws IOException {
    change("roll", appender::roll);
  }

  /** Replaces segments by their compacted content; see {@link LogStore#replace}. */
  void replace(long fromOffset, long toOffset, Iterable<ByteBuf> batches) throws IOException {
    change("replace segments", () -> store.replace(fromOffset, toOffset, batches));
  }

  /** Whether there is nothing to do on it now: it is empty, or out of use. */
  boolean idle() {
    return unusable() || (offsets.start() == offsets.end() && store.startOffset() == offsets.end());
  }

  /** Forgets producers that have been silent for too long. */
  void expireProducers(long nowMs) {
    lock.lock();
    try {
      state.producers.expire(nowMs, environment.producerExpirationMs().getAsLong());
    } finally {
      lock.unlock();
    }
  }

  /** Under the lock: batches up to there are in the store. */
  void endMoved(long offset) {
    offsets.moveEnd(offset);
  }

  LogEnvironment environment() {
    return environment;
  }

  LogStore store() {
    return store;
  }

  /** The last sequence of each producer is in the batch that ends there; compaction keeps that batch. */
  Map<Long, Long> lastOffsetsOfProducers() {
    lock.lock();
    try {
      return state.producers.lastOffsets();
    } finally {
      lock.unlock();
    }
  }

  @FunctionalInterface
  private interface Change {
    void run() throws IOException;
  }

  private void change(String what, Change change) throws IOException {
    lock.lock();
    try {
      requireUsable();
      change.run();
    } catch (IOException e) {
      throw faultUnlessClosed(what, e);
    } finally {
      lock.unlock();
    }
  }

  private boolean unusable() {
    return offline || closed || suspended;
  }

  private void requireUsable() throws IOException {
    if (unusable()) {
      throw new LogOfflineException(whyUnusable());
    }
  }

  private String whyUnusable() {
    return "log of " + id + (closed ? " is closed" : offline ? " is offline after an I/O error"
        : " waits for its storage engine " + config.engine());
  }

  private Appended storageError() {
    return Appended.failed(Errors.KAFKA_STORAGE_ERROR, whyUnusable());
  }

  private IOException faultUnlessClosed(String what, IOException cause) {
    if (!closed && !suspended && !(cause instanceof LogOfflineException)) {
      fault(what, cause);
    }
    return cause;
  }

  /** The one place where an I/O error becomes an offline log. */
  void fault(String what, IOException cause) {
    if (offline) {
      return;
    }
    offline = true;
    environment.faults().onFault("log of " + id + " could not " + what + " and is offline", cause);
    environment.flusher().request(this);
  }

  @Override
  public String toString() {
    return "SegmentedPartitionLog[" + id + ", " + offsets.start() + ".." + offsets.end() + ", highWatermark=" + offsets.highWatermark() + "]";
  }
}
