package io.margay.replication.internal.fetch;

import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.message.FetchResponse.AbortedTransaction;
import io.margay.protocol.message.FetchResponse.EpochEndOffset;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.ReplicaTable;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.ServedTopic;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One pass over the partitions of a fetch. Owns the records that it read until they are handed to an answer or {@link #release}d.
 * Used once, by one thread.
 */
final class FetchAttempt {
  /** What a pass may do. */
  enum Mode {
    /** It runs on an event loop: the pass ends as soon as a partition needs a disk. */
    EVENT_LOOP,
    /** It may wait for disks. */
    BLOCKING,
    /** Nobody has time to wait for disks: partitions that need one give nothing this time. */
    HOT_ONLY
  }

  private static final int CONSUMER = -1;
  private static final long UNKNOWN = -1;

  private final ReplicaTable table;
  private final ReplicationContext replication;
  private final PageWarmer warmer;
  private final FetchLimits limits;
  private final FetchContext context;
  private final Mode mode;
  private final PartitionData[] answers;
  private final LocalReplica[] replicas;
  private final PartitionLeader[] leaders;
  private final boolean[] waiting;
  private final long[] appendedBefore;
  private final long[] boundBefore;
  private int bytes;
  private int patient;
  private boolean decided;
  private boolean needsDisk;

  FetchAttempt(ReplicationContext replication, FetchLimits limits, FetchContext context, Mode mode, PageWarmer warmer) {
    this.warmer = warmer;
    this.replication = replication;
    this.table = replication.table();
    this.limits = limits;
    this.context = context;
    this.mode = mode;
    int count = context.items().length;
    this.answers = new PartitionData[count];
    this.replicas = new LocalReplica[count];
    this.leaders = new PartitionLeader[count];
    this.waiting = new boolean[count];
    this.appendedBefore = limits.minBytes() > 1 ? new long[count] : null;
    this.boundBefore = new long[count];
  }

  /** Reads what there is. */
  void run() {
    FetchItem[] items = context.items();
    for (int i = 0; i < items.length && !needsDisk; i++) {
      answers[i] = read(items[i], i);
    }
    decided |= patient == 0;
  }

  /** Whether the pass ended before its time, because it must go on where it may block. */
  boolean needsDisk() {
    return needsDisk;
  }

  /** Whether the client need not wait any longer. */
  boolean satisfied() {
    return decided || bytes >= limits.minBytes();
  }

  /** By index of the context's items. */
  PartitionData[] answers() {
    return answers;
  }

  /** The replicas to wait for; null where there is none. */
  LocalReplica[] replicas() {
    return replicas;
  }

  /** Whether another pass would most likely find enough, or another leader. Cheap; called by whoever appends. */
  boolean worthRepeating() {
    FetchItem[] items = context.items();
    long expected = bytes;
    for (int i = 0; i < items.length; i++) {
      LocalReplica replica = replicas[i];
      if (replica == null) {
        continue;
      }
      PartitionLeader leader = replica.leader();
      if (leader != leaders[i] || waiting[i] && !replica.waiting()) {
        return true;
      }
      if (leader == null || waiting[i]) {
        continue;
      }
      boolean moved = bound(leader) > boundBefore[i];
      // what is held back for a while does not show in the bytes that were appended since
      if (moved && (appendedBefore == null || limits.readCommitted() || leader.commitsLater())) {
        return true;
      }
      if (appendedBefore != null) {
        expected += Math.min(leader.appendedBytes() - appendedBefore[i], Math.max(items[i].maxBytes(), 0));
      }
    }
    return appendedBefore != null && expected >= limits.minBytes();
  }

  private long bound(PartitionLeader leader) {
    if (limits.replicaId() != CONSUMER) {
      return leader.logEndOffset();
    }
    return limits.readCommitted() ? leader.lastStableOffset() : leader.highWatermark();
  }

  private PartitionData read(FetchItem item, int index) {
    ServedTopic topic = context.topicIds() ? table.topic(item.topicId()) : table.topic(item.topic());
    if (topic == null) {
      return failure(item, context.topicIds() ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    if (!topic.has(item.partition())) {
      return failure(item, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    LocalReplica replica = topic.replica(item.partition());
    replicas[index] = replica;
    PartitionLeader leader = replica == null ? null : replica.leader();
    leaders[index] = leader;
    if (replica != null && replica.waiting()) {
      return later(item, index, replica, leader);
    }
    if (leader == null) {
      return decide(item, replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.leaderError());
    }
    if (appendedBefore != null) {
      appendedBefore[index] = leader.appendedBytes();
    }
    patient++;
    try {
      return read(item, index, leader);
    } catch (IndexOutOfBoundsException e) {
      // the log was truncated, or its head deleted, after the look at its range
      return decide(item, Errors.OFFSET_OUT_OF_RANGE);
    } catch (LogSuspendedException e) {
      patient--;
      replica.mustWait();
      return later(item, index, replica, leader);
    } catch (IOException e) {
      // the log has told the fault handler
      return decide(item, Errors.KAFKA_STORAGE_ERROR);
    }
  }

  /**
   * The log is being opened, or suspended: there is nothing to read now, and that is no error until it has lasted too long. What a
   * client is told of the partition is what is known of it.
   */
  private PartitionData later(FetchItem item, int index, LocalReplica replica, PartitionLeader leader) {
    if (replica.waitingTooLong(replication.openWaitMs())) {
      return decide(item, Errors.NOT_LEADER_OR_FOLLOWER);
    }
    patient++;
    waiting[index] = true;
    if (context.incremental()) {
      return null;
    }
    return leader != null ? answer(item, leader, leader.highWatermark(), Records.EMPTY)
        : new PartitionData().setPartitionIndex(item.partition()).setHighWatermark(UNKNOWN).setLastStableOffset(UNKNOWN)
            .setLogStartOffset(UNKNOWN).setAbortedTransactions(null).setRecords(Records.EMPTY);
  }

  private PartitionData read(FetchItem item, int index, PartitionLeader leader) throws IOException {
    Errors epochError = leader.checkEpoch(item.currentLeaderEpoch());
    if (epochError != Errors.NONE) {
      return decide(item, epochError);
    }
    PartitionLog log = leader.log();
    long offset = item.fetchOffset();
    if (item.lastFetchedEpoch() >= 0) {
      PartitionLog.EpochEnd end = log.endOfEpoch(item.lastFetchedEpoch());
      if (end.epoch() < 0 || end.endOffset() < 0) {
        return decide(item, Errors.OFFSET_OUT_OF_RANGE);
      }
      if (end.epoch() < item.lastFetchedEpoch() || end.endOffset() < offset) {
        decided = true;
        return answer(item, leader, leader.highWatermark(), Records.EMPTY)
            .setDivergingEpoch(new EpochEndOffset().setEpoch(end.epoch()).setEndOffset(end.endOffset()));
      }
    }
    // the bounds before the range check: what is appended meanwhile may be seen the next time
    long highWatermark = leader.highWatermark();
    long bound = bound(leader);
    boundBefore[index] = bound;
    if (offset < log.logStartOffset() || offset > log.logEndOffset()) {
      return decide(item, Errors.OFFSET_OUT_OF_RANGE);
    }
    if (limits.replicaId() != CONSUMER && !leader.onFollowerFetch(limits.replicaId(), offset)) {
      return decide(item, Errors.NOT_LEADER_OR_FOLLOWER);
    }
    Records records = records(item, leader, bound);
    if (needsDisk) {
      return null;
    }
    if (records.sizeBytes() == 0 && context.incremental() && !item.isNews(highWatermark, log.logStartOffset())) {
      return null;
    }
    try {
      PartitionData answer = answer(item, leader, highWatermark, records);
      if (limits.readCommitted()) {
        answer.setAbortedTransactions(records.sizeBytes() == 0 ? new ArrayList<>(0) : aborted(log, offset, bound));
      }
      bytes += records.sizeBytes();
      return answer;
    } catch (IOException | RuntimeException e) {
      records.release();
      throw e;
    }
  }

  private Records records(FetchItem item, PartitionLeader leader, long bound) throws IOException {
    int room = Math.min(limits.maxBytes() - bytes, item.maxBytes());
    boolean atLeastOne = bytes == 0;
    if (item.fetchOffset() >= bound || room <= 0 && !atLeastOne) {
      return Records.EMPTY;
    }
    boolean cold = !leader.log().isHot(item.fetchOffset());
    if (cold && mode != Mode.BLOCKING) {
      needsDisk = mode == Mode.EVENT_LOOP;
      return Records.EMPTY;
    }
    Records records = leader.read(item.fetchOffset(), Math.max(room, 0), bound, atLeastOne).records();
    if (cold) {
      try {
        warmer.warm(records);
      } catch (IOException | RuntimeException e) {
        records.release();
        throw e;
      }
    }
    return records;
  }

  private static List<AbortedTransaction> aborted(PartitionLog log, long from, long to) throws IOException {
    List<PartitionLog.AbortedTransaction> found = log.abortedTransactions(from, to);
    List<AbortedTransaction> aborted = new ArrayList<>(found.size());
    for (PartitionLog.AbortedTransaction transaction : found) {
      aborted.add(new AbortedTransaction().setProducerId(transaction.producerId()).setFirstOffset(transaction.firstOffset()));
    }
    return aborted;
  }

  private static PartitionData answer(FetchItem item, PartitionLeader leader, long highWatermark, Records records) {
    return new PartitionData().setPartitionIndex(item.partition()).setHighWatermark(highWatermark)
        .setLastStableOffset(leader.lastStableOffset()).setLogStartOffset(leader.logStartOffset()).setAbortedTransactions(null)
        .setRecords(records);
  }

  private PartitionData decide(FetchItem item, Errors error) {
    decided = true;
    return failure(item, error);
  }

  private static PartitionData failure(FetchItem item, Errors error) {
    return failure(item.partition(), error);
  }

  /** The answer for a partition that cannot be read. */
  static PartitionData failure(int partition, Errors error) {
    return new PartitionData().setPartitionIndex(partition).setErrorCode(error.code()).setHighWatermark(-1)
        .setAbortedTransactions(null).setRecords(Records.EMPTY);
  }

  /** Gives the records back, when they are not handed to an answer. */
  void release() {
    for (int i = 0; i < answers.length; i++) {
      PartitionData answer = answers[i];
      answers[i] = null;
      if (answer != null && answer.records() != null) {
        answer.records().release();
      }
    }
  }
}
