package io.margay.placements.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import io.margay.spi.placement.ReplicaPlacerContract;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class RackAwarePlacerTest extends ReplicaPlacerContract {
  @Override
  protected ReplicaPlacer placer() {
    return new RackAwarePlacer();
  }

  @Override
  protected boolean needsRacks() {
    return true;
  }

  @Test
  void replicasAreInDifferentRacks() {
    for (List<PlacementBroker> brokers : List.of(brokers("a", "a", "b", "b", "c", "c"), brokers("a", "b", "c"),
        brokers("a", "a", "a", "b", "b", "c"))) {
      for (int factor = 1; factor <= 3; factor++) {
        for (List<BrokerId> replicas : placer().place(new PlacementRequest(brokers, 0, 50, factor, 7))) {
          assertThat(replicas.stream().map(b -> brokers.get(b.value()).rack()).distinct()).hasSize(factor);
        }
      }
    }
  }

  @Test
  void moreReplicasThanRacksAreSharedEvenly() {
    List<PlacementBroker> brokers = brokers("a", "a", "a", "b", "b", "b");
    for (List<BrokerId> replicas : placer().place(new PlacementRequest(brokers, 0, 50, 4, 0))) {
      Map<String, Long> racks = replicas.stream().collect(Collectors.groupingBy(b -> brokers.get(b.value()).rack(),
          Collectors.counting()));
      assertThat(racks).containsEntry("a", 2L).containsEntry("b", 2L);
    }
  }

  @Test
  void allOfTheOtherRacksShareTheLoadOfALostBroker() {
    List<List<BrokerId>> placed = placer().place(new PlacementRequest(brokers("a", "a", "b", "b", "c", "c"), 0, 96, 3, 0));
    assertThat(leaders(placed).values()).containsOnly(16);
    assertThat(replicas(placed).values()).containsOnly(48);
    for (int lost = 0; lost < 6; lost++) {
      Map<BrokerId, Integer> after = afterLoss(placed, new BrokerId(lost));
      int sameRack = lost ^ 1;
      assertThat(after).hasSize(5).containsEntry(new BrokerId(sameRack), 16);
      after.remove(new BrokerId(sameRack));
      assertThat(after.values()).as("after the loss of %s", lost).containsOnly(20);
    }
  }

  @Test
  void asksForRacks() {
    assertThatThrownBy(() -> placer().place(new PlacementRequest(brokers("a", null, "b"), 0, 1, 1, 0)))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("broker.rack of [1]");
  }
}
