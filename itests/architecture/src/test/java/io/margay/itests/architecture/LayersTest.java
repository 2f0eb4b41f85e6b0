package io.margay.itests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.itests.architecture.BundleMap.Bundle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The layers of the bundle map, and the order of packages inside a bundle. There are no exceptions. */
class LayersTest {
  private static Map<String, Bundle> bundles;
  private static final Map<String, String> OWNERS = new HashMap<>();

  @BeforeAll
  static void read() throws Exception {
    bundles = BundleMap.read();
    bundles.values().forEach(b -> b.uses().keySet().forEach(p -> OWNERS.put(p, b.name())));
  }

  @Test
  void everyBundleHasALayer() {
    assertThat(bundles.keySet()).isEqualTo(new TreeSet<>(BundleMap.LAYERS.keySet()));
  }

  @Test
  void bundlesUseContractsOfTheirLayerOrBelowAndNoPart() {
    List<String> wrong = new ArrayList<>();
    bundles.values().forEach(user -> user.uses().forEach((from, used) -> used.forEach(to -> {
      Bundle owner = bundles.get(OWNERS.getOrDefault(to, user.name()));
      if (owner != user && (!owner.isContract() || owner.layer() > user.layer())) {
        wrong.add(from + " (" + user.name() + ", layer " + user.layer() + ") uses " + to + " (" + owner.name() + ", layer "
            + owner.layer() + ")");
      }
    })));
    assertThat(wrong).isEmpty();
  }

  @Test
  void packagesOfABundleHaveNoCircles() {
    bundles.values().forEach(b -> {
      Map<String, Set<String>> inside = new TreeMap<>();
      b.uses().forEach((from, used) -> inside.put(from, new TreeSet<>(used)));
      inside.values().forEach(used -> used.retainAll(inside.keySet()));
      assertThat(BundleMap.circles(inside)).as("circles of packages in " + b.name()).isEmpty();
    });
  }

  /** What comes and goes at run time may be anywhere; what a component cannot start without is not above it. */
  @Test
  void componentsNeedServicesOfTheirLayerOrBelow() {
    List<String> wrong = new ArrayList<>();
    Map<String, Set<String>> needs = new TreeMap<>();
    bundles.values().forEach(user -> {
      needs.put(user.name(), new TreeSet<>());
      bundles.values().stream().filter(p -> p != user).forEach(provider -> user.needed().stream()
          .filter(provider.provided()::contains).forEach(service -> {
            needs.get(user.name()).add(provider.name());
            if (provider.layer() > user.layer()) {
              wrong.add(user.name() + " (layer " + user.layer() + ") needs " + service + " of " + provider.name() + " (layer "
                  + provider.layer() + ")");
            }
          }));
    });
    assertThat(wrong).isEmpty();
    assertThat(BundleMap.circles(needs)).as("bundles that cannot start without each other").isEmpty();
  }

  @Test
  void circlesAreFound() {
    Map<String, Set<String>> edges = Map.of("a", Set.of("b"), "b", Set.of("c"), "c", Set.of("b", "d"), "d", Set.of());
    assertThat(BundleMap.circles(edges)).containsExactly(Set.of("b", "c"));
  }
}
