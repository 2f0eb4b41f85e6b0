package io.margay.log.internal;

import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.LogStore;
import io.margay.spi.storage.MultiPlaceEngine;
import io.margay.spi.storage.StoreConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** An engine with two places whose data outlives it: another one may be given the same stores and checkpoints. */
final class FakeEngine implements MultiPlaceEngine {
  final Map<TopicIdPartition, FakeStore> stores;
  final Map<String, Map<TopicIdPartition, Long>> checkpoints;
  /** Copies in the second place. */
  final Map<TopicIdPartition, FakeStore> copies;
  /** Logs in the second place. */
  final Set<TopicIdPartition> second;
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
  /** Run before a copy becomes the log. */
  Runnable beforeUse = () -> { };
  /** Run before a checkpoint is written. */
  Runnable beforeDisk = () -> { };

  FakeEngine() {
    this("fake", Promise.DURABLE);
  }

  FakeEngine(String name, Promise promise) {
    this(name, promise, null);
  }

  private FakeEngine(String name, Promise promise, FakeEngine former) {
    this.stores = former == null ? new ConcurrentHashMap<>() : former.stores;
    this.checkpoints = former == null ? new ConcurrentHashMap<>() : former.checkpoints;
    this.copies = former == null ? new ConcurrentHashMap<>() : former.copies;
    this.second = former == null ? ConcurrentHashMap.newKeySet() : former.second;
    this.name = name;
    this.promise = promise;
  }

  /** The next one over the same data. */
  FakeEngine successor() {
    return new FakeEngine(name, promise, this);
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
    return List.of(new Place("/" + name, -1, -1, null), new Place("/" + name + "2", -1, -1, null));
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    return stores.containsKey(id) ? place(second.contains(id)) : null;
  }

  private String place(boolean isSecond) {
    return "/" + name + (isSecond ? "2" : "");
  }

  @Override
  public LogStore openCopy(TopicIdPartition id, String place, StoreConfig config) {
    if (!stores.containsKey(id) || copies.containsKey(id) || !place.equals(place(!second.contains(id)))) {
      throw new IllegalStateException("no copy of " + id + " in " + place);
    }
    FakeStore copy = new FakeStore(config);
    copies.put(id, copy);
    whenOpened.accept(copy);
    return copy;
  }

  @Override
  public String copyPlaceOf(TopicIdPartition id) {
    return copies.containsKey(id) ? place(!second.contains(id)) : null;
  }

  @Override
  public void useCopy(TopicIdPartition id) {
    beforeUse.run();
    stores.put(id, copies.remove(id));
    if (!second.remove(id)) {
      second.add(id);
    }
  }

  @Override
  public void deleteCopy(TopicIdPartition id) {
    FakeStore copy = copies.remove(id);
    if (copy != null && !copy.closed) {
      throw new IllegalStateException("the copy is open");
    }
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
    deleteCopy(id);
    stores.remove(id);
    second.remove(id);
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
