package io.margay.log.internal;

import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.config.ServerSettings;
import io.margay.spi.config.SettingValues;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the logs that are in another engine than their settings name, one after the other, on one thread that ends when there is
 * nothing to do. A move whose engine is not there waits for it; one that fails is tried again.
 */
final class LogMover {
  private static final Logger LOG = LoggerFactory.getLogger(LogMover.class);
  private static final long RETRY_MS = 10_000;
  private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Function<String, EngineSlot> slots;
  private final EngineCatalog catalog;
  private final SettingValues settings;
  private final Scheduler scheduler;
  private final ThreadPoolExecutor thread = Housekeeping.thread("margay-log-mover");
  /** Logs that are to be moved, and why they are not yet. */
  private final Map<TopicIdPartition, Wanted> wanted = new ConcurrentHashMap<>();
  private volatile LogMove running;
  private volatile boolean closed;

  private record Wanted(SegmentedPartitionLog log, String waitsFor) { }

  LogMover(Function<String, EngineSlot> slots, EngineCatalog catalog, SettingValues settings, Scheduler scheduler) {
    this.slots = slots;
    this.catalog = catalog;
    this.settings = settings;
    this.scheduler = scheduler;
  }

  /** A log's settings name an engine: moves it there unless it is there. Does not block. */
  void configured(SegmentedPartitionLog log) {
    if (!log.config().engine().equals(log.engine())) {
      wanted.put(log.id(), new Wanted(log, "its turn"));
      Housekeeping.submit(thread, () -> move(log));
    } else {
      wanted.remove(log.id());
    }
  }

  /** An engine has come: what waited for it is tried again. */
  void engineCame(String name) {
    for (Wanted each : wanted.values()) {
      if (each.log.config().engine().equals(name) || each.log.engine().equals(name)) {
        configured(each.log);
      }
    }
  }

  private void move(SegmentedPartitionLog log) {
    String target = log.config().engine();
    Wanted now = wanted.get(log.id());
    if (closed || now == null || now.log != log || log.gone()) {
      wanted.remove(log.id(), now);
      return;
    }
    if (target.equals(log.engine())) {
      wanted.remove(log.id());
      return;
    }
    EngineSlot to = slots.apply(target);
    if (to.holder().peek() == null) {
      wanted.put(log.id(), new Wanted(log, "the storage engine " + target + ", which is not installed"));
      return;
    }
    if (log.suspended()) {
      wanted.put(log.id(), new Wanted(log, "the storage engine " + log.engine() + ", which is not there"));
      return;
    }
    move(log, slots.apply(log.engine()), to);
  }

  private void move(SegmentedPartitionLog log, EngineSlot from, EngineSlot to) {
    LOG.info("Moving a log partition={} from={} to={} bytes={}", log.id(), from.name(), to.name(), log.sizeBytes());
    long began = System.nanoTime();
    LogMove move = new LogMove(log, from, to, catalog, this::pause);
    running = move;
    wanted.put(log.id(), new Wanted(log, null));
    try {
      if (!closed && move.run()) {
        LOG.info("Moved a log partition={} from={} to={} bytes={} ms={}", log.id(), from.name(), to.name(), log.sizeBytes(),
            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        wanted.remove(log.id());
      } else {
        LOG.info("The move of a log was given up partition={} from={} to={}", log.id(), from.name(), to.name());
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
    if (log.config().engine().equals(log.engine()) || log.gone()) {
      wanted.remove(log.id());
      return;
    }
    wanted.put(log.id(), new Wanted(log, why));
    if (!closed) {
      scheduler.after(RETRY_MS, () -> Housekeeping.submit(thread, () -> move(log)));
    }
  }

  /** On the mover's thread: leaves the disks to others. */
  private void pause(int bytes) {
    long limit = settings.get(ServerSettings.MARGAY_STORAGE_MOVE_MAX_BYTES_PER_SECOND);
    long until = System.nanoTime() + (long) ((double) bytes / limit * TimeUnit.SECONDS.toNanos(1));
    for (long left = until - System.nanoTime(); left > 0 && !closed; left = until - System.nanoTime()) {
      LockSupport.parkNanos(Math.min(left, MAX_PAUSE_NANOS));
    }
  }

  /** What a log waits for before it is moved; null when it is being moved, or need not be. */
  String waitsFor(TopicIdPartition id) {
    Wanted now = wanted.get(id);
    return now == null ? null : now.waitsFor;
  }

  /** Exclusive end of what is copied of a log; -1 when it is not being moved now. */
  long copiedTo(TopicIdPartition id) {
    LogMove move = running;
    return move != null && move.id().equals(id) ? move.copiedTo() : -1;
  }

  /** The log is to be deleted or closed: its move, if any, has ended when this returns, or is past the point of no return. */
  void cancel(TopicIdPartition id) {
    wanted.remove(id);
    LogMove move = running;
    if (move != null && move.id().equals(id)) {
      move.abandon();
    }
  }

  /** Gives up what is under way and waits for its end, bounded. */
  void close() {
    closed = true;
    LogMove move = running;
    if (move != null) {
      move.abandon();
    }
    Housekeeping.shutdown(thread);
  }
}
