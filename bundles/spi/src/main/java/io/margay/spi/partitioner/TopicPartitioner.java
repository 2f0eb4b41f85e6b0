package io.margay.spi.partitioner;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A strategy in use for one topic. It holds all state that is kept between records (counters, the current sticky partition): there
 * is no static and no thread-local state. Safe for all threads; never blocks.
 */
@ConsumerType
@FunctionalInterface
public interface TopicPartitioner {
  /**
   * Chooses the partition of a record.
   *
   * @param record the record
   * @param topic the topic as it is now; the number of partitions may have grown since the last call
   * @return 0 to {@code topic.partitionCount() - 1}
   * @throws IllegalArgumentException when the options of the strategy leave no partition of this topic
   */
  int partition(PartitionerRecord record, TopicView topic);
}
