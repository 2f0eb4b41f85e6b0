package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One leadership of a partition.
 *
 * <p>An append runs on the caller's thread. With {@code margay.flush.policy=os} the leader has reached an offset when it is
 * appended; with {@code ack} when it is flushed. The high watermark is the lowest offset that the in-sync replicas have reached; it
 * stays where it is while there are fewer of them than {@code min.insync.replicas} (KIP-966).
 *
 * <p>Invariant: {@code highWatermark} falls only when an engine has lost the log's end, or a mirror is cut; the log knows it before a waiter does. It
 * rises, and a follower is proposed for the ISR, only under {@link #advancing}: so nothing is committed that a new member lacks.
 */
public final class PartitionLeader extends PartitionRole implements LeaderPartition {
  private static final String AS_PRODUCED = "producer";

  private final PartitionLog log;
  private final LocalReplica.Environment environment;
  private final CommitWaiters waiters = new CommitWaiters();
  private final CommitWaiters flushWaiters = new CommitWaiters();
  private final CommitWaiters startWaiters = new CommitWaiters();
  private final AtomicLong appendedBytes = new AtomicLong();
  private final Runnable whenFlushed = this::flushed;
  private final Object advancing = new Object();
  private final InSyncReplicas isr;
  private final IsrChanges changes;
  private volatile long epochStart;
  private volatile FreshBatches.Batch lastAppended;
  private volatile long highWatermark;

  PartitionLeader(LocalReplica replica, PartitionLog log, PartitionImage image, LocalReplica.Environment environment) {
    super(replica, log, image.leaderEpoch());
    this.log = log;
    this.environment = environment;
    this.isr = new InSyncReplicas(image, environment.self(), environment.nowMs());
    this.changes = new IsrChanges(this, isr, environment);
    this.epochStart = log.logEndOffset();
    this.highWatermark = log.highWatermark();
  }

  /** Commits what the log held when the leadership began, as far as the in-sync replicas allow. */
  void begin() {
    flushIfNeeded();
    maybeAdvance();
    changes.begin();
  }

  /**
   * The log continues after a suspension: what waits for a flush requests it again. An engine that keeps nothing may have lost the
   * log's end; then nothing that is gone counts as committed.
   */
  void onLogResumed() {
    lastAppended = null;
    synchronized (advancing) {
      if (highWatermark > log.logEndOffset()) {
        highWatermark = log.highWatermark();
      }
    }
    flushIfNeeded();
    maybeAdvance();
  }

  /** Ends the leadership: appends are refused, and no new wait begins. Existing waits are left to {@link #tellEnd}. */
  void end() {
    markEnded();
    lastAppended = null;
    waiters.close();
    flushWaiters.close();
    startWaiters.close();
    changes.end();
  }

  /** After {@link #end}, without locks: ends all waits. @param why the error for clients */
  void tellEnd(Errors why) {
    waiters.failAll(why);
    flushWaiters.failAll(why);
    startWaiters.failAll(why);
  }

  /** Adopts changed replicas or a changed ISR of the same epoch. */
  void updateIsr(PartitionImage image) {
    synchronized (advancing) {
      isr.update(image, environment.nowMs());
    }
    maybeAdvance();
    if (tooFewInSync()) {
      waiters.failForTooFew();
    }
    changes.begin();
  }

  @Override
  public boolean leads() {
    return true;
  }

  @Override
  public PartitionLog.Appended append(ByteBuf records, PartitionLog.Origin origin) {
    return append(records, origin, true);
  }

  /**
   * As {@link #append(ByteBuf, PartitionLog.Origin)}.
   *
   * @param records whole batches, writable; borrowed
   * @param origin the source of the append
   * @param allReplicas whether the acknowledgement stands for all in-sync replicas, so that too few of them refuse the append
   * @return the result
   */
  public PartitionLog.Appended append(ByteBuf records, PartitionLog.Origin origin, boolean allReplicas) {
    if (ended()) {
      return PartitionLog.Appended.failed(Errors.NOT_LEADER_OR_FOLLOWER, null);
    }
    if (allReplicas && tooFewInSync()) {
      return PartitionLog.Appended.failed(Errors.NOT_ENOUGH_REPLICAS, "The in-sync replicas of " + id() + " are " + isr.isrSize()
          + ", fewer than min.insync.replicas=" + log.config().minInsyncReplicas());
    }
    int index = records.readerIndex();
    int sizeBytes = records.readableBytes();
    PartitionLog.Appended appended = log.appendAsLeader(records, leaderEpoch(), origin);
    if (appended.error() == Errors.NONE && !appended.duplicate()) {
      keepForWaiters(records, index, sizeBytes, appended);
      appended(sizeBytes);
    } else if (appended.error() == Errors.KAFKA_STORAGE_ERROR && log.offline()) {
      changes.giveUp();
    }
    return appended;
  }

  private void appended(int sizeBytes) {
    appendedBytes.addAndGet(sizeBytes);
    if (!isr.alone()) {
      replica().followerWaiters().wakeAll();
    }
    flushIfNeeded();
    maybeAdvance();
  }

  @Override
  public PartitionLog.Appended appendMirrored(ByteBuf records, long fetchOffset, String source) {
    if (ended()) {
      return PartitionLog.Appended.failed(Errors.NOT_LEADER_OR_FOLLOWER, null);
    }
    int sizeBytes = records.readableBytes();
    PartitionLog.Appended appended = log.appendMirrored(records, leaderEpoch(), fetchOffset, source);
    if (appended.error() == Errors.NONE) {
      appended(sizeBytes);
    } else if (appended.error() == Errors.KAFKA_STORAGE_ERROR && log.offline()) {
      changes.giveUp();
    }
    return appended;
  }

  @Override
  public boolean endMirrorAt(long offset, String source) throws IOException {
    if (ended() || !source.equals(mirrorSource()) || !changes.mayReplaceFrom(offset)) {
      return false;
    }
    long start = log.logStartOffset();
    long end = log.logEndOffset();
    boolean cut = start < end && start <= offset && offset <= end;
    if (!(cut ? log.truncateTo(offset, leaderEpoch()) : log.truncateFullyAndStartAt(offset, leaderEpoch()))) {
      return false;
    }
    log.beginEpoch(leaderEpoch());
    lastAppended = null;
    synchronized (advancing) {
      isr.cut(offset);
      epochStart = Math.min(epochStart, offset);
      highWatermark = log.highWatermark();
    }
    maybeAdvance();
    replica().dataWaiters().wakeAll();
    replica().followerWaiters().wakeAll();
    return true;
  }

  /**
   * A log that was cut and has grown again in the same epoch looks as if a follower only lagged.
   *
   * @return where a follower has to cut its log before it fetches from an offset; -1 when it may fetch
   */
  public long mustCutTo(int replicaId, long fetchOffset) {
    return isr.mustCutTo(replicaId, fetchOffset);
  }

  @Override
  public void advanceMirrorStart(long offset, String source) throws IOException {
    long start = Math.min(offset, highWatermark);
    if (!ended() && source.equals(mirrorSource()) && start > log.logStartOffset()) {
      log.advanceStart(start);
    }
  }

  @Override
  public String mirrorSource() {
    return log.config().batches().mirrorSource();
  }

  /**
   * A log that compresses batches itself has rebuilt what it was given and assigned offsets in the copy, so nothing is kept here.
   */
  private void keepForWaiters(ByteBuf records, int index, int sizeBytes, PartitionLog.Appended appended) {
    if (sizeBytes <= FreshBatches.LARGEST_BYTES && !replica().dataWaiters().isEmpty()
        && log.config().batches().compression().equals(AS_PRODUCED) && records.getLong(index) == appended.baseOffset()) {
      lastAppended = environment.fresh().keep(records, index, sizeBytes, appended.baseOffset(), appended.nextOffset());
    }
  }

  @Override
  public boolean whenResumed(Runnable task) {
    return replica().whenOpen(task);
  }

  @Override
  public boolean cancelResume(Runnable task) {
    return replica().cancelWhenOpen(task);
  }

  /** @return whether there are fewer in-sync replicas than the topic demands for acks=all */
  public boolean tooFewInSync() {
    return isr.tooFew(log.config().minInsyncReplicas());
  }

  private void flushIfNeeded() {
    if (log.config().flushing().onAck() && log.flushedOffset() < log.logEndOffset()) {
      log.requestFlush(whenFlushed);
    }
  }

  /** On the flusher's thread. Waiters for a disk that has failed get an error, because they would wait in vain. */
  private void flushed() {
    if (log.offline()) {
      waiters.failAll(Errors.KAFKA_STORAGE_ERROR);
      flushWaiters.failAll(Errors.KAFKA_STORAGE_ERROR);
      changes.giveUp();
    } else {
      flushWaiters.onAdvance(log.flushedOffset());
      maybeAdvance();
    }
  }

  /**
   * A follower asked for what comes at {@code fetchOffset}, so it has everything before it. Called once for each request, not again
   * when the request is looked at after a wait.
   *
   * @param replicaId the follower
   * @param brokerEpoch epoch of its registration, -1 when the request does not say
   * @param fetchOffset exclusive end of what it has
   * @param logStart first offset that it has
   * @return NOT_LEADER_OR_FOLLOWER when it is no replica of the partition, or an earlier process of that broker asks
   */
  public Errors onFollowerFetch(int replicaId, long brokerEpoch, long fetchOffset, long logStart) {
    if (!changes.isCurrent(replicaId, brokerEpoch)
        || isr.onFetch(replicaId, brokerEpoch, fetchOffset, logStart, log.logEndOffset(), environment.nowMs())
        != InSyncReplicas.Fetched.KNOWN) {
      return Errors.NOT_LEADER_OR_FOLLOWER;
    }
    if (fetchOffset < highWatermark) {
      changes.dropLost(replicaId, highWatermark);
    }
    maybeAdvance();
    if (!startWaiters.isEmpty()) {
      startWaiters.onAdvance(changes.lowWatermark());
    }
    if (isr.mayJoin(replicaId)) {
      changes.join(replicaId, brokerEpoch);
    }
    return Errors.NONE;
  }

  /** Proposes that a follower joins the ISR, if it has all that is committed; null when it may not. */
  InSyncReplicas.Proposal proposeJoining(int replicaId) {
    synchronized (advancing) {
      return isr.proposeJoining(replicaId, highWatermark, epochStart);
    }
  }

  /** Called from time to time: followers that lag for too long leave the ISR. */
  void dropLagging() {
    changes.dropLagging();
  }

  /** Commits what the in-sync replicas have reached. */
  void maybeAdvance() {
    if (ended()) {
      return;
    }
    LogConfig config = log.config();
    long reached = config.flushing().onAck() ? log.flushedOffset() : log.logEndOffset();
    if (isr.committedEnd(reached, config.minInsyncReplicas()) <= highWatermark) {
      return;
    }
    long candidate;
    synchronized (advancing) {
      // once more: a follower may have been proposed for the ISR meanwhile
      candidate = isr.committedEnd(reached, config.minInsyncReplicas());
      if (candidate <= highWatermark) {
        return;
      }
      log.setHighWatermark(candidate);
      highWatermark = candidate;
    }
    waiters.onAdvance(candidate);
    replica().dataWaiters().wakeAll();
  }

  /**
   * Waits for a commit. The waiter is completed at once, on this thread, when the offset is committed already.
   *
   * @param waiter completed exactly once, unless {@link #cancel} removed it before
   */
  public void await(CommitWaiter waiter) {
    if (highWatermark >= waiter.nextOffset()) {
      waiter.complete(Errors.NONE);
    } else if (!waiters.add(waiter)) {
      waiter.complete(Errors.NOT_LEADER_OR_FOLLOWER);
    } else if (highWatermark >= waiter.nextOffset()) {
      // the high watermark advanced between the check and the entry, maybe without seeing this waiter
      waiters.onAdvance(highWatermark);
    } else if (!isr.alone()) {
      changes.watch();
    }
  }

  /** As {@link #await}, until this replica has it on stable storage, whatever the others have. */
  public void awaitFlush(CommitWaiter waiter) {
    if (log.flushedOffset() >= waiter.nextOffset()) {
      waiter.complete(Errors.NONE);
    } else if (!flushWaiters.add(waiter)) {
      waiter.complete(Errors.NOT_LEADER_OR_FOLLOWER);
    } else if (log.flushedOffset() >= waiter.nextOffset()) {
      flushWaiters.onAdvance(log.flushedOffset());
    }
  }

  /** As {@link #await}, until no live replica has records below an offset any more. */
  public void awaitStart(CommitWaiter waiter) {
    if (changes.lowWatermark() >= waiter.nextOffset()) {
      waiter.complete(Errors.NONE);
    } else if (!startWaiters.add(waiter)) {
      waiter.complete(Errors.NOT_LEADER_OR_FOLLOWER);
    } else {
      startWaiters.onAdvance(changes.lowWatermark());
    }
  }

  /** @return the lowest start of the logs of all live replicas */
  public long lowWatermark() {
    return changes.lowWatermark();
  }

  /**
   * Finds a replica for a consumer that would rather read in its own rack (KIP-392).
   *
   * @param rack the consumer's
   * @param listener the one that the consumer came to
   * @param offset what it reads next
   * @return an in-sync follower in that rack that has the offset; null when there is none, or this broker is in that rack itself
   */
  public BrokerId closerReplica(String rack, String listener, long offset) {
    return changes.closerReplica(rack, listener, offset);
  }

  /** Whether a write waits for a commit. */
  boolean isAwaited() {
    return !waiters.isEmpty();
  }

  /**
   * Ends a wait.
   *
   * @param waiter the waiter
   * @return whether it was still waiting; then only the caller completes it
   */
  public boolean cancel(CommitWaiter waiter) {
    CommitWaiters list = waiter.list;
    return list != null && list.remove(waiter);
  }

  @Override
  public long nextSegment(long offset) {
    for (SegmentInfo segment : log.segments()) {
      if (segment.baseOffset() > offset) {
        return segment.baseOffset();
      }
    }
    return -1;
  }

  @Override
  public void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done) {
    TimedWaiter waiter = new TimedWaiter(nextOffset, done);
    if (highWatermark >= nextOffset) {
      done.accept(Errors.NONE);
      return;
    }
    waiter.timer = environment.scheduler().after(timeoutMs, () -> {
      waiter.expired = true;
      expire(waiter);
    });
    await(waiter);
    if (waiter.expired) {
      // the timer may have come before the waiter was in the list
      expire(waiter);
    }
  }

  private void expire(TimedWaiter waiter) {
    if (waiters.remove(waiter)) {
      waiter.done.accept(Errors.REQUEST_TIMED_OUT);
    }
  }

  /** A waiter with a timer of its own. */
  private static final class TimedWaiter extends CommitWaiter {
    private final Consumer<Errors> done;
    private volatile boolean expired;
    private Scheduler.Timer timer;

    TimedWaiter(long nextOffset, Consumer<Errors> done) {
      super(nextOffset);
      this.done = done;
    }

    @Override
    protected void complete(Errors error) {
      timer.cancel();
      done.accept(error == Errors.UNKNOWN_TOPIC_OR_PARTITION ? Errors.NOT_LEADER_OR_FOLLOWER : error);
    }
  }

  @Override
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    FreshBatches.Batch last = lastAppended;
    Records records = last == null ? null : last.read(offset, maxBytes, endOffset, atLeastOne);
    return records != null ? new LogSlice(records, offset) : log.read(offset, maxBytes, endOffset, atLeastOne);
  }

  @Override
  public long logStartOffset() {
    return log.logStartOffset();
  }

  @Override
  public long highWatermark() {
    return highWatermark;
  }

  /** @return whether the high watermark has reached what this leadership began with, so that no earlier leader knew a higher one */
  public boolean knowsHighWatermark() {
    return highWatermark >= epochStart;
  }

  /**
   * @param replicaId a broker
   * @return whether it is in the ISR
   */
  public boolean inSync(int replicaId) {
    return isr.contains(replicaId);
  }

  /** @return the ISR and the progress of the followers */
  InSyncReplicas isr() {
    return isr;
  }

  @Override
  public long appendedBytes() {
    return appendedBytes.get();
  }

  /** @return whether an acknowledgement promises stable storage */
  public boolean flushOnAck() {
    return log.config().flushing().onAck();
  }

  @Override
  public boolean commitsLater() {
    return flushOnAck() || isr.isrSize() > 1;
  }
}
