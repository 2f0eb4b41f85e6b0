package io.margay.controller.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.controller.internal.state.RefusedException;
import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.TopicsImage;
import io.margay.model.BrokerId;
import io.margay.protocol.Errors;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PlacementsTest {
  private final NamedServices<ReplicaPlacer> placers = new NamedServices<>("placement", 100);
  private final FakeSettings settings = OtherSettings.known();
  private final Placements placements = new Placements(settings, placers);
  private final ClusterImage image = image();

  private static ClusterImage image() {
    TreeMap<BrokerId, BrokerImage> brokers = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      brokers.put(new BrokerId(i), new BrokerImage(new BrokerId(i), 0, List.of(), null, i == 2));
    }
    return new ClusterImage("c", 0, BrokerId.NONE, brokers, TopicsImage.EMPTY, Map.of(), Map.of());
  }

  private CompletableFuture<List<List<BrokerId>>> place(int timeoutMs, int partitions, int factor) {
    return placements.with(timeoutMs, placer -> placer.place(image, 0, partitions, factor, 0)).toCompletableFuture();
  }

  @Test
  void asksTheStrategyThatTheSettingNamesNow() {
    placers.add(FakePlacers::round, Map.of("name", "spread"));
    placers.add(r -> List.of(List.of(new BrokerId(1))), Map.of("name", "mine"));
    assertThat(place(0, 1, 1).join()).containsExactly(List.of(new BrokerId(0)));
    settings.with("margay.placement", "mine");
    assertThat(place(0, 1, 1).join()).containsExactly(List.of(new BrokerId(1)));
  }

  @Test
  void waitsForAStrategyThatIsAway() throws Exception {
    CompletableFuture<List<List<BrokerId>>> placed = place(0, 2, 2);
    assertThat(placed).isNotDone();
    placers.add(FakePlacers::round, Map.of("name", "spread"));
    assertThat(placed.get(60, TimeUnit.SECONDS)).hasSize(2);
  }

  @Test
  void failsClearlyAndSoThatClientsMayRetryWhenItStaysAway() {
    placers.add(FakePlacers::round, Map.of("name", "other"));
    assertThatThrownBy(() -> place(1, 1, 1).get(60, TimeUnit.SECONDS)).cause().isInstanceOfSatisfying(RefusedException.class,
        e -> {
          assertThat(e.error()).isEqualTo(Errors.REQUEST_TIMED_OUT).matches(Errors::retriable);
          assertThat(e).hasMessage(
              "Replicas cannot be placed, margay.placement is spread: there is no placement spread; installed "
              + "are other.");
        });
  }

  @Test
  void fencedBrokersDoNotCount() {
    placers.add(FakePlacers::round, Map.of("name", "spread"));
    assertThatThrownBy(() -> place(0, 1, 3).join()).cause().isInstanceOf(RefusedException.class)
        .hasMessageContaining("only 2 broker(s)");
    assertThatThrownBy(() -> place(0, 1, 0).join()).cause().hasMessageContaining("must be larger than 0");
  }

  @Test
  void looksAtTheAnswerBeforeItIsWritten() {
    for (List<List<BrokerId>> bad : List.of(List.<List<BrokerId>>of(), List.of(List.of(new BrokerId(0))),
        List.of(List.of(new BrokerId(0), new BrokerId(0))), List.of(List.of(new BrokerId(0), new BrokerId(2))),
        List.of(List.of(new BrokerId(0), new BrokerId(7))))) {
      ReplicaPlacer broken = r -> bad;
      placers.add(broken, Map.of("name", "spread"));
      assertThatThrownBy(() -> place(0, 1, 2).join()).cause().isInstanceOf(RefusedException.class)
          .hasMessageContaining("placement spread is broken");
      placers.remove(broken);
    }
  }

  @Test
  void whatAStrategyRefusesIsToldInItsWords() {
    placers.add(r -> {
      throw new IllegalArgumentException("not on a Friday");
    }, Map.of("name", "spread"));
    assertThatThrownBy(() -> place(0, 1, 1).join()).cause().hasMessage("not on a Friday");
  }
}
