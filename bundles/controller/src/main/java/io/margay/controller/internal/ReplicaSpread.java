package io.margay.controller.internal;

import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Places replicas: the first ones go round the brokers, and the distance of the others from the first grows with each round, so
 * that the load of a broker that dies falls evenly on all others. With racks, brokers are taken rack by rack in turn, so that
 * neighbours are in different racks. Pure: the same input gives the same placement.
 */
final class ReplicaSpread {
  private ReplicaSpread() { }

  /**
   * Places partitions.
   *
   * @param brokers all brokers; fenced ones get nothing
   * @param from index of the first partition
   * @param to index after the last partition
   * @param replicationFactor replicas of each
   * @param start any number {@code >= 0}; where the first round begins
   * @return the replicas of each partition, the preferred leader first
   * @throws RefusedException when there are too few brokers
   */
  static List<List<BrokerId>> place(Collection<BrokerImage> brokers, int from, int to, int replicationFactor, int start) {
    List<BrokerId> order = order(brokers);
    int n = order.size();
    if (replicationFactor < 1) {
      throw new RefusedException(Errors.INVALID_REPLICATION_FACTOR,
          "Replication factor must be larger than 0, or -1 to use the default value.");
    }
    if (replicationFactor > n) {
      throw new RefusedException(Errors.INVALID_REPLICATION_FACTOR, "Unable to replicate the partition " + replicationFactor
          + " time(s): The target replication factor of " + replicationFactor + " cannot be reached because only " + n
          + " broker(s) are registered.");
    }
    List<List<BrokerId>> placed = new ArrayList<>(to - from);
    for (int p = from; p < to; p++) {
      int first = Math.floorMod(start + p, n);
      int round = p / n;
      List<BrokerId> replicas = new ArrayList<>(replicationFactor);
      replicas.add(order.get(first));
      for (int j = 1; j < replicationFactor; j++) {
        replicas.add(order.get((first + 1 + (round + j - 1) % (n - 1)) % n));
      }
      placed.add(List.copyOf(replicas));
    }
    return placed;
  }

  private static List<BrokerId> order(Collection<BrokerImage> brokers) {
    TreeMap<String, Deque<BrokerId>> racks = new TreeMap<>();
    brokers.stream().filter(b -> !b.fenced()).sorted(Comparator.comparing(BrokerImage::id))
        .forEach(b -> racks.computeIfAbsent(Objects.requireNonNullElse(b.rack(), ""), r -> new ArrayDeque<>()).add(b.id()));
    List<BrokerId> order = new ArrayList<>();
    while (!racks.isEmpty()) {
      racks.values().forEach(rack -> order.add(rack.poll()));
      racks.values().removeIf(Deque::isEmpty);
    }
    return order;
  }
}
