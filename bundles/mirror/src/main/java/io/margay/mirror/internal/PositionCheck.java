package io.margay.mirror.internal;

import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.mirror.internal.PartitionMirror.Step;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchRequest.FetchPartition;
import io.margay.protocol.message.FetchRequest.FetchTopic;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.margay.protocol.message.ListOffsetsResponse;
import io.margay.protocol.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.log.LogSuspendedException;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One look at whether a mirror can go on where it ends: first and last offset of the source, and whether the last batch is the same on
 * both sides. A chain of requests over the fetcher's connection; every way out of it ends in {@link SourceFetcher#checked}.
 */
final class PositionCheck {
  private static final Logger LOG = LoggerFactory.getLogger(PositionCheck.class);
  private static final long EARLIEST = -2;
  private static final long LATEST = -1;
  private static final int TIMEOUT_MS = 30_000;

  private final SourceFetcher fetcher;
  private final MirroredPartition partition;
  private final PartitionMirror machine;
  private final LinkLoop loop;
  private final RemoteConnection connection;
  private long start;
  private long end;

  PositionCheck(SourceFetcher fetcher, MirroredPartition partition) {
    this.fetcher = fetcher;
    this.partition = partition;
    this.machine = partition.machine;
    this.loop = fetcher.loop();
    this.connection = fetcher.connection();
  }

  void begin() {
    offset(EARLIEST, first -> {
      start = first;
      offset(LATEST, last -> {
        end = last;
        long wanted = loop.config().topics().start();
        if (partition.leader().logEndOffset() > 0 || wanted == EARLIEST) {
          bounded(start);
        } else if (wanted == LATEST) {
          bounded(end);
        } else {
          // no record is that young: it begins at the end
          offset(wanted, at -> bounded(at < 0 ? end : Math.max(start, at)));
        }
      });
    });
  }

  private void bounded(long begin) {
    long before = machine.skipped();
    Step step = machine.onBounds(start, end, partition.leader().logStartOffset(), partition.leader().logEndOffset(), begin, loop.nowMs());
    if (machine.skipped() > before) {
      LOG.warn("The source has deleted records before they were mirrored link={} partition={} fromOffset={} toOffset={}",
          loop.config().name(), partition, partition.leader().logEndOffset(), start);
    }
    switch (step) {
      case RESTART -> restart();
      case COMPARE_LAST -> compare();
      case CUT -> cut();
      default -> ended();
    }
  }

  private void restart() {
    try {
      if (partition.leader().endMirrorAt(machine.restartAt(), partition.sourceText())) {
        LOG.info("A mirror begins link={} partition={} offset={}", loop.config().name(), partition, machine.restartAt());
        machine.onRestarted();
      } else {
        machine.pause(loop.nowMs());
      }
    } catch (LogSuspendedException e) {
      machine.pause(loop.nowMs());
    } catch (IOException e) {
      machine.onError("the log cannot be begun again: " + e.getMessage(), loop.nowMs());
    }
    ended();
  }

  private void compare() {
    if (partition.assignment().compacted()) {
      machine.onCompared(null);
      ended();
      return;
    }
    LastBatch mine;
    try {
      mine = LastBatch.of(partition.leader());
    } catch (LogSuspendedException e) {
      machine.pause(loop.nowMs());
      ended();
      return;
    } catch (IOException | RuntimeException e) {
      machine.onError("the last batch cannot be read: " + e.getMessage(), loop.nowMs());
      ended();
      return;
    }
    batch(partition.leader().logEndOffset() - 1, theirs -> {
      if (theirs == null) {
        machine.onError("the source does not send the batch at offset " + (mine.nextOffset() - 1), loop.nowMs());
        ended();
      } else if (machine.onCompared(mine.difference(theirs)) == Step.CUT) {
        cut();
      } else {
        ended();
      }
    });
  }

  /** Cuts what the source does not have: looks for the first difference, by halves, since logs that differ once differ from there on. */
  private void cut() {
    if (partition.assignment().compacted()) {
      // compaction has rewritten batches on both sides: they cannot be compared
      cutTo(Math.min(end, partition.leader().logEndOffset()));
      return;
    }
    long from = Math.max(start, partition.leader().logStartOffset());
    search(Math.min(from, partition.leader().logEndOffset()), Math.min(end, partition.leader().logEndOffset()));
  }

  /** @param same up to there both have the same @param other from there on they differ */
  private void search(long same, long other) {
    if (same >= other) {
      cutTo(same);
      return;
    }
    long middle = same + (other - same) / 2;
    LastBatch mine;
    try {
      mine = LastBatch.at(partition.leader(), middle);
    } catch (IOException | RuntimeException e) {
      machine.onError("the batch at offset " + middle + " cannot be read: " + e.getMessage(), loop.nowMs());
      ended();
      return;
    }
    batch(middle, theirs -> {
      if (mine != null && mine.equals(theirs)) {
        search(mine.nextOffset(), other);
      } else {
        search(same, mine == null ? middle : Math.min(middle, Math.max(same, mine.baseOffset())));
      }
    });
  }

  private void cutTo(long offset) {
    long before = partition.leader().logEndOffset();
    try {
      if (partition.leader().endMirrorAt(offset, partition.sourceText())) {
        LOG.warn("A mirror that had diverged was cut link={} partition={} fromOffset={} toOffset={} cause={}", loop.config().name(), partition,
            offset, before, machine.problem());
        machine.onCut();
      } else {
        machine.pause(loop.nowMs());
      }
    } catch (IOException e) {
      machine.onError("the log cannot be cut: " + e.getMessage(), loop.nowMs());
    }
    ended();
  }

  /** Asks the source for the batch with an offset, or the next one. @param then gets null when there is none */
  private void batch(long offset, Consumer<LastBatch> then) {
    MirrorSource source = partition.assignment().source();
    short version = source.fetchVersion(connection.version(FetchRequest.API));
    FetchTopic topic = version >= SourceFetcher.FIRST_WITH_TOPIC_IDS ? new FetchTopic().setTopicId(source.topicId())
        : new FetchTopic().setTopic(source.topic());
    topic.setPartitions(List.of(new FetchPartition().setPartition(partition.assignment().target().partition()).setCurrentLeaderEpoch(-1)
        .setFetchOffset(offset).setPartitionMaxBytes(1)));
    FetchRequest request = new FetchRequest().setReplicaId(-1).setMaxWaitMs(0).setMinBytes(1).setMaxBytes(1).setSessionId(0)
        .setSessionEpoch(-1).setTopics(List.of(topic));
    send(FetchRequest.API, version, request, new FetchResponse(), answer -> batch(answer, then));
  }

  private void batch(FetchResponse answer, Consumer<LastBatch> then) {
    FetchResponse.PartitionData data = answer.responses().isEmpty() || answer.responses().get(0).partitions().isEmpty() ? null
        : answer.responses().get(0).partitions().get(0);
    Errors error = Errors.forCode(data == null ? answer.errorCode() : data.errorCode());
    if (error != Errors.NONE) {
      refused(error);
    } else {
      then.accept(data == null || data.records() == null ? null : LastBatch.of(data.records().bufferOrNull()));
    }
  }

  private void refused(Errors error) {
    machine.onError("the source answers " + error, loop.nowMs());
    loop.refresh();
    ended();
  }

  private void ended() {
    if (machine.state() == State.DIVERGED) {
      LOG.error("A mirror has diverged from its source, and is left as it is link={} partition={} cause={}", loop.config().name(),
          partition, machine.problem());
    }
    fetcher.checked(partition);
  }

  private void offset(long timestamp, LongConsumer then) {
    short version = connection.version(ListOffsetsRequest.API);
    MirrorSource source = partition.assignment().source();
    ListOffsetsRequest request = new ListOffsetsRequest().setReplicaId(-1).setIsolationLevel((byte) 0)
        .setTopics(List.of(new ListOffsetsTopic().setName(source.topic()).setPartitions(List.of(new ListOffsetsPartition()
            .setPartitionIndex(partition.assignment().target().partition()).setCurrentLeaderEpoch(-1).setTimestamp(timestamp)))));
    send(ListOffsetsRequest.API, version, request, new ListOffsetsResponse(), answer -> {
      ListOffsetsPartitionResponse found = answer.topics().isEmpty() || answer.topics().get(0).partitions().isEmpty() ? null
          : answer.topics().get(0).partitions().get(0);
      Errors error = found == null ? Errors.UNKNOWN_SERVER_ERROR : Errors.forCode(found.errorCode());
      if (error != Errors.NONE) {
        refused(error);
      } else {
        then.accept(found.offset());
      }
    });
  }

  private <R extends Message> void send(Api api, short version, Message request, R response, Consumer<R> then) {
    if (version < 0) {
      machine.stop(State.STOPPED, "the source serves no known version of " + api.name());
      ended();
      return;
    }
    connection.send(api, version, request, response, TIMEOUT_MS).whenComplete((reply, failure) -> {
      if (!loop.run(() -> answered(reply, failure, then)) && reply != null) {
        reply.close();
      }
    });
  }

  private <R extends Message> void answered(RemoteConnection.Reply<R> reply, Throwable failure, Consumer<R> then) {
    if (failure != null) {
      machine.onError("the connection to the source is lost: " + failure.getMessage(), loop.nowMs());
      ended();
      return;
    }
    try (reply) {
      then.accept(reply.message());
    }
  }
}
