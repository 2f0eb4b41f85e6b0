package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * One leadership of a partition: it ends with its epoch, and a new epoch has a new object. Owned by the {@link LocalReplica}.
 *
 * <p>An append runs on the caller's thread. With {@code margay.flush.policy=os} the leader has reached an offset when it is
 * appended; with {@code ack} when it is flushed. The high watermark is the lowest offset that the in-sync replicas have reached.
 *
 * <p>Invariant: {@code highWatermark} falls only when an engine has lost the log's end; the log knows it before a waiter does.
 */
public final class PartitionLeader implements LeaderPartition {
  private static final String AS_PRODUCED = "producer";

  private final LocalReplica replica;
  private final PartitionLog log;
  private final LeaderEpoch epoch;
  private final BrokerId self;
  private final Scheduler scheduler;
  private final CommitWaiters waiters = new CommitWaiters();
  private final AtomicLong appendedBytes = new AtomicLong();
  private final Runnable whenFlushed = this::flushed;
  private final Object advancing = new Object();
  private final FreshBatches fresh;
  private volatile FreshBatches.Batch lastAppended;
  private volatile InSyncReplicas isr;
  private volatile long highWatermark;
  private volatile boolean ended;

  PartitionLeader(LocalReplica replica, PartitionLog log, PartitionImage image, BrokerId self, Scheduler scheduler,
      FreshBatches fresh) {
    this.replica = replica;
    this.log = log;
    this.epoch = image.leaderEpoch();
    this.self = self;
    this.scheduler = scheduler;
    this.fresh = fresh;
    this.isr = new InSyncReplicas(image, self, null);
    this.highWatermark = log.highWatermark();
  }

  /** Commits what the log held when the leadership began, as far as the in-sync replicas allow. */
  void begin() {
    flushIfNeeded();
    maybeAdvance();
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
    ended = true;
    lastAppended = null;
    waiters.close();
  }

  /** After {@link #end}, without locks: ends all waits. @param why the error for clients */
  void tellEnd(Errors why) {
    waiters.failAll(why);
  }

  /** @return whether it has ended */
  public boolean ended() {
    return ended;
  }

  /** Adopts a changed ISR of the same epoch. */
  void updateIsr(PartitionImage image) {
    isr = new InSyncReplicas(image, self, isr);
    maybeAdvance();
  }

  @Override
  public TopicIdPartition id() {
    return log.id();
  }

  @Override
  public LeaderEpoch leaderEpoch() {
    return epoch;
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
    if (ended) {
      return PartitionLog.Appended.failed(Errors.NOT_LEADER_OR_FOLLOWER, null);
    }
    if (allReplicas && tooFewInSync()) {
      return PartitionLog.Appended.failed(Errors.NOT_ENOUGH_REPLICAS, "The in-sync replicas of " + id() + " are " + isr.isrSize()
          + ", fewer than min.insync.replicas=" + log.config().minInsyncReplicas());
    }
    int index = records.readerIndex();
    int sizeBytes = records.readableBytes();
    PartitionLog.Appended appended = log.appendAsLeader(records, epoch, origin);
    if (appended.error() == Errors.NONE && !appended.duplicate()) {
      keepForWaiters(records, index, sizeBytes, appended);
      appendedBytes.addAndGet(sizeBytes);
      flushIfNeeded();
      maybeAdvance();
    }
    return appended;
  }

  /**
   * A log that compresses batches itself has rebuilt what it was given and assigned offsets in the copy, so nothing is kept here.
   */
  private void keepForWaiters(ByteBuf records, int index, int sizeBytes, PartitionLog.Appended appended) {
    if (sizeBytes <= FreshBatches.LARGEST_BYTES && !replica.dataWaiters().isEmpty()
        && log.config().batches().compression().equals(AS_PRODUCED) && records.getLong(index) == appended.baseOffset()) {
      lastAppended = fresh.keep(records, index, sizeBytes, appended.baseOffset(), appended.nextOffset());
    }
  }

  @Override
  public boolean whenResumed(Runnable task) {
    return replica.whenOpen(task);
  }

  @Override
  public boolean cancelResume(Runnable task) {
    return replica.cancelWhenOpen(task);
  }

  /** @return whether there are fewer in-sync replicas than the topic demands for acks=all */
  public boolean tooFewInSync() {
    return isr.isrSize() < log.config().minInsyncReplicas();
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
    } else {
      maybeAdvance();
    }
  }

  /**
   * A follower asked for what comes at {@code fetchOffset}, so it has everything before it.
   *
   * @param replicaId the follower
   * @param fetchOffset exclusive end of what it has
   * @return whether it is a replica of the partition
   */
  public boolean onFollowerFetch(int replicaId, long fetchOffset) {
    boolean known = isr.onFetch(replicaId, fetchOffset);
    if (known) {
      maybeAdvance();
    }
    return known;
  }

  private void maybeAdvance() {
    if (ended) {
      return;
    }
    long reached = log.config().flushing().onAck() ? log.flushedOffset() : log.logEndOffset();
    long candidate = isr.committedEnd(reached);
    if (candidate <= highWatermark) {
      return;
    }
    synchronized (advancing) {
      if (candidate <= highWatermark) {
        return;
      }
      log.setHighWatermark(candidate);
      highWatermark = candidate;
    }
    waiters.onAdvance(candidate);
    replica.dataWaiters().wakeAll();
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
    }
  }

  /**
   * Ends a wait.
   *
   * @param waiter the waiter
   * @return whether it was still waiting; then only the caller completes it
   */
  public boolean cancel(CommitWaiter waiter) {
    return waiters.remove(waiter);
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
    waiter.timer = scheduler.after(timeoutMs, () -> {
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

  @Override
  public long logEndOffset() {
    return log.logEndOffset();
  }

  @Override
  public long lastStableOffset() {
    return log.lastStableOffset();
  }

  /** @return the log below */
  public PartitionLog log() {
    return log;
  }

  /** @return the replica that this leadership belongs to */
  public LocalReplica replica() {
    return replica;
  }

  /** @return bytes appended in this leadership, to guess how much there is to read without reading it */
  public long appendedBytes() {
    return appendedBytes.get();
  }

  /** @return whether an acknowledgement promises stable storage */
  public boolean flushOnAck() {
    return log.config().flushing().onAck();
  }

  /** @return whether a record may be committed some time after it is appended */
  public boolean commitsLater() {
    return flushOnAck() || isr.isrSize() > 1;
  }

  /**
   * Compares the epoch that a client knows with this one (KIP-320).
   *
   * @param clientEpoch what the client knows, -1 for nothing
   * @return NONE, FENCED_LEADER_EPOCH when the client is behind, UNKNOWN_LEADER_EPOCH when this broker is
   */
  public Errors checkEpoch(int clientEpoch) {
    if (clientEpoch < 0 || clientEpoch == epoch.value()) {
      return Errors.NONE;
    }
    return clientEpoch < epoch.value() ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
  }
}
