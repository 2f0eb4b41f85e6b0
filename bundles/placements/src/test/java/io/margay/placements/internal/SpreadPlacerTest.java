package io.margay.placements.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import io.margay.spi.placement.ReplicaPlacerContract;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpreadPlacerTest extends ReplicaPlacerContract {
  @Override
  protected ReplicaPlacer placer() {
    return new SpreadPlacer();
  }

  @Test
  void allOthersShareTheLoadOfALostBroker() {
    List<List<BrokerId>> placed = placer().place(new PlacementRequest(brokers(5), 0, 60, 3, 0));
    assertThat(leaders(placed).values()).containsOnly(12);
    assertThat(replicas(placed).values()).containsOnly(36);
    for (int lost = 0; lost < 5; lost++) {
      assertThat(afterLoss(placed, new BrokerId(lost)).values()).as("after the loss of %s", lost).hasSize(4).containsOnly(15);
    }
  }

  @Test
  void racksAreUsedWhenAllBrokersSayTheirs() {
    for (List<BrokerId> replicas : placer().place(new PlacementRequest(brokers("a", "a", "b", "b"), 0, 20, 2, 1))) {
      assertThat(replicas.get(0).value() / 2).isNotEqualTo(replicas.get(1).value() / 2);
    }
    assertThat(placer().place(new PlacementRequest(brokers("a", "a", null, "b"), 0, 20, 2, 1)))
        .isEqualTo(placer().place(new PlacementRequest(brokers(4), 0, 20, 2, 1)));
  }
}
