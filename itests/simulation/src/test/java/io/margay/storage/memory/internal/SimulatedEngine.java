package io.margay.storage.memory.internal;

import io.margay.model.Clock;
import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The engine "file" of one process, on a simulated disk. */
final class SimulatedEngine implements StorageEngine {
  private final SimulatedDisk disk;
  private final Clock clock;
  private final boolean kept;

  SimulatedEngine(SimulatedDisk disk, Clock clock, boolean kept) {
    this.disk = disk;
    this.clock = clock;
    this.kept = kept;
  }

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Promise promise() {
    return Promise.DURABLE;
  }

  @Override
  public boolean kept() {
    return kept;
  }

  @Override
  public List<TopicIdPartition> list() {
    return disk.list();
  }

  @Override
  public List<Place> places() {
    return List.of(new Place(SimulatedDisk.PLACE, 1L << 40, 1L << 39, null));
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    return disk.logs.containsKey(id) ? SimulatedDisk.PLACE : null;
  }

  @Override
  public LogStore open(TopicIdPartition id, StoreConfig config) {
    return disk.open(id, clock, config);
  }

  @Override
  public void delete(TopicIdPartition id) {
    disk.delete(id);
  }

  @Override
  public void setAside(TopicIdPartition id) {
    delete(id);
  }

  @Override
  public int deleteSetAside(long beforeMs) {
    return 0;
  }

  @Override
  public Map<TopicIdPartition, Long> readCheckpoint(String name) {
    return disk.checkpoints.getOrDefault(name, Map.of());
  }

  @Override
  public void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) {
    disk.checkpoints.put(name, new HashMap<>(values));
  }
}
