package io.margay.spi.partition;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import org.osgi.annotation.versioning.ConsumerType;
import org.osgi.annotation.versioning.ProviderType;

/** The partitions of this broker. Safe for all threads. */
@ProviderType
public interface Partitions {
  /**
   * @param tp a partition
   * @return it, when this broker leads it and its log is open; else null
   */
  LeaderPartition leader(TopicPartition tp);

  /**
   * Told when this broker begins and ceases to lead partitions. Registered as a service; a listener that joins later is told of
   * all that are led then. Calls for one partition come in order, one at a time, on a thread that may not be blocked for long.
   */
  @ConsumerType
  interface LeadershipListener {
    /**
     * @param partition the partition, open and ready
     * @param epoch the epoch of this leadership
     */
    void onElected(LeaderPartition partition, LeaderEpoch epoch);

    /**
     * @param tp a partition that this broker no longer leads, or that was deleted or closed
     */
    void onResigned(TopicPartition tp);
  }
}
