package io.margay.spi.storage;

import io.margay.model.TopicIdPartition;
import java.io.IOException;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A storage engine with several places, between which a log can be moved while it is in use. Its user copies the log:
 *
 * <pre>
 *   openCopy -> append to the copy, flush -> useCopy -> go on with the copy, close the original
 * </pre>
 *
 * <p>A copy is not listed, and {@link #placeOf} and {@link #open} know the original only, until {@link #useCopy}. A crash before
 * that leaves the original, a later one the copy. Deleting the log, or setting it aside, deletes its copy, which is closed then.
 * Safe for all threads.
 */
@ConsumerType
public interface MultiPlaceEngine extends StorageEngine {
  /**
   * Opens a new, empty copy of a log that this engine holds. A log has at most one copy.
   *
   * @param id the partition
   * @param place the path of another of its {@link #places}
   * @param config how to divide it into segments and index it
   * @return the copy; closed by the caller
   * @throws IOException when the place is offline or unknown
   * @throws IllegalStateException when the log is there already, has a copy, or is not held
   */
  LogStore openCopy(TopicIdPartition id, String place, StoreConfig config) throws IOException;

  /**
   * The place of a log's copy, also of one that an earlier process did not complete.
   *
   * @param id the partition
   * @return its path, or null when the log has no copy
   */
  String copyPlaceOf(TopicIdPartition id);

  /**
   * Makes the copy the log. It is on stable storage when this is called, and open. The original is deleted when it is closed.
   *
   * @param id the partition
   * @throws IOException when that cannot be noted on the disk; the original remains the log
   * @throws IllegalStateException when the log has no open copy
   */
  void useCopy(TopicIdPartition id) throws IOException;

  /**
   * Deletes a copy that is not open and did not become the log.
   *
   * @param id the partition; one without a copy is ignored
   */
  void deleteCopy(TopicIdPartition id) throws IOException;
}
