package io.margay.mirror.internal;

import io.margay.mirror.internal.PartitionMirror.Progress;
import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.BatchCursor;
import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog.Appended;
import io.margay.spi.partition.LeaderPartition;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what the source sent for one partition into its log. On the thread of the link. */
final class MirrorAppend {
  private static final Logger LOG = LoggerFactory.getLogger(MirrorAppend.class);

  private final LinkLoop loop;
  private final MirroredPartition partition;
  private final PartitionMirror machine;
  private final LeaderPartition leader;

  MirrorAppend(LinkLoop loop, MirroredPartition partition) {
    this.loop = loop;
    this.partition = partition;
    this.machine = partition.machine;
    this.leader = partition.leader();
  }

  void take(PartitionData data) {
    Errors error = Errors.forCode(data.errorCode());
    if (error != Errors.NONE) {
      if (machine.onRefused(error, loop.nowMs())) {
        loop.refresh();
      }
      return;
    }
    Records records = data.records();
    ByteBuf bytes = records == null ? null : records.bufferOrNull();
    try {
      Progress progress = Progress.NONE;
      if (bytes != null && bytes.isReadable()) {
        long maxTimestampMs = maxTimestamp(bytes);
        long sizeBytes = bytes.readableBytes();
        Appended appended = append(bytes);
        if (appended.error() != Errors.NONE) {
          failed(appended);
          return;
        }
        progress = new Progress(Math.max(0, appended.nextOffset() - partition.sentOffset), sizeBytes, maxTimestampMs);
      }
      machine.onFetched(data.highWatermark(), data.logStartOffset(), progress, loop.clockMs());
      followStart(data.logStartOffset());
    } catch (LogSuspendedException e) {
      machine.pause(loop.nowMs());
    } catch (IOException e) {
      machine.onError("the log cannot be written: " + e.getMessage(), loop.nowMs());
    }
  }

  private Appended append(ByteBuf bytes) throws IOException {
    Appended appended = leader.appendMirrored(bytes, partition.sentOffset, partition.sourceText());
    boolean empty = leader.logStartOffset() == leader.logEndOffset() && leader.logEndOffset() == partition.sentOffset;
    if (appended.error() == Errors.OFFSET_OUT_OF_RANGE && empty) {
      // the source's log starts inside of a batch, which is taken as a whole
      long base = bytes.getLong(bytes.readerIndex());
      if (base >= 0 && base < partition.sentOffset && leader.endMirrorAt(base, partition.sourceText())) {
        return leader.appendMirrored(bytes, base, partition.sourceText());
      }
    }
    return appended;
  }

  private static long maxTimestamp(ByteBuf bytes) {
    long latest = -1;
    BatchCursor cursor = new BatchCursor().wrap(bytes, bytes.readerIndex(), bytes.readableBytes());
    try {
      while (cursor.next()) {
        latest = Math.max(latest, cursor.batch().maxTimestamp());
      }
    } catch (io.margay.protocol.record.InvalidRecordBatchException e) {
      // the append will say what is wrong
      return latest;
    }
    return latest;
  }

  private void failed(Appended appended) {
    if (appended == Appended.SUSPENDED || appended.error() == Errors.NOT_LEADER_OR_FOLLOWER
        || appended.error() == Errors.POLICY_VIOLATION) {
      // it goes on later, or the assignment ends: an image that tells is on its way
      machine.pause(loop.nowMs());
      return;
    }
    switch (appended.error()) {
      case OFFSET_OUT_OF_RANGE -> {
        if (leader.logEndOffset() == partition.sentOffset) {
          stop(State.DIVERGED, "the source sent other batches than were asked for: " + appended.message());
        }
      }
      case UNSUPPORTED_FOR_MESSAGE_FORMAT -> stop(State.STOPPED, "the source has batches of an old format: " + appended.message());
      default -> {
        String what = appended.error() + ": " + appended.message();
        if (!what.equals(machine.problem())) {
          LOG.error("Records of a source cannot be appended; they are fetched again link={} partition={} errorCode={} cause={}",
              loop.config().name(), partition, appended.error(), appended.message());
        }
        machine.onError(what, loop.nowMs());
      }
    }
  }

  private void stop(State state, String why) {
    machine.stop(state, why);
    LOG.error("A mirror has stopped link={} partition={} state={} cause={}", loop.config().name(), partition, state, why);
  }

  private void followStart(long sourceStart) throws IOException {
    if (Math.min(sourceStart, leader.highWatermark()) > leader.logStartOffset()) {
      leader.advanceMirrorStart(sourceStart, partition.sourceText());
    }
  }
}
