package io.margay.replication.internal.fetch;

import io.margay.model.BrokerId;
import io.margay.model.acl.Acl;
import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.message.FetchResponse.EpochEndOffset;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.replication.internal.PartitionRole;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.ServedTopic;
import io.margay.spi.handler.Request;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import java.io.IOException;
import java.util.ArrayList;

/**
 * One pass over the partitions of a fetch. Owns the records that it read until they are passed to an answer or {@link #release}d.
 * Used once, by one thread.
 */
final class FetchAttempt {
  /** What a pass may do. */
  enum Mode {
    /** It runs on an event loop: the pass ends as soon as a partition needs a disk. */
    EVENT_LOOP,
    /** It may wait for disks. */
    BLOCKING,
    /** No time for disk reads: partitions that would need one return no records. */
    HOT_ONLY
  }

  private static final long UNKNOWN = -1;

  private final ReplicationContext replication;
  private final FetchLimits limits;
  private final FetchContext context;
  private final FetchPart[] parts;
  private final Request request;
  private final Mode mode;
  /** By index of the parts; null where the only result is that there are no records. */
  private final PartitionData[] answers;
  private int bytes;
  /** Bytes, of those, that a throttle counts. */
  private int throttledBytes;
  private int mayWait;
  private boolean answered;
  private boolean needsDisk;

  FetchAttempt(ReplicationContext replication, FetchLimits limits, FetchContext context, FetchPart[] parts, Request request, Mode mode) {
    this.replication = replication;
    this.limits = limits;
    this.context = context;
    this.parts = parts;
    this.request = request;
    this.mode = mode;
    this.answers = new PartitionData[parts.length];
  }

  /** Reads what is available. */
  void run() {
    for (int i = 0; i < parts.length && !needsDisk; i++) {
      answers[i] = read(parts[i]);
    }
    answered |= mayWait == 0;
  }

  /** Whether the pass ended early, because it must continue where it may block. */
  boolean needsDisk() {
    return needsDisk;
  }

  /** Whether the client does not need to wait any longer. */
  boolean satisfied() {
    return answered || bytes >= limits.minBytes();
  }

  /** How many bytes of records it read. */
  int bytes() {
    return bytes;
  }

  /** About how many partitions the answer reports; changes during the pass may change the number. */
  int answerCount() {
    if (!context.incremental()) {
      return answers.length;
    }
    int count = 0;
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] != null || isNews(parts[i])) {
        count++;
      }
    }
    return count;
  }

  /** By index of the parts; null where an incremental answer has nothing to report. The caller owns the records in them. */
  PartitionData[] answers() {
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] == null && (!context.incremental() || isNews(parts[i]))) {
        answers[i] = withoutRecords(parts[i]);
      }
    }
    return answers;
  }

  /** Whether a partition without records has news for a client that knows the previous answer. */
  private static boolean isNews(FetchPart part) {
    if (part.error() != Errors.NONE) {
      return true;
    }
    PartitionRole role = part.role();
    return !part.suspended() && part.item().isNews(role.highWatermark(), role.logStartOffset());
  }

  private PartitionData read(FetchPart part) {
    FetchItem item = part.item();
    LocalReplica before = part.replica();
    ServedTopic topic = context.topicIds() ? replication.table().topic(item.topicId()) : replication.table().topic(item.topic());
    if (!mayRead(item, topic)) {
      return answer(part, Errors.TOPIC_AUTHORIZATION_FAILED);
    }
    if (topic == null || !topic.has(item.partition())) {
      // a partition that never existed is no reason to answer early
      answered |= before != null;
      part.failed(topic == null && context.topicIds() ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION);
      return null;
    }
    LocalReplica replica = topic.replica(item.partition());
    if (before != null && replica != before) {
      return answer(part, topic.id().equals(before.id().topicId()) ? Errors.NOT_LEADER_OR_FOLLOWER
          : Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }
    PartitionRole role = replica == null ? null : limits.role(replica);
    if (part.role() != null && role != null && part.role().leads() != role.leads()) {
      // a reader that waited at the leader looks for the new one
      return answer(part, Errors.NOT_LEADER_OR_FOLLOWER);
    }
    part.found(replica, role);
    if (replica != null && replica.waiting()) {
      return suspended(part);
    }
    if (role == null) {
      return answer(part, replica == null ? Errors.NOT_LEADER_OR_FOLLOWER : replica.leaderError());
    }
    mayWait++;
    try {
      return read(part, item, role);
    } catch (IndexOutOfBoundsException e) {
      // the log was truncated, or its head deleted, after the check of its range
      return answer(part, Errors.OFFSET_OUT_OF_RANGE);
    } catch (CorruptRecordException e) {
      replication.damaged(replica.id(), item.fetchOffset(), e);
      return answer(part, Errors.CORRUPT_MESSAGE);
    } catch (LogSuspendedException e) {
      mayWait--;
      replica.mustWait();
      return suspended(part);
    } catch (IOException e) {
      // either the log has called the fault handler, or it was closed because this node no longer leads it
      return answer(part, limits.role(replica) == role ? Errors.KAFKA_STORAGE_ERROR : replica.leaderError());
    }
  }

  /** Brokers read all topics. An id that nothing has is no secret. */
  private boolean mayRead(FetchItem item, ServedTopic topic) {
    if (limits.isFollower()) {
      return actsAsBroker(request, limits);
    }
    return topic == null && context.topicIds()
        || request.allowed(AclOperation.READ, ResourceType.TOPIC, topic == null ? item.topic() : topic.name());
  }

  /** Whether a client that says it is a follower may be one. */
  static boolean actsAsBroker(Request request, FetchLimits limits) {
    return limits.isFollower() && request.allowed(AclOperation.CLUSTER_ACTION, ResourceType.CLUSTER, Acl.CLUSTER_NAME);
  }

  /** The log is being opened or is suspended: there is nothing to read now, and that is no error until it has lasted too long. */
  private PartitionData suspended(FetchPart part) {
    if (part.replica().waitingTooLong(replication.openWaitMs())) {
      return answer(part, Errors.NOT_LEADER_OR_FOLLOWER);
    }
    mayWait++;
    part.foundSuspended();
    return null;
  }

  private PartitionData read(FetchPart part, FetchItem item, PartitionRole role) throws IOException {
    Errors epochError = role.checkEpoch(item.currentLeaderEpoch());
    if (epochError != Errors.NONE) {
      return answer(part, epochError);
    }
    PartitionLog log = role.log();
    long offset = item.fetchOffset();
    if (item.lastFetchedEpoch() >= 0) {
      PartitionLog.EpochEnd end = log.endOfEpoch(item.lastFetchedEpoch());
      if (end.epoch() < 0 || end.endOffset() < 0) {
        return answer(part, Errors.OFFSET_OUT_OF_RANGE);
      }
      if (end.epoch() < item.lastFetchedEpoch() || end.endOffset() < offset) {
        return diverging(item, role, end.epoch(), end.endOffset());
      }
    }
    long cutTo = limits.isFollower() ? ((PartitionLeader) role).mustCutTo(limits.replicaId(), offset) : -1;
    if (cutTo >= 0 && item.logStartOffset() > cutTo) {
      // nothing that it has is left: it begins again
      return answer(part, Errors.OFFSET_OUT_OF_RANGE);
    }
    if (cutTo >= 0) {
      return diverging(item, role, Math.max(0, item.lastFetchedEpoch()), cutTo);
    }
    // the bounds before the range check: what is appended in between is seen by the next pass
    long highWatermark = role.highWatermark();
    long bound = limits.bound(role);
    part.sawUpTo(bound);
    if (offset < log.logStartOffset() || offset > log.logEndOffset()) {
      return answer(part, Errors.OFFSET_OUT_OF_RANGE);
    }
    if (offset > highWatermark && !role.leads()) {
      // this follower does not know yet that records before the offset are committed
      return answer(part, Errors.OFFSET_NOT_AVAILABLE);
    }
    if (limits.rack() != null && !limits.rack().isEmpty() && role instanceof PartitionLeader leader) {
      BrokerId closer = replication.rackAware() ? leader.closerReplica(limits.rack(), request.listener(), offset) : null;
      if (closer != null) {
        answered = true;
        return data(item, role, highWatermark, Records.EMPTY).setPreferredReadReplica(closer.value());
      }
    }
    if (limits.isFollower() && part.beginFollowerFetch()) {
      Errors refusal = ((PartitionLeader) role).onFollowerFetch(limits.replicaId(), limits.brokerEpoch(), offset, item.logStartOffset());
      if (refusal != Errors.NONE) {
        return answer(part, refusal);
      }
      highWatermark = role.highWatermark();
    }
    boolean throttled = limits.isFollower() && isThrottled((PartitionLeader) role);
    Records records = throttled ? throttledRecords(part, role, bound) : records(item, role, bound, limits.maxBytes() - bytes, bytes == 0);
    if (records.sizeBytes() == 0) {
      return null;
    }
    try {
      PartitionData answer = data(item, role, highWatermark, records);
      if (limits.readCommitted()) {
        answer.setAbortedTransactions(AbortedInSlice.of(log, offset, bound, records));
      }
      bytes += records.sizeBytes();
      throttledBytes += throttled ? records.sizeBytes() : 0;
      return answer;
    } catch (IOException | RuntimeException | Error e) {
      records.release();
      throw e;
    }
  }

  /** Followers in the ISR are never throttled: writes wait for them. */
  private boolean isThrottled(PartitionLeader leader) {
    return replication.throttles().slowsLeader(leader.id()) && !leader.inSync(limits.replicaId());
  }

  /** A batch that is larger than what the throttle allows is sent as well, so that each partition gets on. */
  private Records throttledRecords(FetchPart part, PartitionRole role, long bound) throws IOException {
    long free = replication.throttles().sending().available() - throttledBytes;
    if (free <= 0) {
      part.hold();
      return Records.EMPTY;
    }
    int room = limits.maxBytes() - bytes;
    return records(part.item(), role, bound, (int) Math.min(room, free), bytes == 0 || room > 0);
  }

  /** The follower gets what this pass has read. */
  void pay() {
    if (throttledBytes > 0) {
      replication.throttles().sending().take(throttledBytes);
    }
  }

  private Records records(FetchItem item, PartitionRole role, long bound, int maxBytes, boolean atLeastOne) throws IOException {
    int room = Math.min(maxBytes, item.maxBytes());
    if (item.fetchOffset() >= bound || room <= 0 && !atLeastOne) {
      return Records.EMPTY;
    }
    boolean cold = !role.log().isHot(item.fetchOffset());
    if (cold && mode != Mode.BLOCKING) {
      needsDisk = mode == Mode.EVENT_LOOP;
      return Records.EMPTY;
    }
    Records records = role.read(item.fetchOffset(), Math.max(room, 0), bound, atLeastOne).records();
    if (cold) {
      try {
        replication.warmer().warm(records);
      } catch (IOException | RuntimeException | Error e) {
        records.release();
        throw e;
      }
    }
    return records;
  }

  /** The answer for a partition that has no records for this fetch. */
  private PartitionData withoutRecords(FetchPart part) {
    PartitionRole role = part.role();
    if (part.error() != Errors.NONE || role == null) {
      PartitionData failure = failure(part.item().partition(), part.error());
      // a follower that is out of range begins again at the start
      return limits.isFollower() && role != null ? failure.setLogStartOffset(role.logStartOffset()) : failure;
    }
    PartitionData answer = data(part.item(), role, role.highWatermark(), Records.EMPTY);
    return limits.readCommitted() && !part.suspended() ? answer.setAbortedTransactions(new ArrayList<>(0)) : answer;
  }

  private static PartitionData data(FetchItem item, PartitionRole role, long highWatermark, Records records) {
    return new PartitionData().setPartitionIndex(item.partition()).setHighWatermark(highWatermark)
        .setLastStableOffset(role.lastStableOffset()).setLogStartOffset(role.logStartOffset()).setAbortedTransactions(null)
        .setRecords(records);
  }

  /** A follower has to cut its log. */
  private PartitionData diverging(FetchItem item, PartitionRole role, int epoch, long endOffset) {
    answered = true;
    return data(item, role, role.highWatermark(), Records.EMPTY)
        .setDivergingEpoch(new EpochEndOffset().setEpoch(epoch).setEndOffset(endOffset));
  }

  /** Records a failure, which the client gets at once. */
  private PartitionData answer(FetchPart part, Errors error) {
    answered = true;
    part.failed(error);
    return null;
  }

  /** The answer for a partition that cannot be read. */
  static PartitionData failure(int partition, Errors error) {
    return new PartitionData().setPartitionIndex(partition).setErrorCode(error.code()).setHighWatermark(UNKNOWN)
        .setAbortedTransactions(null).setRecords(Records.EMPTY);
  }

  /** Releases the records, when they were not passed to an answer. */
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
