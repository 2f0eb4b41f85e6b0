package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.log.LogConfig;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that belongs to one engine's name: the engine while it is present, its checkpoints, its flushers, its open logs.
 * Outlives the engine, so that another engine of the same name continues where it stopped.
 */
final class EngineSlot implements LogOwner {
  private static final Logger LOG = LoggerFactory.getLogger(EngineSlot.class);
  private static final long DRAIN_MS = 10_000;
  private static final long FLUSHER_CLOSE_MS = 10_000;

  private final String name;
  private final Function<Flusher, LogEnvironment> environments;
  private final ServiceHolder<StorageEngine> holder = new ServiceHolder<>(DRAIN_MS);
  private final Checkpoint highWatermarks = new Checkpoint(Checkpoint.HIGH_WATERMARKS);
  private final Checkpoint startOffsets = new Checkpoint(Checkpoint.START_OFFSETS);
  private final Checkpoint cleanerOffsets = new Checkpoint(Checkpoint.CLEANER_OFFSETS);
  private final Map<String, PlaceFlusher> flushers = new ConcurrentHashMap<>();
  private final Map<TopicIdPartition, SegmentedPartitionLog> logs = new ConcurrentHashMap<>();
  /** Held while logs are suspended or resumed, so that these do not overlap. */
  private final Object suspensions = new Object();
  private final Set<LogMove> arriving = ConcurrentHashMap.newKeySet();
  private final LogThreads threads;
  private final Consumer<SegmentedPartitionLog> whenConfigured;
  private final Consumer<SegmentedPartitionLog> whenOffline;

  /**
   * @param threads makes the threads of flushers
   * @param environments makes the environment of the logs that a flusher serves
   * @param whenConfigured called for logs whose settings may name another engine
   * @param whenOffline called for logs that an I/O error took offline
   */
  EngineSlot(String name, LogThreads threads, Function<Flusher, LogEnvironment> environments, Consumer<SegmentedPartitionLog> whenConfigured,
      Consumer<SegmentedPartitionLog> whenOffline) {
    this.whenOffline = whenOffline;
    this.name = name;
    this.threads = threads;
    this.environments = environments;
    this.whenConfigured = whenConfigured;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void configured(SegmentedPartitionLog log) {
    whenConfigured.accept(log);
  }

  /** Held while logs are suspended or resumed. */
  Object suspensions() {
    return suspensions;
  }

  ServiceHolder<StorageEngine> holder() {
    return holder;
  }

  Collection<SegmentedPartitionLog> logs() {
    return logs.values();
  }

  SegmentedPartitionLog log(TopicIdPartition id) {
    return logs.get(id);
  }

  /** Makes a log from a store that the engine has just opened. */
  SegmentedPartitionLog open(StorageEngine engine, TopicIdPartition id, LogConfig config) throws IOException {
    LogStore store = engine.open(id, config.segments().store());
    try {
      SegmentedPartitionLog log = SegmentedPartitionLog.open(id, config, store, environment(engine, id), this,
          startOffsets.get(engine, id), highWatermarks.get(engine, id));
      if (config.compaction().compact()) {
        log.cleanedTo(cleanerOffsets.get(engine, id));
      }
      logs.put(id, log);
      return log;
    } catch (IOException | RuntimeException e) {
      closeQuietly(store, e);
      throw e;
    }
  }

  /** The environment of a log that the engine holds. */
  LogEnvironment environment(StorageEngine engine, TopicIdPartition id) {
    return environments.apply(flushers.computeIfAbsent(String.valueOf(engine.placeOf(id)), place -> new PlaceFlusher(place, threads)));
  }

  /** Registers a copy that is being written here; it is closed when the engine leaves. */
  void moveBegins(LogMove move) {
    arriving.add(move);
  }

  void moveEnds(LogMove move) {
    arriving.remove(move);
  }

  /** Writes the checkpointed values of a log that is about to move here. */
  void takeOver(StorageEngine engine, SegmentedPartitionLog log, LogStore copy) throws IOException {
    highWatermarks.get(engine, log.id());
    startOffsets.get(engine, log.id());
    cleanerOffsets.get(engine, log.id());
    note(log, copy);
    highWatermarks.write(engine);
    startOffsets.write(engine);
    cleanerOffsets.write(engine);
  }

  /** The log is kept here from now on. */
  void adopt(SegmentedPartitionLog log) {
    logs.put(log.id(), log);
  }

  /** The log is kept elsewhere from now on. */
  void release(SegmentedPartitionLog log) {
    logs.remove(log.id(), log);
  }

  private static void closeQuietly(LogStore store, Exception cause) {
    try {
      store.close();
    } catch (IOException | RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  @Override
  public void startMoved(SegmentedPartitionLog log) throws IOException {
    noteStart(log, log.store());
    try (ServiceHolder.Lease<StorageEngine> lease = holder.lease()) {
      if (lease != null) {
        startOffsets.write(lease.service());
      }
    }
  }

  @Override
  public void wentOffline(SegmentedPartitionLog log) {
    whenOffline.accept(log);
  }

  /** Reopens a log that is offline. @return false when the engine is absent */
  boolean reopen(SegmentedPartitionLog log) throws IOException {
    try (ServiceHolder.Lease<StorageEngine> lease = holder.lease()) {
      if (lease == null) {
        return false;
      }
      log.life().reopen(lease.service());
      return true;
    }
  }

  @Override
  public void closed(SegmentedPartitionLog log) {
    if (logs.remove(log.id(), log)) {
      note(log);
    }
  }

  /** Forgets a partition that is deleted. */
  void forget(TopicIdPartition id) {
    highWatermarks.remove(id);
    startOffsets.remove(id);
    cleanerOffsets.remove(id);
  }

  private void note(SegmentedPartitionLog log) {
    note(log, log.store());
  }

  private void note(SegmentedPartitionLog log, LogStore store) {
    highWatermarks.put(log.id(), log.highWatermark());
    noteStart(log, store);
    if (log.cleanedTo() > 0) {
      cleanerOffsets.put(log.id(), log.cleanedTo());
    }
  }

  /** The store itself knows the start when a segment begins there. */
  private void noteStart(SegmentedPartitionLog log, LogStore store) {
    if (log.logStartOffset() > store.startOffset()) {
      startOffsets.put(log.id(), log.logStartOffset());
    } else {
      startOffsets.remove(log.id());
    }
  }

  /** Writes the checkpoint of the starts, if the engine is present and something has changed. */
  void checkpointStarts() {
    try (ServiceHolder.Lease<StorageEngine> lease = holder.lease()) {
      if (lease != null) {
        startOffsets.write(lease.service());
      }
    } catch (IOException e) {
      LOG.error("The checkpoint of the logs' starts could not be written engine={}", name, e);
    }
  }

  /** Writes the checkpoints that have changed; {@code starts} are written less often, see {@link #checkpointStarts}. */
  private void writeCheckpoints(StorageEngine engine, boolean starts) throws IOException {
    for (SegmentedPartitionLog log : logs.values()) {
      if (!log.offline()) {
        note(log);
      }
    }
    highWatermarks.write(engine);
    cleanerOffsets.write(engine);
    if (starts) {
      startOffsets.write(engine);
    }
  }

  /** Closes the stores of all logs, because the engine leaves. */
  void suspendLogs(StorageEngine engine) {
    arriving.forEach(LogMove::abandon);
    synchronized (suspensions) {
      for (SegmentedPartitionLog log : logs.values()) {
        try {
          log.life().suspend();
        } catch (IOException | RuntimeException e) {
          LOG.error("A log could not be closed cleanly before its engine left partition={} engine={}", log.id(), name, e);
        }
      }
    }
    checkpoint(engine, true);
    LOG.info("The storage engine has left engine={} suspendedLogs={}", name, logs.size());
  }

  /** Resumes the logs that wait for an engine. */
  void resumeLogs() {
    int count = 0;
    try (ServiceHolder.Lease<StorageEngine> lease = holder.lease()) {
      synchronized (suspensions) {
        for (SegmentedPartitionLog log : logs.values()) {
          if (lease != null && log.suspended()) {
            resume(lease.service(), log);
            count++;
          }
        }
      }
    }
    if (count > 0) {
      LOG.info("The storage engine is back engine={} resumedLogs={}", name, count);
    }
  }

  private void resume(StorageEngine engine, SegmentedPartitionLog log) {
    try {
      LogStore store = engine.open(log.id(), log.config().segments().store());
      try {
        log.life().resume(store);
        return;
      } catch (IOException | RuntimeException e) {
        closeQuietly(store, e);
        throw e;
      }
    } catch (IOException e) {
      log.availability().faultAlways("go on after its storage engine was replaced", e);
    } catch (RuntimeException e) {
      log.availability().faultAlways("go on after its storage engine was replaced", new IOException(e));
    }
    wentOffline(log);
    log.availability().suspensionChanged();
  }

  private void checkpoint(StorageEngine engine, boolean starts) {
    try {
      writeCheckpoints(engine, starts);
    } catch (IOException e) {
      LOG.error("The checkpoints could not be written engine={}", name, e);
    }
  }

  /**
   * Writes the checkpoints, if the engine is present and something has changed.
   *
   * @param starts whether to include the checkpoint of the logs' starts
   */
  void checkpoint(boolean starts) {
    try (ServiceHolder.Lease<StorageEngine> lease = holder.lease()) {
      if (lease != null) {
        checkpoint(lease.service(), starts);
      }
    }
  }

  /** Closes what is open, cleanly, and writes the checkpoints. */
  void close() {
    List<SegmentedPartitionLog> open = List.copyOf(logs.values());
    for (SegmentedPartitionLog log : open) {
      try {
        log.close();
      } catch (IOException | RuntimeException e) {
        LOG.error("A log could not be closed cleanly partition={}", log.id(), e);
      }
    }
    checkpoint(true);
    flushers.values().forEach(flusher -> flusher.close(FLUSHER_CLOSE_MS));
  }
}
