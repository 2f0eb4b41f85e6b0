package io.margay.groups.internal.offsets;

import io.margay.protocol.Errors;
import java.util.UUID;

/**
 * A topic of a request, looked up in the cluster's image.
 *
 * @param name its name; null when only an unknown id was given
 * @param id its id; zero when unknown
 * @param partitionCount how many partitions it has; 0 when it is unknown
 * @param error NONE, UNKNOWN_TOPIC_OR_PARTITION or UNKNOWN_TOPIC_ID
 */
public record ResolvedTopic(String name, UUID id, int partitionCount, Errors error) {
  /**
   * @param partition a partition's number
   * @return NONE, or why there is no such partition
   */
  public Errors errorOf(int partition) {
    return error != Errors.NONE || partition >= 0 && partition < partitionCount ? error : Errors.UNKNOWN_TOPIC_OR_PARTITION;
  }
}
