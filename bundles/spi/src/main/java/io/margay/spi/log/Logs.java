package io.margay.spi.log;

import io.margay.model.TopicIdPartition;
import io.margay.spi.storage.StorageEngine;
import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens and deletes partition logs, and runs their retention, compaction and flushing. A log whose settings name a different
 * storage engine than the one that holds it is moved in the background, while it is in use. Safe for all threads.
 */
@ProviderType
public interface Logs {
  /**
   * A storage engine.
   *
   * @param name its name
   * @param promise what it promises; null while it is absent
   * @param places where it keeps logs; empty while it is absent
   * @param logs the number of open logs that it holds
   */
  record EngineState(String name, StorageEngine.Promise promise, List<StorageEngine.Place> places, int logs) { }

  /**
   * Where an open log is kept.
   *
   * @param id the partition
   * @param engine the engine that holds it
   * @param wanted the engine that its settings name; differs from {@code engine} until the log has been moved
   * @param sizeBytes bytes of its batches
   * @param leftBytes about how many bytes are still to be copied, 0 when it does not need to be moved
   * @param waitsFor what the move waits for, in words; null when it is in progress or there is nothing to move
   */
  record LogPlacement(TopicIdPartition id, String engine, String wanted, long sizeBytes, long leftBytes, String waitsFor) { }

  /**
   * The copy of a log that is being moved to another place of its engine.
   *
   * @param place where it will be
   * @param sizeBytes bytes of what is copied
   * @param endOffset exclusive end of what is copied; 0 before the copy begins
   */
  record LogCopy(String place, long sizeBytes, long endOffset) { }

  /**
   * Opens a log in the engine that holds it, or creates it when no engine does. Repairs it after a crash and rebuilds the state of
   * its producers. Blocks.
   *
   * @param id the partition, whose log is not open
   * @param config its settings; {@code config.engine()} names the engine for it
   * @return the log; closed by the caller
   * @throws IOException when its place is offline, the log cannot be read, or its engine is absent; see {@link #whenReady}
   */
  PartitionLog open(TopicIdPartition id, LogConfig config) throws IOException;

  /**
   * Waits, without blocking a thread, until the engines that opening a log needs are present: the one that its settings name, and
   * the one that holds it.
   *
   * @param id the partition
   * @param config its settings
   * @param ready runs once, also when the wait exceeds {@code margay.handler.wait.ms} or this service ends; at once on this thread
   *     when there is nothing to wait for, else on any thread; must not block
   */
  void whenReady(TopicIdPartition id, LogConfig config, Runnable ready);

  /**
   * Deletes a log and everything that belongs to it. Closes it first when it is open.
   *
   * @param id the partition
   */
  void delete(TopicIdPartition id) throws IOException;

  /**
   * Sets aside a log that the cluster does not know. Its data are kept, but no longer listed, for
   * {@code margay.stray.retention.ms}, and are then deleted. An open log is closed first.
   *
   * @param id the partition
   */
  void setAside(TopicIdPartition id) throws IOException;

  /** @return the partitions that the engines hold, open or not, so that those unknown to the cluster can be set aside */
  List<TopicIdPartition> stored() throws IOException;

  /** @return the places of all engines */
  List<StorageEngine.Place> places();

  /**
   * @param id a partition
   * @return the place that holds it, or null
   */
  String placeOf(TopicIdPartition id);

  /**
   * Moves an open log to another place of the engine that holds it, in the background, while it is in use. A move that has begun is
   * changed; moving it to where it is cancels it. A restart does not end the move.
   *
   * @param id the partition
   * @param place the path of the place
   * @throws IllegalStateException when the log is not open
   * @throws IllegalArgumentException when its engine does not have that place
   * @throws IOException when the place is offline, or the engine is absent
   */
  void moveTo(TopicIdPartition id, String place) throws IOException;

  /**
   * @param id a partition
   * @return the copy to which {@link #moveTo} moves its log; null when it is not moving to another place
   */
  LogCopy copyOf(TopicIdPartition id);

  /** @return the engines that are present, and those that logs wait for, by name */
  List<EngineState> engines();

  /** @return where each open log is kept */
  List<LogPlacement> placements();
}
