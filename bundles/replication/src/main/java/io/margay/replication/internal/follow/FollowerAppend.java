package io.margay.replication.internal.follow;

import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.RecordBatchFormat;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.log.PartitionLog.Appended;
import io.netty.buffer.ByteBuf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what a leader sent into the log of a follower. */
final class FollowerAppend {
  private static final Logger LOG = LoggerFactory.getLogger(FollowerAppend.class);

  /** What became of it. */
  enum Outcome {
    /** The log has it, or there was nothing. */
    APPENDED,
    /** The log ends elsewhere than when it was asked for: it is asked for again. */
    ELSEWHERE,
    /** The log is empty and begins inside of the first batch. */
    INSIDE_A_BATCH,
    /** The log cannot take it now. */
    FAILED
  }

  private FollowerAppend() { }

  static Outcome take(FetchedPartition partition, PartitionData data) {
    Records records = data.records();
    ByteBuf bytes = records == null ? null : records.bufferOrNull();
    if (bytes != null && bytes.isReadable()) {
      Appended appended = partition.log().appendAsFollower(bytes, partition.follower.leaderEpoch(), partition.sentOffset);
      if (appended.error() == Errors.OFFSET_OUT_OF_RANGE) {
        return beginsInside(partition, bytes) ? Outcome.INSIDE_A_BATCH : Outcome.ELSEWHERE;
      }
      if (appended.error() != Errors.NONE) {
        return failed(partition, appended);
      }
    }
    partition.follower.committed(data.highWatermark());
    return Outcome.APPENDED;
  }

  private static boolean beginsInside(FetchedPartition partition, ByteBuf bytes) {
    PartitionLog log = partition.log();
    long end = log.logEndOffset();
    return end == partition.sentOffset && end == log.logStartOffset() && bytes.readableBytes() >= RecordBatchFormat.HEADER_SIZE
        && bytes.getLong(bytes.readerIndex()) < end;
  }

  private static Outcome failed(FetchedPartition partition, Appended appended) {
    if (appended == Appended.SUSPENDED || appended.error() == Errors.NOT_LEADER_OR_FOLLOWER
        || appended.error() == Errors.KAFKA_STORAGE_ERROR) {
      LOG.debug("Fetched records were not appended partition={} errorCode={} cause={}", partition.follower.id(), appended.error(),
          appended.message());
    } else {
      LOG.error("Fetched records cannot be appended; they will be fetched again partition={} leader={} errorCode={} cause={}",
          partition.follower.id(), partition.follower.leader(), appended.error(), appended.message());
    }
    return Outcome.FAILED;
  }

  /** Whether it may only tell its leader of what it has when that is on stable storage. */
  static boolean mustFlush(FetchedPartition partition) {
    PartitionLog log = partition.log();
    return log.config().flushing().onAck() && log.flushedOffset() < log.logEndOffset();
  }
}
