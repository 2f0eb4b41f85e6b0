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
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of one partition over a store that is cut into segments. This class owns the lock and the offsets; the work is done by
 * {@link LogAppender}, {@link LogReshaping}, {@link LogLife}, {@link LogState}, {@link TimestampSearch}, {@link Retention} and
 * {@link LogCleaner}, and all that only reads is in {@link ReadableLog}.
 *
 * <p>Threads: whatever changes the log holds {@link #lock}; what only reads takes no lock, because offsets are volatile and the
 * store's reads may run at any time. Event loops append, so nothing under that lock waits for a disk except a cut of the log's end.
 * Code that drops, cuts or replaces segments holds {@link #reshaping}, so that files are written, forced and deleted while appends
 * go on.
 *
 * <p>Invariant: {@code logStartOffset <= highWatermark <= logEndOffset}, and the store's start is at most the log's.
 *
 * <p>Life cycle: open until {@link #close}; offline after an I/O error, until {@link #reopen} succeeds.
 */
final class SegmentedPartitionLog extends ReadableLog {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentedPartitionLog.class);

  volatile LogOwner owner;
  final LogAppender appender;
  private final LogReshaping shape = new LogReshaping(this);
  private final LogLife life = new LogLife(this);
  /** Whether a task that writes the small files is queued. */
  private final AtomicBoolean writing = new AtomicBoolean();
  private volatile long lastFlushMs;
  /** How often the log's end was cut, after which a copy may differ from the log. */
  volatile int cuts;
  /** The epoch in which this broker leads or follows; lower ones are refused. Guarded by the lock. */
  private int currentEpoch = LeaderEpoch.NONE.value();

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
      // Without the lock, which is held for long while a log is moved or reopened.
      return refused();
    }
    lock.lock();
    try {
      if (unusable()) {
        return refused();
      }
      return isOld(leaderEpoch) ? old(leaderEpoch) : appender.asLeader(records, leaderEpoch.value(), origin);
    } catch (IOException e) {
      return appendFailed(e);
    } finally {
      lock.unlock();
      writeStateSoon();
    }
  }

  @Override
  public Appended appendAsFollower(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset) {
    lock.lock();
    try {
      if (unusable()) {
        return refused();
      }
      return isOld(leaderEpoch) ? old(leaderEpoch) : appender.asFollower(records, fetchOffset);
    } catch (IOException e) {
      return appendFailed(e);
    } finally {
      lock.unlock();
      writeStateSoon();
    }
  }

  /** Requests the write of the small files that the last append left, on another thread unless very many wait. */
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
      // The log is offline now, or continues with another store that has its own files.
      LOG.debug("The state of a log was not written partition={}", id(), e);
    }
  }

  /** Writes the pending small files. Not under the lock. */
  void writeState() throws IOException {
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

  /** Forces the log to stable storage and completes all earlier requests. On a flusher's thread. */
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

  /** One that fails does not affect the others. */
  private void tell(Runnable waiter) {
    try {
      waiter.run();
    } catch (Throwable e) {
      LOG.error("A task that waited for a flush failed partition={}", id(), e);
    }
  }

  /** Whether {@code flush.ms} has passed with something unflushed. */
  boolean isFlushDue(long nowMs) {
    long flushMs = config.flushing().ms();
    return flushMs != Long.MAX_VALUE && nowMs - lastFlushMs >= flushMs && store.flushedOffset() < offsets.end();
  }

  @Override
  public void beginEpoch(LeaderEpoch epoch) throws IOException {
    change("begin an epoch", () -> {
      advanceTo(epoch);
      state.beginEpoch(epoch.value(), offsets.end());
    });
    writeStateSoon();
  }

  @Override
  public void followEpoch(LeaderEpoch epoch) throws IOException {
    change("follow an epoch", () -> {
      advanceTo(epoch);
      state.forgetEmptyEpochs(offsets.end());
    });
    writeStateSoon();
  }

  private void advanceTo(LeaderEpoch epoch) {
    if (isOld(epoch)) {
      throw new IllegalArgumentException("leader epoch " + epoch + " of " + id() + " is old, the current one is " + currentEpoch);
    }
    currentEpoch = epoch.value();
  }

  /** Under the lock. A caller may have stopped for long after it looked at its role. */
  boolean isOld(LeaderEpoch epoch) {
    return epoch.value() < currentEpoch;
  }

  private Appended old(LeaderEpoch epoch) {
    return Appended.failed(Errors.NOT_LEADER_OR_FOLLOWER, "leader epoch " + epoch + " is old, the current one is " + currentEpoch);
  }

  @Override
  public void advanceStart(long offset) throws IOException {
    shape.advanceStart(offset);
  }

  @Override
  public boolean truncateTo(long offset, LeaderEpoch leaderEpoch) throws IOException {
    return shape.truncateTo(offset, leaderEpoch);
  }

  @Override
  public boolean truncateFullyAndStartAt(long offset, LeaderEpoch leaderEpoch) throws IOException {
    return shape.truncateFullyAndStartAt(offset, leaderEpoch);
  }

  /** As {@link LogReshaping#endWasCut}. */
  void endWasCut() throws IOException {
    shape.endWasCut();
  }

  /** As {@link LogReshaping#dropHead}. */
  long dropHead(long offset) throws IOException {
    return shape.dropHead(offset);
  }

  /** As {@link LogReshaping#replaceSegments}. */
  boolean replaceSegments(List<SegmentInfo> group, Iterable<ByteBuf> batches) throws IOException {
    return shape.replaceSegments(group, batches);
  }

  @Override
  public void configure(LogConfig newConfig) {
    lock.lock();
    try {
      config = newConfig;
      if (!unusable()) {
        store.configure(newConfig.segments().store());
      }
    } finally {
      lock.unlock();
    }
    owner.configured(this);
  }

  @Override
  public void close() throws IOException {
    life.close();
  }

  /** As {@link LogLife#suspend}. */
  void suspend() throws IOException {
    life.suspend();
  }

  /** As {@link LogLife#resume}. */
  void resume(LogStore fresh) throws IOException {
    life.resume(fresh);
  }

  /** As {@link LogLife#reopen}. */
  void reopen(StorageEngine engine) throws IOException {
    life.reopen(engine);
  }

  // What a move needs; see LogMove.

  /** The name of the engine that holds it. */
  String engine() {
    return owner.name();
  }

  int cuts() {
    return cuts;
  }

  /** As {@link LogLife#moveTo}. */
  boolean moveTo(LogStore copy, LogOwner newOwner, LogEnvironment newEnvironment, LogLife.Completion completion)
      throws IOException {
    return life.moveTo(copy, newOwner, newEnvironment, completion);
  }

  /** The original is deleted. What is left of the marker does no harm. */
  void deleteMoveMarker() throws IOException {
    reshape("end a move", () -> store.deleteBlob(MoveMarker.BLOB));
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

  /** The current rules for a pass of compaction. */
  CompactionFilter.Rules compactionRules(long nowMs) {
    lock.lock();
    try {
      return new CompactionFilter.Rules(state.aborted.all(), state.producers.lastBatches(), nowMs,
          config.compaction().deleteRetentionMs());
    } finally {
      lock.unlock();
    }
  }

  /**
   * Throws when the log is out of use, or continues with another store: a failure of the earlier store is no fault then.
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

  /** Whether there is nothing to do for it now: it is empty, or out of use. */
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

  /** About how many producers it knows; any thread. */
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
  interface Change {
    void run() throws IOException;
  }

  void change(String what, Change change) throws IOException {
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

  /** Runs a change of the segments, concurrently with appends. */
  void reshape(String what, Change change) throws IOException {
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
