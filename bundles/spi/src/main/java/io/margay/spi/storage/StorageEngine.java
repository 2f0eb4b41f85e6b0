package io.margay.spi.storage;

import io.margay.model.TopicIdPartition;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Stores logs. Registered as a service with the property {@link #NAME_PROPERTY}; a topic chooses an engine by the setting
 * {@code margay.storage.engine}. Safe for all threads.
 */
@ConsumerType
public interface StorageEngine {
  /** The service property with the engine's name. */
  String NAME_PROPERTY = "margay.storage.engine";

  /** The durability that an engine promises for an acknowledged append. */
  enum Promise {
    /** What was flushed outlives a crash of the machine; what was appended outlives a crash of the process. */
    DURABLE,
    /** A crash may lose or damage data, which the engine detects; only for data that can be fetched again from elsewhere. */
    REBUILDABLE,
    /** Nothing outlives the process. */
    EPHEMERAL
  }

  /** A directory, file or other place, as DescribeLogDirs shows it. Sizes in bytes; -1 where unknown. */
  record Place(String path, long totalBytes, long usableBytes, Throwable offlineCause) { }

  /** @return the engine's name, such as {@code file} */
  String name();

  /** @return what it promises */
  Promise promise();

  /**
   * Whether everything that was appended before this process started is still there: the last stop was clean, or only the process ended
   * and not the machine, and no place was lost or replaced. A broker that cannot say so does not lead a replicated partition before it
   * has caught up.
   *
   * @return false when it is not known
   */
  default boolean kept() {
    return false;
  }

  /** @return the partitions that it holds now, open or not */
  List<TopicIdPartition> list() throws IOException;

  /** @return the places where it keeps logs, at least one */
  List<Place> places();

  /**
   * @param id a partition that it holds
   * @return path of the place that holds it, or null when it does not hold it
   */
  String placeOf(TopicIdPartition id);

  /**
   * Opens a log, creating it when it does not exist, and repairs its tail after a crash. A partition is open at most once at a
   * time. Blocks until this is done.
   *
   * @param id the partition
   * @param config how to divide it into segments and index it
   * @return the log; closed by the caller
   * @throws IOException when the place is offline or the log cannot be read
   */
  LogStore open(TopicIdPartition id, StoreConfig config) throws IOException;

  /**
   * Deletes a log that is not open. The name is free at once; space may be freed later.
   *
   * @param id the partition; an unknown one is ignored
   */
  void delete(TopicIdPartition id) throws IOException;

  /**
   * Sets aside a log that is not open and whose partition the cluster does not know, because its data may still matter: the log is
   * no longer listed and its name is free, but its data are kept until {@link #deleteSetAside} deletes them. An engine that is
   * {@link Promise#EPHEMERAL} may delete it at once.
   *
   * @param id the partition; an unknown one is ignored
   */
  void setAside(TopicIdPartition id) throws IOException;

  /**
   * Deletes logs that were set aside before a time, including those of an earlier run of the engine.
   *
   * @param beforeMs milliseconds since the epoch, exclusive
   * @return how many were deleted
   */
  int deleteSetAside(long beforeMs) throws IOException;

  /**
   * Reads a table of one number per partition that was written before.
   *
   * @param name the table's name: letters, digits, '-'
   * @return the table, empty when it was never written
   */
  Map<TopicIdPartition, Long> readCheckpoint(String name) throws IOException;

  /**
   * Replaces a table of one number per partition, atomically and durably as far as the engine is durable.
   *
   * @param name the table's name: letters, digits, '-'
   * @param values all of its rows
   */
  void writeCheckpoint(String name, Map<TopicIdPartition, Long> values) throws IOException;
}
