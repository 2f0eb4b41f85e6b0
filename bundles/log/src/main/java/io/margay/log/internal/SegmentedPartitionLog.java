package io.margay.log.internal;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The log of one partition over a store that is cut into segments. This class owns what its parts share: the lock, the store, the
 * offsets and whether the log can be used. The parts do the work: {@link LogReader}, {@link LogAppender}, {@link LogReshaping},
 * {@link LogLife}, {@link LogFlushing}, {@link StateWriter} and {@link GuardedProducers}.
 *
 * <p>Threads: whatever changes the log holds {@link #lock}; what only reads takes no lock, because offsets are volatile and the
 * store's reads may run at any time. Event loops append, so nothing under that lock waits for a disk except a cut of the log's end.
 * Code that drops, cuts or replaces segments holds {@link #reshaping}, so that files are written, forced and deleted while appends
 * go on.
 *
 * <p>Invariant: {@code logStartOffset <= highWatermark <= logEndOffset}, and the store's start is at most the log's.
 *
 * <p>Life cycle: open until {@link #close}; offline after an I/O error, until {@link LogLife#reopen} succeeds.
 */
final class SegmentedPartitionLog implements PartitionLog {
  private final TopicIdPartition id;
  final LogOffsets offsets = new LogOffsets();
  final LogState state;
  final LogAvailability availability;
  /** Held briefly by whatever changes the log: event loops take it. */
  final ReentrantLock lock = new ReentrantLock();
  /** Held while segments are dropped, cut or replaced, or the store is exchanged; taken before {@link #lock}. */
  final ReentrantLock reshaping = new ReentrantLock();
  /** Changes when the engine is replaced. */
  volatile LogStore store;
  volatile LogConfig config;
  /** Changes when the log is moved. */
  volatile LogEnvironment environment;
  /** Changes when the log is moved. */
  volatile LogOwner owner;
  /** How often the log's end was cut, after which a copy may differ from the log. */
  volatile int cuts;
  /** The epoch in which this broker leads or follows; lower ones are refused. Guarded by the lock. */
  private int currentEpoch = LeaderEpoch.NONE.value();
  final LogAppender appender;
  private final LogReader reader = new LogReader(this);
  private final LogReshaping shape = new LogReshaping(this);
  private final LogLife life = new LogLife(this);
  private final LogFlushing flushing;
  private final StateWriter stateWriter = new StateWriter(this);
  private final GuardedProducers guardedProducers = new GuardedProducers(this);

  private SegmentedPartitionLog(TopicIdPartition id, LogConfig config, LogStore store, LogEnvironment environment,
      LogOwner owner) {
    this.id = id;
    this.config = config;
    this.store = store;
    this.environment = environment;
    this.owner = owner;
    this.state = new LogState(environment.producerLimits());
    this.availability = new LogAvailability(id, environment.faults());
    this.appender = new LogAppender(this, state);
    this.flushing = new LogFlushing(this, environment.clock().millis());
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
    return log;
  }

  @Override
  public TopicIdPartition id() {
    return id;
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
    availability.onSuspensionChange(listener);
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    return reader.read(offset, maxBytes, endOffset, atLeastOne);
  }

  @Override
  public boolean isHot(long offset) {
    return !availability.unusable() && store.isHot(offset);
  }

  @Override
  public FoundOffset findByTimestamp(long timestamp) throws IOException {
    return reader.findByTimestamp(timestamp);
  }

  @Override
  public FoundOffset findMaxTimestamp() throws IOException {
    return reader.findMaxTimestamp();
  }

  @Override
  public List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException {
    return reader.abortedTransactions(fromOffset, toOffset);
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
  public long flushedOffset() {
    return store.flushedOffset();
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
    return guardedProducers.infos();
  }

  @Override
  public long beginVerification(long producerId, short producerEpoch) {
    return guardedProducers.beginVerification(producerId, producerEpoch);
  }

  @Override
  public boolean endVerification(long producerId, long verification) {
    return guardedProducers.endVerification(producerId, verification);
  }

  @Override
  public Appended appendAsLeader(ByteBuf records, LeaderEpoch leaderEpoch, Origin origin) {
    if (availability.unusable()) {
      // Without the lock, which is held for long while a log is moved or reopened.
      return refused();
    }
    lock.lock();
    try {
      if (availability.unusable()) {
        return refused();
      }
      return isOld(leaderEpoch) ? old(leaderEpoch) : appender.asLeader(records, leaderEpoch.value(), origin);
    } catch (IOException e) {
      return appendFailed(e);
    } finally {
      lock.unlock();
      stateWriter.writeSoon();
    }
  }

  @Override
  public Appended appendAsFollower(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset) {
    return appendGiven(records, leaderEpoch, fetchOffset, null);
  }

  @Override
  public Appended appendMirrored(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset, String source) {
    return appendGiven(records, leaderEpoch, fetchOffset, Objects.requireNonNull(source, "source"));
  }

  private Appended appendGiven(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset, String source) {
    lock.lock();
    try {
      if (availability.unusable()) {
        return refused();
      }
      return isOld(leaderEpoch) ? old(leaderEpoch) : source == null ? appender.asFollower(records, fetchOffset)
          : appender.asMirror(records, leaderEpoch.value(), fetchOffset, source);
    } catch (IOException e) {
      return appendFailed(e);
    } finally {
      lock.unlock();
      stateWriter.writeSoon();
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
    flushing.request(whenFlushed);
  }

  @Override
  public void beginEpoch(LeaderEpoch epoch) throws IOException {
    change("begin an epoch", () -> {
      advanceTo(epoch);
      state.beginEpoch(epoch.value(), offsets.end());
    });
    stateWriter.writeSoon();
  }

  @Override
  public void followEpoch(LeaderEpoch epoch) throws IOException {
    change("follow an epoch", () -> {
      advanceTo(epoch);
      state.forgetEmptyEpochs(offsets.end());
    });
    stateWriter.writeSoon();
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

  @Override
  public void configure(LogConfig newConfig) {
    lock.lock();
    try {
      config = newConfig;
      if (!availability.unusable()) {
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

  LogAvailability availability() {
    return availability;
  }

  LogReshaping shape() {
    return shape;
  }

  LogLife life() {
    return life;
  }

  LogFlushing flushing() {
    return flushing;
  }

  StateWriter stateWriter() {
    return stateWriter;
  }

  GuardedProducers guardedProducers() {
    return guardedProducers;
  }

  LogStore store() {
    return store;
  }

  LogEnvironment environment() {
    return environment;
  }

  /** The name of the engine that holds it. */
  String engine() {
    return owner.name();
  }

  /** Begins a new segment unless the current one is empty. */
  void roll() throws IOException {
    change("roll", appender::roll);
    stateWriter.write();
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
    if (availability.unusable()) {
      throw availability.refusal(failure);
    }
    if (store != used) {
      throw new LogSuspendedException("log of " + id + " went on over another store", failure);
    }
  }

  /** Forgets aborted transactions, given by the offsets of their markers, of which compaction found no record any more. */
  void forgetAborted(Set<Long> markers) throws IOException {
    change("forget aborted transactions", () -> state.removeAborted(offsets.end(), markers));
    stateWriter.write();
  }

  /** Whether there is nothing to do for it now: it is empty, or out of use. */
  boolean idle() {
    return availability.unusable() || (offsets.start() == offsets.end() && store.startOffset() == offsets.end());
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
    run(lock, what, change);
  }

  /** Runs a change of the segments, concurrently with appends. */
  void reshape(String what, Change change) throws IOException {
    run(reshaping, what, change);
  }

  private void run(ReentrantLock held, String what, Change change) throws IOException {
    held.lock();
    try {
      availability.require();
      change.run();
    } catch (IOException e) {
      throw fault(what, e);
    } finally {
      held.unlock();
    }
  }

  /** As {@link #fault}, for a store that may have been closed during the call because another one has taken its place. */
  IOException faultOf(LogStore used, String what, IOException cause) {
    return store == used ? fault(what, cause)
        : new LogSuspendedException("the log of " + id + " has another store since", cause);
  }

  /** As {@link #failed}, and completes the requests that wait for a flush. */
  private IOException fault(String what, IOException cause) {
    IOException told = failed(what, cause);
    if (availability.offline()) {
      flushing.request();
    }
    return told;
  }

  /** Takes the log offline, unless it was closed during the call. Returns what to throw. */
  IOException failed(String what, IOException cause) {
    return availability.fault(what, cause, () -> owner.wentOffline(this));
  }

  private Appended refused() {
    return availability.suspended() ? Appended.SUSPENDED : Appended.failed(Errors.KAFKA_STORAGE_ERROR, availability.reason());
  }

  @Override
  public String toString() {
    return "SegmentedPartitionLog[" + id + ", " + offsets.start() + ".." + offsets.end() + ", highWatermark="
         + offsets.highWatermark() + "]";
  }
}
