package io.margay.partitioners.internal;

import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.util.SplittableRandom;

/**
 * Stays on one partition until it got so many bytes, so that batches are full, and then moves to another one at random. Takes
 * only partitions that have a leader, if there are any, and leaves one that lost its leader at once. Its lock is held for a few
 * instructions.
 */
final class StickyChoice implements TopicPartitioner {
  /** The Java client's default of {@code batch.size}. */
  static final int DEFAULT_BYTES = 16_384;
  static final String EXPECTED = "bytes=N, the bytes that a partition gets in a row (default " + DEFAULT_BYTES + ")";

  private final int bytes;
  private final SplittableRandom random = new SplittableRandom();
  private int partition = -1;
  private int filled;

  StickyChoice(int bytes) {
    this.bytes = bytes;
  }

  @Override
  public synchronized int partition(PartitionerRecord record, TopicView topic) {
    boolean usable = partition >= 0 && partition < topic.partitionCount()
        && (topic.availableCount() == 0 || topic.isAvailable(partition));
    if (!usable || filled >= bytes) {
      partition = next(topic);
      filled = 0;
    }
    // a record without a byte counts, too: a topic of tombstones moves on
    filled += Math.max(1, record.sizeBytes());
    return partition;
  }

  private int next(TopicView topic) {
    boolean some = topic.availableCount() > 0;
    int count = some ? topic.availableCount() : topic.partitionCount();
    int index = random.nextInt(count);
    int next = some ? topic.available(index) : index;
    if (next == partition && count > 1) {
      int other = (index + 1 + random.nextInt(count - 1)) % count;
      return some ? topic.available(other) : other;
    }
    return next;
  }
}
