package io.margay.spi.partition;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Hears when this broker begins and ceases to lead partitions. Registered as a service; a listener that joins later first hears of
 * all leaderships that exist then. Calls for one partition come in order, one at a time, on a thread that may not be blocked for long.
 */
@ConsumerType
public interface LeadershipListener {
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
