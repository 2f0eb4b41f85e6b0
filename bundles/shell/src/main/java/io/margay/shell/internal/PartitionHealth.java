package io.margay.shell.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import java.util.List;

/** How well a partition is replicated, as the metadata image says. */
final class PartitionHealth {
  private PartitionHealth() { }

  /** Whether nobody can read or write it. */
  static boolean leaderless(PartitionImage partition) {
    return partition.leader().equals(BrokerId.NONE);
  }

  /** Whether a replica is not in sync; replicas that a reassignment is still adding do not count. */
  static boolean underReplicated(PartitionImage partition) {
    return partition.replicas().stream()
        .anyMatch(replica -> !partition.isr().contains(replica) && !partition.members().adding().contains(replica));
  }

  /** Whether writes with acks=all are refused. */
  static boolean underMinIsr(PartitionImage partition, int minInsyncReplicas) {
    return partition.isr().size() < minInsyncReplicas;
  }

  /** Whether another broker than the preferred one leads it. */
  static boolean ledByOther(PartitionImage partition) {
    return !leaderless(partition) && !partition.replicas().isEmpty() && !partition.leader().equals(partition.replicas().get(0));
  }

  /** For tables: the leader's id, or null. */
  static Integer leader(PartitionImage partition) {
    return leaderless(partition) ? null : (Integer) partition.leader().value();
  }

  /** For tables. */
  static List<Integer> ids(List<BrokerId> brokers) {
    return brokers.stream().map(BrokerId::value).toList();
  }
}
