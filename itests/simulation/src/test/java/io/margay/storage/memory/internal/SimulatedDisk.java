package io.margay.storage.memory.internal;

import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongBinaryOperator;

/**
 * A disk with logs, which outlives processes and the engines that they have on it. What was appended outlives a process; what was flushed
 * outlives the machine.
 */
public final class SimulatedDisk {
  static final String PLACE = "disk";

  final Map<TopicIdPartition, SimulatedStore> logs = new TreeMap<>(
      Comparator.comparing(TopicIdPartition::topic).thenComparingInt(TopicIdPartition::partition));
  final Map<String, Map<TopicIdPartition, Long>> checkpoints = new HashMap<>();

  /** Logs that may have lost their ends, and were not opened since. */
  private final Set<TopicIdPartition> doubtful = new HashSet<>();
  /** Whether everything that was appended is there. */
  private boolean whole = true;

  /** The engine of a process that has just started. */
  public StorageEngine engine(Clock clock) {
    StorageEngine engine = new SimulatedEngine(this, clock, whole);
    doubtful.clear();
    if (!whole) {
      doubtful.addAll(logs.keySet());
    }
    return engine;
  }

  /** The process has ended. */
  public void processEnded() {
    logs.values().forEach(SimulatedStore::abandon);
  }

  /**
   * The machine has ended: of what was not flushed, a part is lost.
   *
   * @param chance gives a number from the first, inclusive, to the second, inclusive
   */
  public void machineEnded(LongBinaryOperator chance) {
    logs.values().forEach(log -> log.lose(chance));
    whole = false;
  }

  /** The disk is replaced. */
  public void lost() {
    logs.clear();
    checkpoints.clear();
    whole = false;
  }

  LogStore open(TopicIdPartition id, Clock clock, StoreConfig config) {
    SimulatedStore log = logs.computeIfAbsent(id, key -> new SimulatedStore(new MemoryLogStore(clock, config)));
    log.open(config);
    settled(id);
    return log;
  }

  void delete(TopicIdPartition id) {
    logs.remove(id);
    settled(id);
  }

  private void settled(TopicIdPartition id) {
    doubtful.remove(id);
    whole = doubtful.isEmpty();
  }

  List<TopicIdPartition> list() {
    return List.copyOf(logs.keySet());
  }
}
