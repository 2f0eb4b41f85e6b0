package io.margay.log.internal;

import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.config.SettingValues;
import io.margay.spi.storage.MultiPlaceEngine;
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
 * Moves logs that are in a different engine than the one that their settings name, or in a different place than the one that was
 * asked for. It moves one after the other, on one thread that ends when there is nothing to do. A move whose engine is absent
 * waits for it; one that fails is tried again. A move to another place that a crash has interrupted begins again.
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
  /** The places that logs shall be moved to, within their engines. */
  private final Map<TopicIdPartition, String> places = new ConcurrentHashMap<>();
  /** Held while a wish is put on the disk, and while a move takes it up from there. */
  private final Object wishes = new Object();
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

  /** A log was opened: takes up a move to another place that an earlier process has begun. Does not block. */
  void opened(SegmentedPartitionLog log) {
    if (slots.apply(log.engine()).holder().peek() instanceof MultiPlaceEngine engine) {
      String place = engine.copyPlaceOf(log.id());
      if (place != null) {
        places.putIfAbsent(log.id(), place);
      }
    }
    configured(log);
  }

  /**
   * Moves a log to another place of its engine, which is known to have it. A move to yet another place ends; one to the place where
   * the log is only does that. When this returns, the wish is on the disk. Waits for a step of a move of this log.
   */
  void moveTo(SegmentedPartitionLog log, String place, MultiPlaceEngine engine) throws IOException {
    TopicIdPartition id = log.id();
    boolean there = place.equals(engine.placeOf(id));
    String former = there ? places.remove(id) : places.put(id, place);
    if (place.equals(former) || there && former == null) {
      return;
    }
    LogMove move = running;
    if (move != null && move.id().equals(id)) {
      move.abandon();
    }
    if (there && !place.equals(engine.placeOf(id))) {
      // the move came to its end before it could be cancelled
      moveTo(log, place, engine);
      return;
    }
    try {
      synchronized (wishes) {
        if (log.availability().gone()) {
          throw new IllegalStateException("the log of " + id + " is closed");
        }
        if (!place.equals(engine.copyPlaceOf(id))) {
          engine.deleteCopy(id);
          if (!there) {
            engine.openCopy(id, place, log.config().segments().store()).close();
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      places.remove(id, place);
      throw e;
    }
    configured(log);
  }

  /** The place that a log is being moved to within its engine, or null. */
  String placeFor(TopicIdPartition id) {
    return places.get(id);
  }

  private boolean isToMove(SegmentedPartitionLog log) {
    return !log.availability().gone() && (!log.config().engine().equals(log.engine()) || places.containsKey(log.id()));
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
    } else if (from != to) {
      move(log, new EngineDestination(log, from, to, catalog));
    } else {
      String place = places.get(log.id());
      if (place != null) {
        move(log, new PlaceDestination(log, from, place, wishes, () -> place.equals(places.get(log.id()))));
      }
    }
  }

  private void await(SegmentedPartitionLog log, EngineSlot slot, String what) {
    waiting.put(log.id(), new Waiting(log, what));
    if (slot.holder().peek() != null) {
      // the engine came between the check and the entry
      configured(log);
    }
  }

  private void move(SegmentedPartitionLog log, MoveDestination destination) {
    LogMove move = new LogMove(log, destination, bytes -> pause(bytes, destination));
    synchronized (this) {
      if (closed || log.availability().gone()) {
        return;
      }
      running = move;
    }
    String from = destination.from().name();
    LOG.info("Moving a log partition={} from={} to={} bytes={}", log.id(), from, destination.name(), log.sizeBytes());
    long began = System.nanoTime();
    try {
      if (move.run()) {
        if (destination instanceof PlaceDestination) {
          places.remove(log.id(), destination.name());
        } else {
          // it was a place of the former engine
          places.remove(log.id());
        }
        LOG.info("Moved a log partition={} from={} to={} bytes={} ms={}", log.id(), from, destination.name(), log.sizeBytes(),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        configured(log);
      } else {
        LOG.info("The move of a log was abandoned partition={} from={} to={}", log.id(), from, destination.name());
        retry(log, "another attempt");
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn("A log could not be moved and stays where it is; tried again partition={} from={} to={} afterMs={}", log.id(),
          from, destination.name(), RETRY_MS, e);
      retry(log, "another attempt, after " + e.getMessage());
    } finally {
      running = null;
    }
  }

  /** Bytes a second. */
  private long limit(MoveDestination destination) {
    long moves = settings.get(LogManagerSettings.MARGAY_STORAGE_MOVE_MAX_BYTES_PER_SECOND);
    return destination instanceof PlaceDestination
        ? Math.min(moves, settings.get(LogManagerSettings.REPLICA_ALTER_LOG_DIRS_IO_MAX_BYTES_PER_SECOND)) : moves;
  }

  private void retry(SegmentedPartitionLog log, String why) {
    if (!closed && isToMove(log)) {
      waiting.put(log.id(), new Waiting(log, why));
      scheduler.after(RETRY_MS, () -> Housekeeping.submit(thread, () -> move(log)));
    }
  }

  /** On the mover's thread: waits, so that the disks are available to others. A change of the limit takes effect at once. */
  private void pause(int bytes, MoveDestination destination) {
    long began = System.nanoTime();
    while (!closed && destination.isWanted()) {
      long left = (long) ((double) bytes / limit(destination) * TimeUnit.SECONDS.toNanos(1)) - (System.nanoTime() - began);
      if (left <= 0) {
        return;
      }
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

  /** Bytes of the part of a log that is copied; 0 when it is not being moved now. */
  long copiedBytes(TopicIdPartition id) {
    LogMove move = running;
    return move != null && move.id().equals(id) ? move.copiedBytes() : 0;
  }

  /** The log is closed and will be deleted: when this returns, no move writes to it any more. */
  void cancel(TopicIdPartition id) {
    LogMove move;
    synchronized (this) {
      waiting.remove(id);
      places.remove(id);
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
