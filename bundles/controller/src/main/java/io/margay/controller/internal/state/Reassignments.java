package io.margay.controller.internal.state;

import io.margay.metadata.ReplicaSet;
import io.margay.model.BrokerId;
import java.util.ArrayList;
import java.util.List;

/**
 * What a reassignment does to the replicas of a partition. Pure. While it lasts, the partition has the new replicas, in their order, and
 * after them those that will be removed. It is complete when all replicas that were added are in sync, and as many of the wanted ones as
 * {@code min.insync.replicas} demands. The second rule is stricter than Kafka's: there, a reassignment that only removes replicas may leave
 * an acknowledged record on a single broker.
 */
final class Reassignments {
  private Reassignments() { }

  /** The replicas before the reassignment in progress, if there is one. */
  static List<BrokerId> original(ReplicaSet now) {
    return now.replicas().stream().filter(r -> !now.adding().contains(r)).toList();
  }

  /**
   * Begins a reassignment; it replaces one in progress.
   *
   * @param target the wanted replicas, the preferred leader first
   */
  static ReplicaSet begin(ReplicaSet now, List<BrokerId> target) {
    List<BrokerId> original = original(now);
    List<BrokerId> adding = target.stream().filter(r -> !original.contains(r)).toList();
    List<BrokerId> removing = original.stream().filter(r -> !target.contains(r)).toList();
    List<BrokerId> replicas = new ArrayList<>(target);
    replicas.addAll(removing);
    return restricted(now, replicas, adding, removing);
  }

  /** Ends a reassignment without its effect. */
  static ReplicaSet cancel(ReplicaSet now) {
    return restricted(now, original(now), List.of(), List.of());
  }

  /**
   * The replicas after the reassignment when it is complete; else the same object.
   *
   * @param minIsr {@code min.insync.replicas} of the topic
   */
  static ReplicaSet completed(ReplicaSet now, int minIsr) {
    if (!now.reassigning() || !now.isr().containsAll(now.adding())) {
      return now;
    }
    List<BrokerId> replicas = now.replicas().stream().filter(r -> !now.removing().contains(r)).toList();
    ReplicaSet after = restricted(now, replicas, List.of(), List.of());
    return after.isr().size() < Math.max(1, Math.min(minIsr, replicas.size())) ? now : after;
  }

  private static ReplicaSet restricted(ReplicaSet now, List<BrokerId> replicas, List<BrokerId> adding, List<BrokerId> removing) {
    return new ReplicaSet(replicas, in(now.isr(), replicas), in(now.elr(), replicas), in(now.lastKnownElr(), replicas), adding, removing);
  }

  private static List<BrokerId> in(List<BrokerId> some, List<BrokerId> replicas) {
    return some.stream().filter(replicas::contains).toList();
  }
}
