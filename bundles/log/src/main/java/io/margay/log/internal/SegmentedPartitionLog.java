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
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
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
  private static final AtomicLongFieldUpdater<SegmentedPartitionLog> HIGH_WATERMARK =
      AtomicLongFieldUpdater.newUpdater(SegmentedPartitionLog.class, "highWatermark");

  /** Told when the log is closed, and when its start moves, as that must last. */
  interface Owner {
    /** The log's start has moved and has to be written down before the call returns. */
    void startMoved(SegmentedPartitionLog log) throws IOException;

    /** The log is closed. Called once. */
    void closed(SegmentedPartitionLog log);
  }

  private final TopicIdPartition id;
  private final LogEnvironment environment;
  private final LogStore store;
  private final Owner owner;
  private final LogState state = new LogState();
  private final LogAppender appender;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile LogConfig config;
  private volatile long logStartOffset;
  private volatile long logEndOffset;
  private volatile long highWatermark;
  private volatile boolean offline;
  private volatile boolean closed;
  /** Guarded by {@link #flushMonitor}; null when nobody waits. */
  private List<Runnable> flushWaiters;
  private final Object flushMonitor = new Object();
  private volatile long lastFlushMs;

  private SegmentedPartitionLog(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment, Owner owner) {
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
  static SegmentedPartitionLog open(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment, Owner owner,
      long startOffset, long highWatermark) throws IOException {
    SegmentedPartitionLog log = new SegmentedPartitionLog(id, config, store, environment, owner);
    log.logEndOffset = store.endOffset();
    log.logStartOffset = Math.min(Math.max(startOffset, store.startOffset()), log.logEndOffset);
    log.highWatermark = Math.min(Math.max(highWatermark, log.logStartOffset), log.logEndOffset);
    log.state.load(store, log.logStartOffset, store.wasClean(), environment.clock().millis(),
        environment.producerExpirationMs().getAsLong());
    log.state.producers.committed(log.highWatermark);
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
    long start = logStartOffset;
    long end = logEndOffset;
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
    return store.isHot(offset);
  }

  @Override
  public long logStartOffset() {
    return logStartOffset;
  }

  @Override
  public long logEndOffset() {
    return logEndOffset;
  }

  @Override
  public long highWatermark() {
    return highWatermark;
  }

  @Override
  public void setHighWatermark(long offset) {
    long target = Math.min(offset, logEndOffset);
    for (long now = highWatermark; target > now; now = highWatermark) {
      if (HIGH_WATERMARK.compareAndSet(this, now, target)) {
        if (state.producers.firstUnstableOffset() != ProducerStates.STABLE) {
          stabilize();
        }
        return;
      }
    }
  }

  private void stabilize() {
    lock.lock();
    try {
      state.producers.committed(highWatermark);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long lastStableOffset() {
    // The high watermark is read first: what becomes unstable after that lies above it.
    long high = highWatermark;
    return Math.max(Math.min(high, state.producers.firstUnstableOffset()), Math.min(logStartOffset, high));
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
    synchronized (flushMonitor) {
      if (flushWaiters == null) {
        flushWaiters = new ArrayList<>(4);
      }
      flushWaiters.add(whenFlushed);
    }
    environment.flusher().request(this);
  }

  /** Forces the log to stable storage and tells all who asked for it before. On a flusher's thread. */
  void flushNow() {
    List<Runnable> waiters;
    synchronized (flushMonitor) {
      waiters = flushWaiters;
      flushWaiters = null;
    }
    try {
      if (!unusable() && store.flushedOffset() < logEndOffset) {
        lastFlushMs = environment.clock().millis();
        store.flush();
      }
    } catch (IOException e) {
      faultUnlessClosed("flush", e);
    } finally {
      if (waiters != null) {
        waiters.forEach(Runnable::run);
      }
    }
  }

  /** Whether {@code flush.ms} has passed with something unflushed. */
  boolean isFlushDue(long nowMs) {
    long flushMs = config.flushMs();
    return flushMs != Long.MAX_VALUE && nowMs - lastFlushMs >= flushMs && store.flushedOffset() < logEndOffset;
  }

  @Override
  public FoundOffset findByTimestamp(long timestamp) throws IOException {
    requireUsable();
    try {
      return TimestampSearch.first(store, timestamp, logStartOffset, highWatermark);
    } catch (IOException e) {
      throw faultUnlessClosed("find a timestamp", e);
    }
  }

  @Override
  public FoundOffset findMaxTimestamp() throws IOException {
    requireUsable();
    try {
      return TimestampSearch.max(store, logStartOffset, logEndOffset);
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
    return state.epochs.endOf(epoch, logEndOffset);
  }

  @Override
  public int epochAt(long offset) {
    return state.epochs.epochAt(offset);
  }

  @Override
  public void beginEpoch(LeaderEpoch epoch) throws IOException {
    change("begin an epoch", () -> {
      if (state.epochs.assign(epoch.value(), logEndOffset)) {
        state.saveEpochs(store);
      }
    });
  }

  @Override
  public void advanceStart(long offset) throws IOException {
    change("advance the start", () -> {
      if (offset > highWatermark) {
        throw new IllegalArgumentException("start " + offset + " of " + id + " is above the high watermark " + highWatermark);
      }
      if (offset > logStartOffset) {
        moveStart(offset);
        store.dropHead(offset);
      }
    });
  }

  /** Under the lock. The start is made to last before anything is dropped, so that no crash brings records back. */
  private void moveStart(long offset) throws IOException {
    logStartOffset = offset;
    owner.startMoved(this);
    state.advanceStart(store, offset);
  }

  @Override
  public void truncateTo(long offset) throws IOException {
    if (offset < logStartOffset) {
      truncateFullyAndStartAt(offset);
      return;
    }
    change("truncate", () -> {
      if (offset >= logEndOffset) {
        return;
      }
      // Readers and the high watermark first: nobody may see an end that is not there any more.
      highWatermark = Math.min(highWatermark, offset);
      store.truncateTo(offset);
      logEndOffset = store.endOffset();
      highWatermark = Math.min(highWatermark, logEndOffset);
      state.truncated(store, logStartOffset, environment.clock().millis(), environment.producerExpirationMs().getAsLong());
      state.producers.committed(highWatermark);
      appender.syncActiveSegment();
    });
  }

  @Override
  public void truncateFullyAndStartAt(long offset) throws IOException {
    change("truncate", () -> {
      store.resetTo(offset);
      logStartOffset = offset;
      logEndOffset = offset;
      highWatermark = offset;
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
      closed = true;
      if (!offline) {
        state.save(store);
      }
      store.close();
    } catch (IOException e) {
      fault("close", e);
      throw e;
    } finally {
      lock.unlock();
      owner.closed(this);
      flushNow();
    }
  }

  /** Removes whole segments below an offset, which is at most the high watermark. Returns the bytes that went. */
  long dropHead(long offset) throws IOException {
    long[] dropped = new long[1];
    change("drop segments", () -> {
      long target = Math.min(offset, highWatermark);
      if (target > logStartOffset) {
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
    logEndOffset = offset;
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
    return offline || closed;
  }

  private void requireUsable() throws IOException {
    if (offline) {
      throw new LogOfflineException("log of " + id + " is offline after an I/O error");
    }
    if (closed) {
      throw new LogOfflineException("log of " + id + " is closed");
    }
  }

  private Appended storageError() {
    return Appended.failed(Errors.KAFKA_STORAGE_ERROR, "log of " + id + (closed ? " is closed" : " is offline"));
  }

  private IOException faultUnlessClosed(String what, IOException cause) {
    if (!closed && !(cause instanceof LogOfflineException)) {
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
    return "SegmentedPartitionLog[" + id + ", " + logStartOffset + ".." + logEndOffset + ", highWatermark=" + highWatermark + "]";
  }
}
