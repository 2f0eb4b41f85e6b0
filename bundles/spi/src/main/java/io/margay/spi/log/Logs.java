package io.margay.spi.log;

import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens and deletes partition logs, and runs their retention, compaction and flushing. A log whose settings name another storage
 * engine than the one that holds it is moved there in the background, while it is in use. Safe for all threads.
 */
@ProviderType
public interface Logs {
  /**
   * A storage engine.
   *
   * @param name its name
   * @param promise what it promises; null while it is not there
   * @param places where it keeps logs; empty while it is not there
   * @param logs how many logs that are open are kept in it
   */
  record EngineState(String name, StorageEngine.Promise promise, List<StorageEngine.Place> places, int logs) { }

  /**
   * Where an open log is kept.
   *
   * @param id the partition
   * @param engine the engine that holds it
   * @param wanted the engine that its settings name; another one while it is still to be moved
   * @param sizeBytes bytes of its batches
   * @param leftBytes about how many bytes are still to be copied, 0 when it need not be moved
   * @param waitsFor what the move waits for, for people; null when it is under way or there is nothing to do
   */
  record LogPlacement(TopicIdPartition id, String engine, String wanted, long sizeBytes, long leftBytes, String waitsFor) { }

  /**
   * Opens a log in the engine that holds it, or creates it when none does: repairs it after a crash and rebuilds the state of its
   * producers. Blocks.
   *
   * @param id the partition, not open now
   * @param config its settings; {@code config.engine()} names the engine for it
   * @return the log; closed by the caller
   * @throws IOException when its place is offline or it cannot be read, or its engine is not there; see {@link #whenReady}
   */
  PartitionLog open(TopicIdPartition id, LogConfig config) throws IOException;

  /**
   * Waits, without a thread, until the engines are there that opening a log needs: the one that its settings name, and the one that
   * holds it.
   *
   * @param id the partition
   * @param config its settings
   * @param ready run once, also when that has taken longer than {@code margay.handler.wait.ms} or this service ends; at once on
   *     this thread when there is nothing to wait for, else on any thread; must not block
   */
  void whenReady(TopicIdPartition id, LogConfig config, Runnable ready);

  /**
   * Deletes a log and all that belongs to it. Closes it first when it is open.
   *
   * @param id the partition
   */
  void delete(TopicIdPartition id) throws IOException;

  /**
   * Sets a log aside that the cluster does not know. It is kept, unknown to all, for {@code margay.stray.retention.ms}, then deleted.
   * Closes it first when it is open.
   *
   * @param id the partition
   */
  void setAside(TopicIdPartition id) throws IOException;

  /** @return the partitions that the engines hold now, open or not, so that what the cluster does not know can be set aside */
  List<TopicIdPartition> stored() throws IOException;

  /** @return the places of all engines */
  List<StorageEngine.Place> places();

  /**
   * @param id a partition
   * @return the place that holds it, or null
   */
  String placeOf(TopicIdPartition id);

  /** @return the engines that are there, and those that logs wait for, by name */
  List<EngineState> engines();

  /** @return where each open log is kept */
  List<LogPlacement> placements();
}
