package io.margay.spi.placement;

import java.util.Comparator;
import java.util.List;

/**
 * The partitions to place. Immutable.
 *
 * @param brokers all brokers; kept in ascending order of their ids, whatever order they are given in
 * @param from index of the first partition
 * @param to index after the last partition
 * @param replicationFactor replicas of each partition, {@code >= 1}
 * @param start any number {@code >= 0}, the same for all partitions of a topic: which broker comes first
 */
public record PlacementRequest(List<PlacementBroker> brokers, int from, int to, int replicationFactor, int start) {
  public PlacementRequest {
    brokers = brokers.stream().sorted(Comparator.comparing(PlacementBroker::id)).toList();
    if (from < 0 || to < from || start < 0) {
      throw new IllegalArgumentException("expected 0 <= from <= to and start >= 0, not from " + from + " to " + to + " start "
          + start);
    }
    if (replicationFactor < 1) {
      throw new IllegalArgumentException("a partition has at least one replica, not " + replicationFactor);
    }
  }

  /**
   * @return the brokers that are not fenced, in ascending order of their ids; as many as the replication factor or more
   * @throws IllegalArgumentException when there are fewer
   */
  public List<PlacementBroker> usable() {
    List<PlacementBroker> usable = brokers.stream().filter(b -> !b.fenced()).toList();
    if (usable.size() < replicationFactor) {
      throw new IllegalArgumentException(replicationFactor + " replicas need as many brokers, but there are only "
          + usable.size());
    }
    return usable;
  }
}
