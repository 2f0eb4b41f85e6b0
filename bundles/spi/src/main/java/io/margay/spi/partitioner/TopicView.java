package io.margay.spi.partitioner;

import java.util.Arrays;
import java.util.BitSet;

/**
 * What a strategy may know about a topic: how many partitions it has, and which of them have a leader now. Immutable.
 */
public final class TopicView {
  private final int partitionCount;
  private final int[] available;

  private TopicView(int partitionCount, int[] available) {
    this.partitionCount = partitionCount;
    this.available = available;
  }

  /**
   * @param partitionCount how many partitions there are, {@code >= 1}
   * @return a topic all of whose partitions are available
   */
  public static TopicView of(int partitionCount) {
    BitSet all = new BitSet(Math.max(1, partitionCount));
    all.set(0, Math.max(1, partitionCount));
    return of(partitionCount, all);
  }

  /**
   * @param partitionCount how many partitions there are, {@code >= 1}
   * @param available those with a leader; copied
   * @return the topic
   */
  public static TopicView of(int partitionCount, BitSet available) {
    if (partitionCount < 1) {
      throw new IllegalArgumentException("a topic has at least one partition, not " + partitionCount);
    }
    if (available.length() > partitionCount) {
      throw new IllegalArgumentException("partition " + (available.length() - 1) + " cannot be available: there are only "
          + partitionCount);
    }
    return new TopicView(partitionCount, available.stream().toArray());
  }

  /** @return how many partitions the topic has, {@code >= 1} */
  public int partitionCount() {
    return partitionCount;
  }

  /** @return how many partitions have a leader, 0 to {@link #partitionCount} */
  public int availableCount() {
    return available.length;
  }

  /**
   * @param index 0 to {@code availableCount() - 1}
   * @return the partition with that rank among those that have a leader, in ascending order
   */
  public int available(int index) {
    return available[index];
  }

  /**
   * @param partition any number
   * @return whether it has a leader
   */
  public boolean isAvailable(int partition) {
    return Arrays.binarySearch(available, partition) >= 0;
  }
}
