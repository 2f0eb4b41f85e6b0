package io.margay.controller.internal.state;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides who is in sync, who is eligible and who leads a partition. Pure: each method gives the partition as it is after a change,
 * or the same object when nothing changes.
 *
 * <p>The order of candidates is: the current leader; in-sync replicas; eligible replicas (KIP-966), which have everything that was
 * committed; when there is none of these, not even one that is away, the last known leader; and only where unclean elections are allowed,
 * other replicas. Among equals the first in the replica list wins. Only active brokers (neither fenced nor shutting down) are elected.
 *
 * <p>Eligible replicas: the high watermark does not advance while the ISR is smaller than {@code min.insync.replicas}. So a replica
 * that leaves such an ISR keeps everything that is committed until the ISR is large enough again. A replica whose broker stopped
 * uncleanly may have lost the end of its log: it leaves both sets, and is remembered as last known, the newest first. When all are lost,
 * nobody has more than the newest: the one that was in sync for longest.
 */
final class Elections {
  private Elections() { }

  /**
   * What the decision depends on, besides the partition.
   *
   * @param active which brokers may be elected
   * @param minIsr {@code min.insync.replicas} of the topic
   * @param unclean whether a replica may be elected that may lack committed records
   */
  record Rules(Predicate<BrokerId> active, int minIsr, boolean unclean) { }

  /** Elects a leader if there is none, or the current one is not active. */
  static PartitionImage elect(PartitionImage before, Rules rules) {
    return decide(before, before.members(), BrokerId.NONE, rules);
  }

  /** A replica leaves the ISR because its broker is fenced. */
  static PartitionImage leave(PartitionImage before, BrokerId left, Rules rules) {
    if (!before.isr().contains(left) && !before.leader().equals(left)) {
      return before;
    }
    return decide(before, withIsr(before.members(), minus(before.isr(), left)), BrokerId.NONE, rules);
  }

  /**
   * A replica may have lost the end of its log. The only replica of a partition is left as it is: there is no better one.
   *
   * @param lost the replica
   */
  static PartitionImage lose(PartitionImage before, BrokerId lost, Rules rules) {
    ReplicaSet members = before.members();
    if (members.replicas().size() == 1 || !members.isr().contains(lost) && !members.elr().contains(lost)) {
      return before;
    }
    return decide(before, withIsr(members, minus(members.isr(), lost)), lost, rules);
  }

  /** The leader's process was replaced, and leads in a new epoch. */
  static PartitionImage lead(PartitionImage before, BrokerId leader) {
    return new PartitionImage(before.index(), before.members(), leader, new LeaderEpoch(before.leaderEpoch().value() + 1),
        before.partitionEpoch() + 1);
  }

  /** The first replica leads again, if it is active and in sync; else the partition stays as it is. */
  static PartitionImage prefer(PartitionImage before, Rules rules) {
    BrokerId first = preferred(before);
    return before.leader().equals(first) || !before.isr().contains(first) || !rules.active().test(first) ? before
        : lead(before, first);
  }

  /** The replica that leads when all are in sync. */
  static BrokerId preferred(PartitionImage partition) {
    return partition.replicas().get(0);
  }

  /**
   * Changes the members, for an ISR that a leader asks for and for a reassignment.
   *
   * @param wanted the new members; its eligible and last known replicas are recomputed
   */
  static PartitionImage change(PartitionImage before, ReplicaSet wanted, Rules rules) {
    return decide(before, wanted, BrokerId.NONE, rules);
  }

  /**
   * A broker is shutting down: another one leads what it led, and it leaves the ISR. Where no other replica can lead, nothing changes,
   * so that it serves until its end.
   *
   * @param rules by which the broker is not active any more
   */
  static PartitionImage handOver(PartitionImage before, BrokerId leaving, Rules rules) {
    if (!before.isr().contains(leaving)) {
      return before;
    }
    PartitionImage after = leave(before, leaving, new Rules(rules.active(), rules.minIsr(), false));
    return after.leader().equals(BrokerId.NONE) ? before : after;
  }

  private static PartitionImage decide(PartitionImage before, ReplicaSet wanted, BrokerId lost, Rules rules) {
    ReplicaSet members = eligible(before.members(), wanted, lost);
    BrokerId leader = candidate(before, members, rules);
    boolean clean = !leader.equals(BrokerId.NONE);
    if (!clean) {
      leader = uncleanCandidate(members, rules);
    }
    if (!leader.equals(BrokerId.NONE)) {
      if (!members.isr().contains(leader)) {
        members = eligible(members, withIsr(members, List.of(leader)), BrokerId.NONE);
      }
      if (!clean || members.isr().size() >= Math.min(rules.minIsr(), members.replicas().size())) {
        // After an unclean election its log is the truth; else the high watermark advances with the ISR alone.
        members = new ReplicaSet(members.replicas(), clean ? members.isr() : List.of(leader), List.of(), List.of(), members.adding(),
            members.removing());
      }
    }
    boolean sameLeader = leader.equals(before.leader());
    // A replica that was removed must not be able to go on in the current epoch.
    boolean shrunk = !members.replicas().containsAll(before.replicas());
    if (sameLeader && !shrunk && members.equals(before.members())) {
      return before;
    }
    LeaderEpoch epoch = sameLeader && !shrunk ? before.leaderEpoch() : new LeaderEpoch(before.leaderEpoch().value() + 1);
    return new PartitionImage(before.index(), members, leader, epoch, before.partitionEpoch() + 1);
  }

  /** Recomputes who is eligible outside of the wanted ISR, as if it were too small for the high watermark to advance. */
  private static ReplicaSet eligible(ReplicaSet before, ReplicaSet wanted, BrokerId lost) {
    List<BrokerId> replicas = wanted.replicas();
    List<BrokerId> isr = wanted.isr();
    if (isr.containsAll(replicas)) {
      return wanted.elr().isEmpty() && wanted.lastKnownElr().isEmpty() ? wanted
          : new ReplicaSet(replicas, isr, List.of(), List.of(), wanted.adding(), wanted.removing());
    }
    List<BrokerId> elr = new ArrayList<>();
    List<BrokerId> lastKnown = new ArrayList<>();
    for (BrokerId id : replicas) {
      if (!isr.contains(id) && (before.isr().contains(id) || before.elr().contains(id))) {
        (id.equals(lost) ? lastKnown : elr).add(id);
      }
    }
    for (BrokerId id : before.lastKnownElr()) {
      if (replicas.contains(id) && !isr.contains(id) && !elr.contains(id) && !lastKnown.contains(id)) {
        lastKnown.add(id);
      }
    }
    return new ReplicaSet(replicas, isr, elr, lastKnown, wanted.adding(), wanted.removing());
  }

  private static BrokerId candidate(PartitionImage before, ReplicaSet members, Rules rules) {
    if (members.isr().contains(before.leader()) && rules.active().test(before.leader())) {
      return before.leader();
    }
    BrokerId inSync = first(members, members.isr(), rules);
    return inSync.equals(BrokerId.NONE) ? first(members, members.elr(), rules) : inSync;
  }

  /** Who leads when nobody is known to have everything. The last known leader may even if unclean elections are not allowed. */
  private static BrokerId uncleanCandidate(ReplicaSet members, Rules rules) {
    boolean none = members.isr().isEmpty() && members.elr().isEmpty();
    if (none && !members.lastKnownElr().isEmpty() && rules.active().test(members.lastKnownElr().get(0))) {
      return members.lastKnownElr().get(0);
    } else if (!rules.unclean()) {
      return BrokerId.NONE;
    }
    BrokerId known = first(members, members.lastKnownElr(), rules);
    return known.equals(BrokerId.NONE) ? first(members, members.replicas(), rules) : known;
  }

  /** The first active one of {@code among}, in the order of the replicas. */
  private static BrokerId first(ReplicaSet members, List<BrokerId> among, Rules rules) {
    for (BrokerId id : members.replicas()) {
      if (among.contains(id) && rules.active().test(id)) {
        return id;
      }
    }
    return BrokerId.NONE;
  }

  private static ReplicaSet withIsr(ReplicaSet members, List<BrokerId> isr) {
    return new ReplicaSet(members.replicas(), isr, members.elr(), members.lastKnownElr(), members.adding(), members.removing());
  }

  private static List<BrokerId> minus(List<BrokerId> brokers, BrokerId left) {
    return brokers.stream().filter(b -> !b.equals(left)).toList();
  }
}
