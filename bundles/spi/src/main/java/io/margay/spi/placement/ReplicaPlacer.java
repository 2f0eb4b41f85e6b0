package io.margay.spi.placement;

import io.margay.model.BrokerId;
import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** A strategy, registered as a service with the property {@value #NAME_PROPERTY}. Pure. Safe for all threads; never blocks. */
@ConsumerType
public interface ReplicaPlacer {
  /** The service property with the name that the setting {@code margay.placement} refers to. */
  String NAME_PROPERTY = "name";

  /**
   * Chooses brokers for the partitions {@code [from, to)} of one topic.
   *
   * @param request which partitions, how many replicas, and the existing brokers
   * @return one list for each partition, in order: {@code replicationFactor} different brokers, none of them fenced, the
   *     preferred leader first. With the same brokers and start, {@code [0, a)} followed by {@code [a, b)} is {@code [0, b)}
   * @throws IllegalArgumentException when these brokers cannot hold the replicas; the message says why
   */
  List<List<BrokerId>> place(PlacementRequest request);
}
