package io.margay.placements.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import io.margay.spi.placement.ReplicaPlacerContract;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ModuloPlacerTest extends ReplicaPlacerContract {
  @Override
  protected ReplicaPlacer placer() {
    return new ModuloPlacer();
  }

  @Test
  void isAsItsFormulaSays() {
    List<List<BrokerId>> placed = placer().place(new PlacementRequest(brokers(4), 0, 5, 3, 2));
    assertThat(placed.stream().map(r -> r.stream().map(BrokerId::value).toList())).containsExactlyElementsOf(Stream.of(
        List.of(2, 3, 0), List.of(3, 0, 1), List.of(0, 1, 2), List.of(1, 2, 3), List.of(2, 3, 0)).toList());
  }

  @Test
  void theNeighbourOfALostBrokerLeadsTwiceAsMuch() {
    List<List<BrokerId>> placed = placer().place(new PlacementRequest(brokers(5), 0, 60, 3, 0));
    assertThat(leaders(placed).values()).containsOnly(12);
    for (int lost = 0; lost < 5; lost++) {
      assertThat(afterLoss(placed, new BrokerId(lost))).hasSize(4).containsEntry(new BrokerId((lost + 1) % 5), 24)
          .containsEntry(new BrokerId((lost + 2) % 5), 12).containsEntry(new BrokerId((lost + 3) % 5), 12);
    }
  }
}
