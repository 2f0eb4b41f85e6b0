package io.margay.spi.partition;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicPartition;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is notified when this broker starts and stops leading partitions. Registered as a service; a new listener is first notified of
 * all leaderships that exist at that time. Calls for one partition come in order, one at a time, on a thread that must not be
 * blocked for long.
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
