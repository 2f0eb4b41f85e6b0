package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReplicaSpreadTest {
  private static List<BrokerImage> brokers(String... racks) {
    List<BrokerImage> brokers = new ArrayList<>();
    for (int i = 0; i < racks.length; i++) {
      brokers.add(new BrokerImage(new BrokerId(i), 0, List.of(), racks[i], "fenced".equals(racks[i])));
    }
    return brokers;
  }

  @Test
  void replicasAreDistinctAndLeadersEven() {
    List<BrokerImage> brokers = brokers(null, null, null, null, null);
    List<List<BrokerId>> placed = ReplicaSpread.place(brokers, 0, 100, 3, 7);
    Map<BrokerId, Integer> leaders = new TreeMap<>();
    for (List<BrokerId> replicas : placed) {
      assertThat(new HashSet<>(replicas)).hasSize(3);
      leaders.merge(replicas.get(0), 1, Integer::sum);
    }
    assertThat(leaders.values()).containsOnly(20).hasSize(5);
  }

  @Test
  void loadOfADeadBrokerFallsOnAllOthers() {
    Map<BrokerId, Integer> heirs = new TreeMap<>();
    for (List<BrokerId> replicas : ReplicaSpread.place(brokers(null, null, null, null), 0, 120, 2, 0)) {
      if (replicas.get(0).value() == 0) {
        heirs.merge(replicas.get(1), 1, Integer::sum);
      }
    }
    assertThat(heirs.values()).containsOnly(10).hasSize(3);
  }

  @Test
  void neighboursAreInOtherRacks() {
    for (List<BrokerId> replicas : ReplicaSpread.place(brokers("a", "a", "b", "b"), 0, 1, 2, 0)) {
      assertThat(replicas.get(0).value() / 2).isNotEqualTo(replicas.get(1).value() / 2);
    }
  }

  @Test
  void morePartitionsContinueTheSequence() {
    List<BrokerImage> brokers = brokers(null, null, null);
    List<List<BrokerId>> all = ReplicaSpread.place(brokers, 0, 10, 2, 5);
    assertThat(ReplicaSpread.place(brokers, 4, 10, 2, 5)).isEqualTo(all.subList(4, 10));
  }

  @Test
  void fencedBrokersDoNotCount() {
    assertThatThrownBy(() -> ReplicaSpread.place(brokers(null, "fenced"), 0, 1, 2, 0)).isInstanceOf(RefusedException.class)
        .hasMessageContaining("only 1 broker");
  }
}
