package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.StorageEngine;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An engine whose data outlives it: another one may be given the same stores and checkpoints. */
final class FakeEngine implements StorageEngine {
  final Map<TopicIdPartition, FakeStore> stores;
  final Map<String, Map<TopicIdPartition, Long>> checkpoints;
  int checkpointWrites;
  /** What was set aside. */
  final List<TopicIdPartition> strays = new CopyOnWriteArrayList<>();
  /** The times that deletions of what was set aside were asked for. */
  final List<Long> strayBounds = new CopyOnWriteArrayList<>();

  private final String name;
  private final Promise promise;
  /** Called for each store that is created. */
  Consumer<FakeStore> whenOpened = store -> { };
  /** Run before a deletion. */
  Runnable beforeDelete = () -> { };
  /** Run before a checkpoint is written. */
  Runnable beforeDisk = () -> { };

  FakeEngine() {
    this("fake", Promise.DURABLE);
  }

  FakeEngine(String name, Promise promise) {
    this(name, promise, new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
  }

  private FakeEngine(String name, Promise promise, Map<TopicIdPartition, FakeStore> stores, Map<String, Map<TopicIdPartition, Long>> checkpoints) {
    this.name = name;
    this.promise = promise;
    this.stores = stores;
    this.checkpoints = checkpoints;
  }

  /** The next one over the same data. */
  FakeEngine successor() {
    return new FakeEngine(name, promise, stores, checkpoints);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Promise promise() {
    return promise;
  }

  @Override
  public List<TopicIdPartition> list() {
    return List.copyOf(stores.keySet());
  }

  @Override
  public List<Place> places() {
    return List.of(new Place("/" + name, -1, -1, null));
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    return stores.containsKey(id) ? "/" + name : null;
  }

  @Override
  public LogStore open(TopicIdPartition id, StoreConfig config) throws IOException {
    FakeStore there = stores.get(id);
    if (there != null) {
      if (!there.closed) {
        throw new IOException("open already");
      }
      return there.reopen();
    }
    FakeStore fresh = new FakeStore(config);
    stores.put(id, fresh);
    whenOpened.accept(fresh);
    return fresh;
  }

  @Override
  public void delete(TopicIdPartition id) {
    beforeDelete.run();
    stores.remove(id);
  }

  @Override
  public void setAside(TopicIdPartition id) {
    FakeStore store = stores.remove(id);
    if (store != null) {
      strays.add(id);
    }
  }

  @Override
  public int deleteSetAside(long beforeMs) {
    strayBounds.add(beforeMs);
    int count = strays.size();
    strays.clear();
    return count;
  }

  @Override
  public Map<TopicIdPartition, Long> readCheckpoint(String name) {
    return checkpoints.getOrDefault(name, Map.of());
  }

  @Override
  public void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) {
    beforeDisk.run();
    checkpointWrites++;
    checkpoints.put(name, new HashMap<>(values));
  }
}
