package io.margay.replication.internal.offsets;

import io.margay.protocol.message.ListOffsetsRequest;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsPartition;
import io.margay.protocol.message.ListOffsetsRequest.ListOffsetsTopic;
import io.margay.replication.internal.SeededHash;
import java.util.Arrays;

/**
 * The partitions that a request names more than once. Two names with the same seeded hash of 64 bits count as one, so that this takes
 * eight bytes for each partition.
 */
final class NamedTwice {
  private final long[] hashes;

  NamedTwice(ListOffsetsRequest list, int partitions) {
    long[] all = new long[partitions];
    int next = 0;
    for (ListOffsetsTopic topic : list.topics()) {
      long name = SeededHash.of(topic.name());
      for (ListOffsetsPartition partition : topic.partitions()) {
        all[next++] = SeededHash.with(name, partition.partitionIndex());
      }
    }
    Arrays.sort(all);
    int kept = 0;
    for (int i = 1; i < all.length; i++) {
      if (all[i] == all[i - 1] && (kept == 0 || all[kept - 1] != all[i])) {
        all[kept++] = all[i];
      }
    }
    hashes = kept == 0 ? new long[0] : Arrays.copyOf(all, kept);
  }

  /** @param name {@link SeededHash#of} the topic's name */
  boolean contains(long name, int partition) {
    return hashes.length > 0 && Arrays.binarySearch(hashes, SeededHash.with(name, partition)) >= 0;
  }
}
