package io.margay.mirror.internal;

import io.margay.metadata.TopicImage;
import io.margay.mirror.internal.PartitionMirror.State;
import io.margay.model.Clock;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchResponse.PartitionData;
import io.margay.protocol.record.CompressionType;
import io.margay.protocol.record.InvalidRecordBatchException;
import io.margay.protocol.record.Record;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.mirror.MirrorLinks.Progress;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.partitioner.PartitionerRecord;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of the source whose committed records are partitioned again and written to a topic here, in order. Each step is a
 * transaction that holds the records and the next position, so a record is written once, whatever fails in between. Owned by one thread;
 * what is shown is for all.
 *
 * <pre>
 *   CHECKING --session begun, position known--> MIRRORING --records written--> MIRRORING
 *      ^                                            |
 *      +----------- pause over ---- WAITING <-------+ any error; no partitioner (also from CHECKING)
 *   CHECKING --position beyond the source's end, or lost--> STOPPED --another position was stored, or the topic is new--> CHECKING
 * </pre>
 *
 * The source is asked where its partition starts and ends when there is no position, or a fetch was out of its range.
 */
final class Lane {
  /** Size of the records of one transaction, not compressed, but for the rest of the last batch. */
  static final int STEP_BYTES = 8 << 20;
  /** The stored position of an idle lane is written again after this, so that it does not expire. */
  static final long REFRESH_MS = 600_000;
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
  private static final long FIRST_PAUSE_MS = 100;
  private static final long PAUSE_MS_MAX = 5_000;
  private static final int BATCH_BYTES = 256 << 10;
  private static final long DECOMPRESSED_BYTES_MAX = 64 << 20;

  /**
   * First offset of a partition of the source, and the exclusive end of what is committed.
   */
  record Bounds(long start, long end) { }

  /** Asks the source. */
  interface Source {
    Bounds bounds(LaneId lane) throws IOException, InterruptedException;

    /** Where a new link begins, within the bounds. */
    long begin(LaneId lane, Bounds bounds) throws IOException, InterruptedException;
  }

  /** What a step has to write. */
  record Step(TreeMap<Integer, ArrayDeque<ByteBuf>> batches, long next, int records, long sizeBytes, long maxTimestampMs) { }

  private final LaneId id;
  private final LaneTarget target;
  private final PartitionChoice choice;
  private final Supplier<TopicImage> topic;
  private final Clock clock;
  private final CommittedRecords reader = new CommittedRecords(DECOMPRESSED_BYTES_MAX);
  private LaneTarget.Session session;
  private State state = State.CHECKING;
  private String problem;
  private long resumeAtMs;
  private int failures;
  private int shorter;
  /** Whether the source has refused the position as out of its range. */
  private boolean outside;
  private long position = -1;
  private long writtenAtMs;
  private long sourceEnd = -1;
  private long errors;
  private long skipped;
  private long lastProgressMs = -1;
  private long lastTimestampMs = -1;
  private volatile MirroredPartition.Shown shown;

  /** @param topic the topic here as it is now; null when it is gone */
  Lane(LaneId id, LaneTarget target, PartitionChoice choice, Supplier<TopicImage> topic, Clock clock) {
    this.id = id;
    this.target = target;
    this.choice = choice;
    this.topic = topic;
    this.clock = clock;
    show();
  }

  LaneId id() {
    return id;
  }

  State state() {
    return state;
  }

  /** The next offset to fetch. */
  long position() {
    return position;
  }

  private long nowMs() {
    return clock.nanos() / 1_000_000;
  }

  /** What {@link #show} showed last. */
  MirroredPartition.Shown shown() {
    return shown;
  }

  /** Gets ready to fetch, if it is not and its pause is over. */
  void prepare(Source source) throws InterruptedException {
    if (state == State.WAITING && nowMs() >= resumeAtMs) {
      state = State.CHECKING;
    }
    if (state == State.STOPPED && nowMs() >= resumeAtMs) {
      lookAgain();
    }
    if (state != State.CHECKING || !mayChoose()) {
      return;
    }
    try {
      if (session == null) {
        session = target.begin(id);
        position = session.position();
      }
      check(source);
    } catch (IOException e) {
      failed(e.getMessage());
    }
  }

  private boolean mayChoose() {
    try (ServiceHolder.Lease<Partitioner> lease = choice.lease()) {
      if (lease == null) {
        pause(choice.missing());
      }
      return lease != null;
    }
  }

  /** Somebody may have stored another position, or made another topic, as the problem says. */
  private void lookAgain() throws InterruptedException {
    resumeAtMs = nowMs() + PAUSE_MS_MAX;
    try {
      long stored = target.position(id);
      if (stored >= 0 ? stored != position : target.isNew(id)) {
        LOG.info("A partition of a source is mirrored again link={} partition={} position={}", id.source().link(), id, stored);
        state = State.CHECKING;
        shorter = 0;
      }
    } catch (IOException e) {
      LOG.debug("It is not known whether a partition can go on link={} partition={}", id.source().link(), id, e);
    }
  }

  private void check(Source source) throws IOException, InterruptedException {
    if (position < 0 || outside) {
      Bounds bounds = source.bounds(id);
      sourceEnd = bounds.end();
      if (position < 0 ? !begun(source, bounds) : !within(bounds)) {
        return;
      }
    }
    outside = false;
    shorter = 0;
    state = State.MIRRORING;
    problem = null;
  }

  private boolean begun(Source source, Bounds bounds) throws IOException, InterruptedException {
    if (!target.isNew(id)) {
      stop("its position at the source is lost, since no offset is stored in the group " + id.name() + ": commit one for partition 0 of topic "
          + id.target() + ", or delete that topic");
      return false;
    }
    writeTo(new TreeMap<>(), source.begin(id, bounds));
    return true;
  }

  private boolean within(Bounds bounds) {
    if (position > bounds.end()) {
      if (++shorter < PartitionMirror.CONFIRMATIONS) {
        pause("the source ends at " + bounds.end() + ", before the position " + position + "; it is asked again");
      } else {
        stop("the source ends at " + bounds.end() + ", before the position " + position + ": it does not have records that are here; commit "
            + "another offset in the group " + id.name() + " for partition 0 of topic " + id.target() + ", or delete that topic");
      }
      return false;
    }
    if (position < bounds.start()) {
      LOG.warn("The source has deleted records before they were mirrored link={} partition={} fromOffset={} toOffset={}", id.source().link(), id,
          position, bounds.start());
      skipped += bounds.start() - position;
      position = bounds.start();
    }
    return true;
  }

  /**
   * Sorts what the source sent, without waiting for anything.
   *
   * @return what to write; null when there is nothing, or something is wrong
   */
  Step sort(PartitionData data) {
    Errors error = Errors.forCode(data.errorCode());
    if (error != Errors.NONE) {
      if (error == Errors.OFFSET_OUT_OF_RANGE) {
        outside = true;
        state = State.CHECKING;
      } else {
        failed("the source answers " + error);
      }
      return null;
    }
    sourceEnd = Math.max(data.highWatermark(), position);
    TopicImage image = topic.get();
    try (ServiceHolder.Lease<Partitioner> lease = choice.lease()) {
      if (lease == null) {
        pause(choice.missing());
        return null;
      }
      if (image == null) {
        pause("topic " + id.target() + " is gone");
        return null;
      }
      return sorted(data, image, lease);
    } catch (InvalidRecordBatchException e) {
      failed("the source sent records that cannot be read: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      failed("the partitioner fails: " + e.getMessage());
    }
    return null;
  }

  private Step sorted(PartitionData data, TopicImage image, ServiceHolder.Lease<Partitioner> lease) {
    try (LaneBatches batches = new LaneBatches(session, BATCH_BYTES)) {
      long next = reader.read(data, position, new CommittedRecords.Sink() {
        @Override
        public void take(Record record, CompressionType compression) {
          batches.add(choice.partition(lease, image, new PartitionerRecord(id.target(), record.keyBytes(), record.valueBytes(),
              record.headers())), record, compression);
        }

        @Override
        public boolean isFull() {
          return batches.sizeBytes() >= STEP_BYTES;
        }
      });
      return next == position ? null : new Step(batches.build(), next, batches.records(), batches.sizeBytes(), batches.maxTimestampMs());
    }
  }

  /** Writes a step, or stores the position again when that is due. @param step may be null */
  void write(Step step) throws InterruptedException {
    if (state != State.MIRRORING) {
      return;
    }
    try {
      if (step != null && step.records() > 0) {
        writeTo(step.batches(), step.next());
        lastProgressMs = clock.millis();
        lastTimestampMs = step.maxTimestampMs();
      } else if (step != null) {
        // markers, and what was aborted: looked at again after a restart
        position = step.next();
      } else if (nowMs() - writtenAtMs >= REFRESH_MS) {
        writeTo(new TreeMap<>(), position);
      }
      failures = 0;
      problem = null;
    } catch (IOException e) {
      failed(e.getMessage());
    }
  }

  private void writeTo(TreeMap<Integer, ArrayDeque<ByteBuf>> batches, long next) throws IOException, InterruptedException {
    target.write(id, session, batches, next);
    position = next;
    writtenAtMs = nowMs();
  }

  /** It is not known what was written: the next session says it. */
  private void failed(String what) {
    session = null;
    errors++;
    pause(what);
    resumeAtMs = nowMs() + Math.min(FIRST_PAUSE_MS << Math.min(failures++, 10), PAUSE_MS_MAX);
  }

  private void pause(String why) {
    if (!why.equals(problem)) {
      LOG.warn("A partition of a source waits link={} partition={} cause={}", id.source().link(), id, why);
    }
    state = State.WAITING;
    problem = why;
    resumeAtMs = nowMs() + FIRST_PAUSE_MS * 2;
  }

  private void stop(String why) {
    state = State.STOPPED;
    problem = why;
    session = null;
    outside = true;
    resumeAtMs = nowMs() + PAUSE_MS_MAX;
    LOG.error("A partition of a source is not mirrored any more link={} partition={} cause={}", id.source().link(), id, why);
  }

  /** Lets others see its state. */
  void show() {
    long lag = sourceEnd < 0 ? -1 : sourceEnd <= position ? 0 : lastTimestampMs < 0 ? -1 : Math.max(0, clock.millis() - lastTimestampMs);
    shown = new MirroredPartition.Shown(state, problem, new Progress(position, sourceEnd, lag, lastProgressMs, -1, errors, skipped));
  }
}
