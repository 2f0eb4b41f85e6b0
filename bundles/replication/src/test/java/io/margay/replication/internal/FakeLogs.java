package io.margay.replication.internal;

import io.margay.model.TopicIdPartition;
import io.margay.model.TopicPartition;
import io.margay.spi.log.LogConfig;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Logs in memory; opening can be held up or made to fail. */
public final class FakeLogs implements Logs {
  /** What the engines have. */
  public List<StorageEngine.Place> places = List.of(new StorageEngine.Place("memory", 1000, 400, null));
  private final Map<TopicIdPartition, FakeLog> logs = new ConcurrentHashMap<>();
  public final Set<TopicIdPartition> deleted = ConcurrentHashMap.newKeySet();
  public final Set<TopicIdPartition> aside = ConcurrentHashMap.newKeySet();
  public volatile IOException asideFailure;
  public volatile CountDownLatch hold = new CountDownLatch(0);
  public volatile IOException openFailure;
  public volatile boolean engineThere = true;
  private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();
  public volatile List<TopicIdPartition> stored = List.of();
  private final Map<TopicIdPartition, String> moving = new ConcurrentHashMap<>();

  /** The log of a partition, opened or not. */
  public FakeLog log(String topic, int partition) {
    return logs.values().stream().filter(log -> log.id().topicPartition().equals(new TopicPartition(topic, partition)))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public PartitionLog open(TopicIdPartition id, LogConfig config) throws IOException {
    try {
      if (!hold.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("held for ever");
      }
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (openFailure != null) {
      throw openFailure;
    }
    return logs.computeIfAbsent(id, key -> new FakeLog(id, config));
  }

  @Override
  public void whenReady(TopicIdPartition id, LogConfig config, Runnable ready) {
    if (engineThere) {
      ready.run();
    } else {
      waiting.add(ready);
    }
  }

  /** The engine comes: what waited for it goes on. */
  public void engineCame() {
    engineThere = true;
    for (Runnable ready = waiting.poll(); ready != null; ready = waiting.poll()) {
      ready.run();
    }
  }

  @Override
  public void delete(TopicIdPartition id) {
    deleted.add(id);
    logs.remove(id);
  }

  @Override
  public void setAside(TopicIdPartition id) throws IOException {
    if (asideFailure != null) {
      throw asideFailure;
    }
    aside.add(id);
    logs.remove(id);
  }

  @Override
  public List<TopicIdPartition> stored() {
    return stored;
  }

  @Override
  public List<StorageEngine.Place> places() {
    return places;
  }

  @Override
  public String placeOf(TopicIdPartition id) {
    return logs.containsKey(id) ? "memory" : null;
  }

  @Override
  public void moveTo(TopicIdPartition id, String place) throws IOException {
    if (place.equals("offline")) {
      throw new IOException("offline");
    }
    if (places.stream().noneMatch(each -> each.path().equals(place))) {
      throw new IllegalArgumentException(place);
    }
    moving.put(id, place);
  }

  @Override
  public LogCopy copyOf(TopicIdPartition id) {
    return moving.containsKey(id) ? new LogCopy(moving.get(id), 10, 2) : null;
  }

  @Override
  public List<EngineState> engines() {
    return List.of();
  }

  @Override
  public List<LogPlacement> placements() {
    return List.of();
  }
}
