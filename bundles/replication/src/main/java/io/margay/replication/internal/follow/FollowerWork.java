package io.margay.replication.internal.follow;

import io.margay.spi.log.LogSuspendedException;
import io.margay.spi.log.PartitionLog;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a follower does to its log that may wait for a disk: its epoch begins, its end is cut, its start moves. One task after another
 * for each leader, on a thread that may block. A partition resumes when its work is done, and pauses when that failed.
 */
final class FollowerWork {
  private static final Logger LOG = LoggerFactory.getLogger(FollowerWork.class);
  private static final long REFUSED_MS = 50;

  @FunctionalInterface
  private interface Action {
    void run() throws IOException;
  }

  private final FollowerPorts ports;
  private final Consumer<FetchedPartition> resume;
  private final Consumer<FetchedPartition> pause;
  /** At most a few for each partition. */
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private boolean running;
  private boolean closed;

  FollowerWork(FollowerPorts ports, Consumer<FetchedPartition> resume, Consumer<FetchedPartition> pause) {
    this.ports = ports;
    this.resume = resume;
    this.pause = pause;
  }

  /** The followership begins: from here on the log refuses earlier leaders. */
  void begin(FetchedPartition partition) {
    then(partition, "follow a leader", () -> partition.log().followEpoch(partition.follower.leaderEpoch()));
  }

  /** The leader's log differs from this one: cuts what it does not have (KIP-595). */
  void truncate(FetchedPartition partition, int leaderEpoch, long leaderEnd) {
    then(partition, "cut what the leader does not have", () -> {
      PartitionLog log = partition.log();
      PartitionLog.EpochEnd own = log.endOfEpoch(leaderEpoch);
      long end = own.endOffset() < 0 ? leaderEnd : Math.min(own.endOffset(), leaderEnd);
      LOG.info("The leader's log differs, the end is cut topic={} partition={} leaderEpoch={} from={} to={} highWatermark={}",
          partition.follower.id().topic(), partition.follower.id().partition(), partition.follower.leaderEpoch(), log.logEndOffset(),
          end, log.highWatermark());
      log.truncateTo(end, partition.follower.leaderEpoch());
    });
  }

  /** The leader has nothing at this log's end: begins again at the leader's start. */
  void startAt(FetchedPartition partition, long start) {
    then(partition, "begin at the leader's start", () -> {
      LOG.warn("The leader's log does not have the end of this one, which begins again topic={} partition={} endOffset={} leaderStart={}",
          partition.follower.id().topic(), partition.follower.id().partition(), partition.log().logEndOffset(), start);
      partition.log().truncateFullyAndStartAt(start, partition.follower.leaderEpoch());
    });
  }

  /** The leader's log starts inside of a batch, which is taken as a whole. @param batches a copy on the heap */
  void beginInsideBatch(FetchedPartition partition, ByteBuf batches, long leaderStart) {
    then(partition, "begin inside of a batch", () -> {
      PartitionLog log = partition.log();
      long base = batches.getLong(batches.readerIndex());
      if (log.truncateFullyAndStartAt(base, partition.follower.leaderEpoch())) {
        log.appendAsFollower(batches, partition.follower.leaderEpoch(), base);
        log.setHighWatermark(Math.min(leaderStart, log.logEndOffset()));
        log.advanceStart(Math.min(leaderStart, log.highWatermark()));
      }
    });
  }

  /** Tells the leader only what is on stable storage. */
  void flush(FetchedPartition partition) {
    partition.log().requestFlush(() -> {
      if (FollowerAppend.mustFlush(partition)) {
        pause.accept(partition);
      } else {
        resume.accept(partition);
      }
    });
  }

  /** Follows the start of the leader's log, while fetching goes on. @param then runs when the start has moved */
  void maybeAdvanceStart(FetchedPartition partition, long leaderStart, Runnable then) {
    PartitionLog log = partition.log();
    if (partition.startMoves || Math.min(leaderStart, log.highWatermark()) <= log.logStartOffset()) {
      return;
    }
    partition.startMoves = true;
    submit(() -> {
      try {
        log.advanceStart(Math.min(leaderStart, log.highWatermark()));
      } catch (IOException | RuntimeException e) {
        LOG.debug("The start of a log could not be advanced partition={}", partition.follower.id(), e);
      } finally {
        partition.startMoves = false;
      }
      then.run();
    });
  }

  private void then(FetchedPartition partition, String what, Action action) {
    submit(() -> {
      boolean done = false;
      try {
        if (!partition.follower.ended()) {
          action.run();
          done = true;
        }
      } catch (LogSuspendedException e) {
        LOG.debug("A log waits for its engine partition={}", partition.follower.id(), e);
      } catch (IllegalArgumentException e) {
        LOG.debug("A followership has ended meanwhile partition={}", partition.follower.id(), e);
      } catch (IOException | RuntimeException e) {
        LOG.error("A follower could not {}; it tries again topic={} partition={}", what, partition.follower.id().topic(),
            partition.follower.id().partition(), e);
      }
      (done ? resume : pause).accept(partition);
    });
  }

  private void submit(Runnable task) {
    synchronized (this) {
      if (closed) {
        return;
      }
      tasks.add(task);
      if (running) {
        return;
      }
      running = true;
    }
    start();
  }

  /** What has not begun is dropped: its fetcher has ended. */
  synchronized void close() {
    closed = true;
    tasks.clear();
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private void start() {
    if (isClosed()) {
      return;
    }
    if (!ports.blocking().apply(this::run)) {
      ports.time().scheduler().after(REFUSED_MS, this::start);
    }
  }

  private void run() {
    for (;;) {
      Runnable task;
      synchronized (this) {
        task = tasks.poll();
        if (task == null) {
          running = false;
          return;
        }
      }
      task.run();
    }
  }
}
