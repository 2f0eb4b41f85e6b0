package io.margay.metadata;

import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import java.util.List;

/**
 * One partition's replicas and leader.
 *
 * @param index the partition's index
 * @param replicas the brokers that hold it, the preferred leader first
 * @param isr the in-sync replicas, a subset of replicas
 * @param leader the leader, or {@link BrokerId#NONE}
 * @param leaderEpoch grows with each change of leader
 * @param partitionEpoch grows with each change of this record
 */
public record PartitionImage(int index, List<BrokerId> replicas, List<BrokerId> isr, BrokerId leader, LeaderEpoch leaderEpoch,
    int partitionEpoch) {
  public PartitionImage {
    replicas = List.copyOf(replicas);
    isr = List.copyOf(isr);
  }
}
