package io.margay.spi.partitioner;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * A strategy at work for one topic. What it remembers from record to record (counters, the partition that it sticks to) is here
 * and nowhere else: no static and no thread-local state. Safe for all threads; never blocks.
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
