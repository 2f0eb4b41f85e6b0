package io.margay.metadata;

import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import java.util.List;

/**
 * One partition's replicas and leader.
 *
 * @param index the partition's index
 * @param members the brokers that hold it, and how far they can be relied on
 * @param leader the leader, or {@link BrokerId#NONE}
 * @param leaderEpoch grows with each change of leader
 * @param partitionEpoch grows with each change of this record
 */
public record PartitionImage(int index, ReplicaSet members, BrokerId leader, LeaderEpoch leaderEpoch, int partitionEpoch) {
  /**
   * A partition that is not being reassigned and has no eligible replicas outside of its ISR.
   *
   * @param index the partition's index
   * @param replicas the brokers that hold it, the preferred leader first
   * @param isr the in-sync replicas, a subset of replicas
   * @param leader the leader, or {@link BrokerId#NONE}
   * @param leaderEpoch grows with each change of leader
   * @param partitionEpoch grows with each change of this record
   */
  public PartitionImage(int index, List<BrokerId> replicas, List<BrokerId> isr, BrokerId leader, LeaderEpoch leaderEpoch,
      int partitionEpoch) {
    this(index, ReplicaSet.of(replicas, isr), leader, leaderEpoch, partitionEpoch);
  }

  /** @return the brokers that hold it, the preferred leader first */
  public List<BrokerId> replicas() {
    return members.replicas();
  }

  /** @return the in-sync replicas, a subset of {@link #replicas} */
  public List<BrokerId> isr() {
    return members.isr();
  }
}
