package io.margay.log.internal;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The half of a log that only reads, and the fields that both halves share. Nothing here waits for an append, as offsets are
 * volatile and a store can be read at any time; only what lists producers or aborted transactions takes the lock for a moment.
 */
abstract class ReadableLog implements PartitionLog {
  protected final LogState state;
  protected final LogOffsets offsets = new LogOffsets();
  protected final LogAvailability availability;
  /** Changes when the log is moved. */
  protected volatile LogEnvironment environment;
  protected final FlushWaiters flushWaiters = new FlushWaiters();
  /** Held briefly by whatever changes the log: event loops take it. */
  protected final ReentrantLock lock = new ReentrantLock();
  /** Held while segments are dropped, cut or replaced, or the store is exchanged; taken before {@link #lock}. */
  protected final ReentrantLock reshaping = new ReentrantLock();
  /** Changes when the engine is replaced. */
  protected volatile LogStore store;
  protected volatile LogConfig config;
  private final TopicIdPartition id;
  private volatile boolean moving;
  private volatile Runnable suspensionListener = () -> { };

  ReadableLog(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment) {
    this.id = id;
    this.config = config;
    this.store = store;
    this.environment = environment;
    this.state = new LogState(environment.producerLimits());
    this.availability = new LogAvailability(id, environment.faults());
  }

  @Override
  public TopicIdPartition id() {
    return id;
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    availability.require();
    long start = offsets.start();
    long end = offsets.end();
    if (offset < start || offset > end) {
      throw new IndexOutOfBoundsException("offset " + offset + " of " + id + " is not in [" + start + ", " + end + "]");
    }
    if (offset >= endOffset || offset == end) {
      return LogSlice.empty(offset);
    }
    return reading("read", used -> SegmentReads.read(used, offset, maxBytes, Math.min(endOffset, end), atLeastOne));
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
  public long lastStableOffset() {
    return offsets.lastStable(state.producers);
  }

  @Override
  public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException {
    availability.require();
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
  public FoundOffset findByTimestamp(long timestamp) throws IOException {
    return reading("find a timestamp",
        used -> TimestampSearch.first(used, timestamp, offsets.start(), offsets.highWatermark()));
  }

  @Override
  public FoundOffset findMaxTimestamp() throws IOException {
    return reading("find the highest timestamp", used -> TimestampSearch.max(used, offsets.start(), offsets.end()));
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
  public boolean offline() {
    return availability.offline();
  }

  @Override
  public boolean suspended() {
    return availability.suspended();
  }

  @Override
  public void onSuspensionChange(Runnable listener) {
    suspensionListener = listener;
  }

  /** Called without the lock. */
  void suspensionChanged() {
    suspensionListener.run();
  }

  /** Nothing is compacted during a copy, because the copy would have the old segments and lack the newer tombstones. */
  void moving(boolean now) {
    moving = now;
  }

  protected final void requireUnmoved() throws LogSuspendedException {
    if (moving) {
      throw new LogSuspendedException("the log of " + id + " is being moved to another storage engine");
    }
  }

  /** Whether it is closed or offline, for good. */
  final boolean gone() {
    return availability.closed() || availability.offline();
  }

  /** False when it cannot be suspended now. */
  boolean beginSuspension() {
    if (unusable()) {
      return false;
    }
    availability.suspend(true);
    suspensionChanged();
    return true;
  }

  /** The caller calls {@link #suspensionChanged} when it holds no lock. */
  void endSuspension() {
    availability.suspend(false);
  }

  LogAvailability availability() {
    return availability;
  }

  @FunctionalInterface
  private interface Reading<T> {
    T run(LogStore used) throws IOException;
  }

  private <T> T reading(String what, Reading<T> reading) throws IOException {
    LogStore used = store;
    availability.require();
    try {
      return reading.run(used);
    } catch (IOException e) {
      throw faultOf(used, what, e);
    }
  }

  /** As {@link #fault}, for a store that may have been closed during the call because another one has taken its place. */
  protected final IOException faultOf(LogStore used, String what, IOException cause) {
    return store == used ? fault(what, cause)
        : new LogSuspendedException("the log of " + id + " has another store since", cause);
  }

  protected final boolean unusable() {
    return availability.unusable();
  }

  /** Takes the log offline, unless it was closed during the call; completes waiting flush requests. Returns the cause. */
  protected final IOException fault(String what, IOException cause) {
    boolean before = availability.offline();
    IOException told = availability.fault(what, cause);
    if (availability.offline()) {
      requestFlush();
      if (!before) {
        wentOffline();
      }
    }
    return told;
  }

  /** Called when it goes offline. */
  protected abstract void wentOffline();

  /** Asks the flusher to check the log soon, with its waiting flush requests. */
  protected abstract void requestFlush();

  LogEnvironment environment() {
    return environment;
  }

  LogStore store() {
    return store;
  }

  FlushWaiters flushWaiters() {
    return flushWaiters;
  }
}
