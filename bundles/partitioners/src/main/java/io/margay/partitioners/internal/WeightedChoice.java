package io.margay.partitioners.internal;

import io.margay.spi.partitioner.PartitionerRecord;
import io.margay.spi.partitioner.TopicPartitioner;
import io.margay.spi.partitioner.TopicView;
import java.util.Arrays;
import java.util.Map;

/**
 * Shares records by weight.
 *
 * <p>Keyed records: weighted rendezvous hashing. Each partition draws a number from the key and its weight, and the highest wins;
 * so a key has one partition as long as the weights stay, and a changed weight moves only the keys that this partition gains or
 * loses. That costs a logarithm per partition and record, the price against a table that would move more keys.
 *
 * <p>Records without a key: smooth weighted round robin. Each partition gains its weight in each turn, the richest gets the
 * record and pays the sum; so the proportions are exact after one cycle, and turns of one partition are spread over it. Only
 * partitions with a leader take part, if there is one among those with a weight.
 */
final class WeightedChoice implements TopicPartitioner {
  private final Map<Integer, Integer> weights;
  private final int rest;
  // Guarded by this. Invariant: as long as the weights of the topic when it was last seen.
  private long[] credit = new long[0];

  WeightedChoice(Map<Integer, Integer> weights, int rest) {
    this.weights = Map.copyOf(weights);
    this.rest = rest;
  }

  private int weight(int partition) {
    return weights.getOrDefault(partition, rest);
  }

  @Override
  public int partition(PartitionerRecord record, TopicView topic) {
    int chosen = record.key() == null ? turn(topic) : draw(record.key(), topic.partitionCount());
    if (chosen < 0) {
      throw new IllegalArgumentException("partitioner weighted: none of the " + topic.partitionCount() + " partitions of topic "
          + record.topic() + " has a weight");
    }
    return chosen;
  }

  private int draw(byte[] key, int partitions) {
    long hash = Murmur2.hash(key);
    int chosen = -1;
    double best = Double.NEGATIVE_INFINITY;
    for (int p = 0; p < partitions; p++) {
      int weight = weight(p);
      if (weight > 0) {
        // in (0, 1): 53 bits of a well mixed hash of key and partition
        double uniform = ((mix(hash << 32 | p) >>> 11) + 0.5) * 0x1.0p-53;
        double score = weight / -Math.log(uniform);
        if (score > best) {
          best = score;
          chosen = p;
        }
      }
    }
    return chosen;
  }

  /** The finisher of SplitMix64. */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }

  private synchronized int turn(TopicView topic) {
    int partitions = topic.partitionCount();
    if (credit.length != partitions) {
      credit = Arrays.copyOf(credit, partitions);
    }
    boolean onlyAvailable = false;
    for (int i = 0; i < topic.availableCount() && !onlyAvailable; i++) {
      onlyAvailable = weight(topic.available(i)) > 0;
    }
    int chosen = -1;
    long sum = 0;
    for (int p = 0; p < partitions; p++) {
      int weight = weight(p);
      if (weight > 0 && (!onlyAvailable || topic.isAvailable(p))) {
        credit[p] += weight;
        sum += weight;
        if (chosen < 0 || credit[p] > credit[chosen]) {
          chosen = p;
        }
      }
    }
    if (chosen >= 0) {
      credit[chosen] -= sum;
    }
    return chosen;
  }
}
