package io.margay.log.internal;

import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.config.SettingValues;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves logs that are in a different engine than the one that their settings name. It moves one after the other, on one thread that
 * ends when there is nothing to do. A move whose engine is absent waits for it; one that fails is tried again.
 */
final class LogMover {
  private static final Logger LOG = LoggerFactory.getLogger(LogMover.class);
  private static final long RETRY_MS = 10_000;
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Function<String, EngineSlot> slots;
  private final EngineCatalog catalog;
  private final SettingValues settings;
  private final Scheduler scheduler;
  private final ExecutorService thread;
  /** Logs whose move waits, and for what. Informational, and used by {@link #engineCame}; decisions are made from the settings. */
  private final Map<TopicIdPartition, Waiting> waiting = new ConcurrentHashMap<>();
  /** Set under the monitor, so that a log that is closed is either not moved or has its move abandoned. */
  private volatile LogMove running;
  private volatile boolean closed;

  private record Waiting(SegmentedPartitionLog log, String what) { }

  LogMover(Function<String, EngineSlot> slots, EngineCatalog catalog, SettingValues settings, Scheduler scheduler, ExecutorService thread) {
    this.thread = thread;
    this.slots = slots;
    this.catalog = catalog;
    this.settings = settings;
    this.scheduler = scheduler;
  }

  /** A log has new settings: moves it to the engine that they name unless it is there. Does not block. */
  void configured(SegmentedPartitionLog log) {
    if (isToMove(log)) {
      waiting.put(log.id(), new Waiting(log, "its turn"));
      Housekeeping.submit(thread, () -> move(log));
    }
  }

  private static boolean isToMove(SegmentedPartitionLog log) {
    return !log.availability().gone() && !log.config().engine().equals(log.engine());
  }

  /** An engine came: moves that waited for it are tried again. */
  void engineCame(String name) {
    for (Waiting each : waiting.values()) {
      if (each.log.config().engine().equals(name) || each.log.engine().equals(name)) {
        configured(each.log);
      }
    }
  }

  private void move(SegmentedPartitionLog log) {
    waiting.remove(log.id());
    if (closed || !isToMove(log)) {
      return;
    }
    EngineSlot from = slots.apply(log.engine());
    EngineSlot to = slots.apply(log.config().engine());
    if (to.holder().peek() == null) {
      await(log, to, "the storage engine " + to.name() + ", which is not installed");
    } else if (from.holder().peek() == null) {
      await(log, from, "the storage engine " + from.name() + ", which is not there");
    } else {
      move(log, from, to);
    }
  }

  private void await(SegmentedPartitionLog log, EngineSlot slot, String what) {
    waiting.put(log.id(), new Waiting(log, what));
    if (slot.holder().peek() != null) {
      // the engine came between the check and the entry
      configured(log);
    }
  }

  private void move(SegmentedPartitionLog log, EngineSlot from, EngineSlot to) {
    LogMove move = new LogMove(log, from, to, catalog, this::pause);
    synchronized (this) {
      if (closed || log.availability().gone()) {
        return;
      }
      running = move;
    }
    LOG.info("Moving a log partition={} from={} to={} bytes={}", log.id(), from.name(), to.name(), log.sizeBytes());
    long began = System.nanoTime();
    try {
      if (move.run()) {
        LOG.info("Moved a log partition={} from={} to={} bytes={} ms={}", log.id(), from.name(), to.name(), log.sizeBytes(),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
      } else {
        LOG.info("The move of a log was abandoned partition={} from={} to={}", log.id(), from.name(), to.name());
        retry(log, "another attempt");
      }
    } catch (IOException e) {
      LOG.warn("A log could not be moved and stays where it is; tried again partition={} from={} to={} afterMs={}", log.id(),
          from.name(), to.name(), RETRY_MS, e);
      retry(log, "another attempt, after " + e.getMessage());
    } finally {
      running = null;
    }
  }

  private void retry(SegmentedPartitionLog log, String why) {
    if (!closed && isToMove(log)) {
      waiting.put(log.id(), new Waiting(log, why));
      scheduler.after(RETRY_MS, () -> Housekeeping.submit(thread, () -> move(log)));
    }
  }

  /** On the mover's thread: waits, so that the disks are available to others. */
  private void pause(int bytes) {
    long limit = settings.get(LogManagerSettings.MARGAY_STORAGE_MOVE_MAX_BYTES_PER_SECOND);
    long until = System.nanoTime() + (long) ((double) bytes / limit * TimeUnit.SECONDS.toNanos(1));
    for (long left = until - System.nanoTime(); left > 0 && !closed; left = until - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, MAX_PAUSE_NANOS));
    }
  }

  /** What a log waits for before it is moved; null when it is being moved, or does not need to be. */
  String waitsFor(TopicIdPartition id) {
    Waiting now = waiting.get(id);
    return now == null ? null : now.what;
  }

  /** Exclusive end of the part of a log that is copied; -1 when it is not being moved now. */
  long copiedTo(TopicIdPartition id) {
    LogMove move = running;
    return move != null && move.id().equals(id) ? move.copiedTo() : -1;
  }

  /** The log is closed and will be deleted: when this returns, no move writes to it any more. */
  void cancel(TopicIdPartition id) {
    LogMove move;
    synchronized (this) {
      waiting.remove(id);
      move = running;
    }
    if (move != null && move.id().equals(id)) {
      move.abandon();
    }
  }

  /** Abandons the move in progress and waits for its end, for a bounded time. */
  void close() {
    LogMove move;
    synchronized (this) {
      closed = true;
      move = running;
    }
    if (move != null) {
      move.abandon();
    }
    Housekeeping.shutdown(thread);
  }
}
