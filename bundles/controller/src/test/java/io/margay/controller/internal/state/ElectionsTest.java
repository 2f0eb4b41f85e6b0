package io.margay.controller.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.PartitionImage;
import io.margay.metadata.ReplicaSet;
import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Rules, and all partitions of up to three replicas against what must hold for each. */
class ElectionsTest {
  private static List<BrokerId> ids(int... ids) {
    List<BrokerId> list = new ArrayList<>();
    for (int id : ids) {
      list.add(new BrokerId(id));
    }
    return list;
  }

  private static BrokerId id(int id) {
    return new BrokerId(id);
  }

  private static PartitionImage partition(int leader, List<BrokerId> isr, List<BrokerId> elr, List<BrokerId> lastKnown) {
    return new PartitionImage(0, new ReplicaSet(ids(1, 2, 3), isr, elr, lastKnown, List.of(), List.of()), id(leader),
        new LeaderEpoch(5), 7);
  }

  private static Elections.Rules rules(int minIsr, boolean unclean, int... active) {
    Set<BrokerId> up = Set.copyOf(ids(active));
    return new Elections.Rules(up::contains, minIsr, unclean);
  }

  private static void check(PartitionImage p, int leader, int epoch, List<BrokerId> isr, List<BrokerId> elr,
      List<BrokerId> lastKnown) {
    assertThat(p.leader().value()).as("leader").isEqualTo(leader);
    assertThat(p.leaderEpoch().value()).as("epoch").isEqualTo(epoch);
    assertThat(p.isr()).as("isr").isEqualTo(isr);
    assertThat(p.members().elr()).as("elr").isEqualTo(elr);
    assertThat(p.members().lastKnownElr()).as("last known").isEqualTo(lastKnown);
  }

  @Test
  void theFirstInSyncReplicaFollowsAFencedLeader() {
    PartitionImage p = partition(1, ids(1, 2, 3), List.of(), List.of());
    check(Elections.leave(p, id(1), rules(1, false, 2, 3)), 2, 6, ids(2, 3), List.of(), List.of());
    check(Elections.leave(p, id(1), rules(2, false, 3)), 3, 6, ids(2, 3), List.of(), List.of());
    check(Elections.leave(p, id(3), rules(2, false, 1, 2)), 1, 5, ids(1, 2), List.of(), List.of());
  }

  @Test
  void aReplicaThatLeavesASmallIsrStaysEligible() {
    PartitionImage p = partition(1, ids(1, 2), List.of(), List.of());
    PartitionImage one = Elections.leave(p, id(1), rules(2, false, 2, 3));
    check(one, 2, 6, ids(2), ids(1), List.of());
    PartitionImage none = Elections.leave(one, id(2), rules(2, false, 3));
    check(none, -1, 7, List.of(), ids(1, 2), List.of());
    PartitionImage back = Elections.elect(none, rules(2, false, 1, 3));
    check(back, 1, 8, ids(1), ids(2), List.of());
    PartitionImage enough = Elections.change(back, new ReplicaSet(ids(1, 2, 3), ids(1, 3), ids(2), List.of(), List.of(), List.of()),
        rules(2, false, 1, 3));
    check(enough, 1, 8, ids(1, 3), List.of(), List.of());
  }

  @Test
  void aLostReplicaIsNeitherInSyncNorEligible() {
    PartitionImage p = partition(2, ids(2), ids(1), List.of());
    PartitionImage one = Elections.lose(p, id(1), rules(2, false, 1, 2));
    check(one, 2, 5, ids(2), List.of(), ids(1));
    PartitionImage none = Elections.lose(one, id(2), rules(2, false, 1, 3));
    check(none, -1, 6, List.of(), List.of(), ids(2, 1));
    assertThat(Elections.elect(none, rules(2, false, 1, 3))).isSameAs(none);
    check(Elections.elect(none, rules(2, true, 1, 3)), 1, 7, ids(1), List.of(), List.of());
    check(Elections.elect(none, rules(2, true, 3)), 3, 7, ids(3), List.of(), List.of());
  }

  @Test
  void whenAllAreLostTheLastOneThatWasInSyncLeads() {
    PartitionImage none = partition(-1, List.of(), ids(1, 3), ids(2));
    PartitionImage one = Elections.lose(none, id(3), rules(2, false, 2, 3));
    check(one, -1, 5, List.of(), ids(1), ids(3, 2));
    PartitionImage all = Elections.lose(one, id(1), rules(2, false, 2, 3));
    check(all, -1, 5, List.of(), List.of(), ids(1, 3, 2));
    check(Elections.elect(all, rules(2, false, 1, 2, 3)), 1, 6, ids(1), List.of(), List.of());
  }

  @Test
  void theOnlyReplicaIsNeverLost() {
    PartitionImage p = new PartitionImage(0, ids(1), ids(1), id(1), new LeaderEpoch(0), 0);
    assertThat(Elections.lose(p, id(1), rules(1, false, 1))).isSameAs(p);
    PartitionImage fenced = Elections.leave(p, id(1), rules(1, false));
    check(fenced, -1, 1, List.of(), ids(1), List.of());
    check(Elections.elect(fenced, rules(1, false, 1)), 1, 2, ids(1), List.of(), List.of());
  }

  @Test
  void leadershipIsHandedOverOnlyToAnother() {
    PartitionImage p = partition(1, ids(1, 2), List.of(), List.of());
    check(Elections.handOver(p, id(1), rules(1, false, 2, 3)), 2, 6, ids(2), List.of(), List.of());
    assertThat(Elections.handOver(p, id(1), rules(1, true, 3))).isSameAs(p);
    PartitionImage alone = partition(1, ids(1), List.of(), List.of());
    assertThat(Elections.handOver(alone, id(1), rules(1, true, 2, 3))).isSameAs(alone);
  }

  @Test
  void thePreferredReplicaLeadsOnlyInSync() {
    PartitionImage p = partition(2, ids(1, 2), List.of(), List.of());
    check(Elections.prefer(p, rules(1, false, 1, 2)), 1, 6, ids(1, 2), List.of(), List.of());
    assertThat(Elections.prefer(p, rules(1, false, 2))).isSameAs(p);
    PartitionImage behind = partition(2, ids(2, 3), List.of(), List.of());
    assertThat(Elections.prefer(behind, rules(1, false, 1, 2))).isSameAs(behind);
  }

  @Test
  void aReplicaThatIsRemovedEndsTheEpoch() {
    PartitionImage p = partition(1, ids(1, 2, 3), List.of(), List.of());
    PartitionImage after = Elections.change(p, ReplicaSet.of(ids(1, 2), ids(1, 2)), rules(1, false, 1, 2, 3));
    check(after, 1, 6, ids(1, 2), List.of(), List.of());
  }

  /** Runs a check for each partition of three replicas, each set of active brokers, each min ISR. */
  private static void all(boolean unclean, Consumer<Object[]> check) {
    for (int sets = 0; sets < 256; sets++) {
      List<List<BrokerId>> of = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (int r = 0; r < 3; r++) {
        of.get(sets >> 2 * r & 3).add(id(r + 1));
      }
      for (int leader = -1; leader <= 3; leader++) {
        if (leader == 0 || leader > 0 && !of.get(0).contains(id(leader))) {
          continue;
        }
        for (int up = 0; up < 8; up++) {
          for (int min = 1; min <= 3; min++) {
            int mask = up;
            Elections.Rules rules = new Elections.Rules(b -> b.value() > 0 && (mask >> b.value() - 1 & 1) == 1, min, unclean);
            check.accept(new Object[] {partition(leader, of.get(0), of.get(1), of.get(2)), rules});
          }
        }
      }
    }
  }

  private static void holds(PartitionImage before, PartitionImage after, Elections.Rules rules, BrokerId lost) {
    String what = before + " -> " + after;
    ReplicaSet m = after.members();
    assertThat(Collections.disjoint(m.elr(), m.isr()) && Collections.disjoint(m.elr(), m.lastKnownElr())
        && Collections.disjoint(m.isr(), m.lastKnownElr())).as(what).isTrue();
    assertThat(m.replicas()).as(what).containsAll(m.isr()).containsAll(m.elr()).containsAll(m.lastKnownElr());
    boolean led = !after.leader().equals(BrokerId.NONE);
    if (led) {
      assertThat(m.isr()).as(what).contains(after.leader());
      assertThat(rules.active().test(after.leader())).as(what).isTrue();
    }
    boolean safe = !after.leader().equals(lost)
        && (before.isr().contains(after.leader()) || before.members().elr().contains(after.leader()));
    boolean nobody = before.isr().isEmpty() && before.members().elr().isEmpty()
        || !lost.equals(BrokerId.NONE) && before.isr().size() + before.members().elr().size() == 1;
    if (led && !rules.unclean() && !nobody) {
      assertThat(safe).as(what).isTrue();
    }
    boolean someone = java.util.stream.Stream.concat(before.isr().stream(), before.members().elr().stream())
        .anyMatch(b -> !b.equals(lost) && rules.active().test(b));
    if (someone) {
      assertThat(led && safe && !after.leader().equals(lost)).as("a clean leader, " + what).isTrue();
    }
    // Whoever had everything, and can still be needed, is not forgotten.
    if (m.isr().size() < Math.min(rules.minIsr(), 3) && (!led || safe)) {
      for (BrokerId b : before.isr()) {
        assertThat(m.isr().contains(b) || m.elr().contains(b) || b.equals(lost)).as(what).isTrue();
      }
    }
    assertThat(m.isr().contains(lost) || m.elr().contains(lost)).as(what).isEqualTo(led && after.leader().equals(lost));
    int epochs = after.leaderEpoch().value() - before.leaderEpoch().value();
    assertThat(epochs).as(what).isEqualTo(after.leader().equals(before.leader()) ? 0 : 1);
    assertThat(after.partitionEpoch()).as(what).isEqualTo(after == before ? 7 : 8);
  }

  @Test
  void whatMustHoldForEachElection() {
    for (boolean unclean : new boolean[] {false, true}) {
      all(unclean, c -> {
        PartitionImage p = (PartitionImage) c[0];
        Elections.Rules rules = (Elections.Rules) c[1];
        holds(p, Elections.elect(p, rules), rules, BrokerId.NONE);
        for (BrokerId left : p.replicas()) {
          Elections.Rules without = new Elections.Rules(b -> !b.equals(left) && rules.active().test(b), rules.minIsr(), unclean);
          if (p.isr().contains(left)) {
            PartitionImage after = Elections.leave(p, left, without);
            holds(p, after, without, BrokerId.NONE);
            assertThat(after.isr()).doesNotContain(left);
          }
          if (p.isr().contains(left) || p.members().elr().contains(left)) {
            holds(p, Elections.lose(p, left, rules), rules, left);
          }
        }
      });
    }
  }
}
