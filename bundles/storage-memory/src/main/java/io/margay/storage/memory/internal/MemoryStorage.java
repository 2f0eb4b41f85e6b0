package io.margay.storage.memory.internal;

import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The service: logs that end with the bundle. Safe for all threads.
 *
 * <p>When this bundle is updated, partitions wait for the next engine of this name and continue, empty.
 */
@Component(service = StorageEngine.class, property = StorageEngine.NAME_PROPERTY + "=" + MemoryStorage.NAME)
public final class MemoryStorage implements StorageEngine {
  static final String NAME = "memory";
  private static final String PLACE = "memory:";

  private final Clock clock;
  private final Map<TopicIdPartition, MemoryLogStore> logs = new HashMap<>();
  private final Map<String, Map<TopicIdPartition, Long>> checkpoints = new HashMap<>();

  /** Starts without any log. */
  @Activate
  public MemoryStorage(@Reference Clock clock) {
    this.clock = clock;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Promise promise() {
    return Promise.EPHEMERAL;
  }

  @Override
  public synchronized List<TopicIdPartition> list() {
    return List.copyOf(logs.keySet());
  }

  @Override
  public List<Place> places() {
    Runtime runtime = Runtime.getRuntime();
    return List.of(new Place(PLACE, runtime.maxMemory(), runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory(),
        null));
  }

  @Override
  public synchronized String placeOf(TopicIdPartition id) {
    return logs.containsKey(id) ? PLACE : null;
  }

  @Override
  public synchronized LogStore open(TopicIdPartition id, StoreConfig config) {
    MemoryLogStore log = logs.get(id);
    if (log == null) {
      log = new MemoryLogStore(clock, config);
      logs.put(id, log);
    } else {
      log.reopen(config);
    }
    return log;
  }

  @Override
  public synchronized void delete(TopicIdPartition id) {
    MemoryLogStore log = logs.get(id);
    if (log != null && log.isOpen()) {
      throw new IllegalStateException("the log of " + id + " is open");
    }
    logs.remove(id);
    checkpoints.replaceAll((name, rows) -> without(rows, id));
  }

  /** The heap is the only place to keep it, and nothing was promised. */
  @Override
  public void setAside(TopicIdPartition id) {
    delete(id);
  }

  @Override
  public int deleteSetAside(long beforeMs) {
    return 0;
  }

  private static Map<TopicIdPartition, Long> without(Map<TopicIdPartition, Long> rows, TopicIdPartition id) {
    Map<TopicIdPartition, Long> kept = new HashMap<>(rows);
    kept.remove(id);
    return Map.copyOf(kept);
  }

  @Override
  public synchronized Map<TopicIdPartition, Long> readCheckpoint(String name) {
    return checkpoints.getOrDefault(name, Map.of());
  }

  @Override
  public synchronized void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) {
    Map<TopicIdPartition, Long> held = new HashMap<>(values);
    held.keySet().retainAll(logs.keySet());
    checkpoints.put(name, Map.copyOf(held));
  }
}
