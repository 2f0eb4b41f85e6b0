package io.margay.metadata;

import io.margay.model.BrokerId;
import java.util.List;

/**
 * The brokers that hold a partition. A record that all in-sync replicas had is also on each eligible replica (KIP-966).
 *
 * @param replicas all of them, the preferred leader first; while the partition is reassigned, the old and the new ones
 * @param isr the in-sync replicas, a subset of replicas
 * @param elr the eligible leader replicas: no longer in sync, but they have everything that was committed; a subset of replicas,
 *     disjoint from the ISR
 * @param lastKnownElr replicas that were eligible until their broker stopped uncleanly
 * @param adding replicas that a reassignment adds; a subset of replicas
 * @param removing replicas that a reassignment removes at its end; a subset of replicas
 */
public record ReplicaSet(List<BrokerId> replicas, List<BrokerId> isr, List<BrokerId> elr, List<BrokerId> lastKnownElr,
    List<BrokerId> adding, List<BrokerId> removing) {
  public ReplicaSet {
    replicas = List.copyOf(replicas);
    isr = List.copyOf(isr);
    elr = List.copyOf(elr);
    lastKnownElr = List.copyOf(lastKnownElr);
    adding = List.copyOf(adding);
    removing = List.copyOf(removing);
  }

  /**
   * @param replicas all of them, the preferred leader first
   * @param isr those in sync
   * @return a set without eligible replicas and without a reassignment
   */
  public static ReplicaSet of(List<BrokerId> replicas, List<BrokerId> isr) {
    return new ReplicaSet(replicas, isr, List.of(), List.of(), List.of(), List.of());
  }

  /** @return whether a reassignment is in progress */
  public boolean reassigning() {
    return !adding.isEmpty() || !removing.isEmpty();
  }
}
