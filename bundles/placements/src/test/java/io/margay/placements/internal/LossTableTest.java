package io.margay.placements.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What each broker leads before and after each single loss, for clusters of several sizes; printed as a table. The brokers lie in
 * as many racks as there are replicas when racks count.
 */
class LossTableTest {
  private static final StringBuilder TABLE = new StringBuilder("strategy    brokers partitions replicas | leaders | replicas | "
      + "leaders after each loss, the worst: least most | without a leader\n");

  /** The least and the most that a broker has. */
  private record Range(int least, int most) {
    static Range of(List<Integer> load) {
      return new Range(Collections.min(load), Collections.max(load));
    }

    int width() {
      return most - least;
    }
  }

  @AfterAll
  static void print() {
    System.out.print(TABLE);
  }

  /**
   * @param promise how far leaders may be apart after a loss: "even" by one for each round of distances that is not complete, "neighbour"
   *     that one other broker takes it all
   */
  @ParameterizedTest
  @CsvSource({
      "modulo, 3, 60, 2, neighbour", "modulo, 5, 60, 3, neighbour", "modulo, 6, 600, 3, neighbour",
      "spread, 3, 60, 2, even", "spread, 3, 60, 3, even", "spread, 4, 60, 2, even", "spread, 5, 60, 3, even",
      "spread, 6, 60, 3, even", "spread, 7, 84, 3, even", "spread, 7, 600, 4, even", "spread, 12, 1000, 3, even",
      "spread, 5, 7, 3, even", "spread, 50, 200, 3, even",
      "rack-aware, 3, 60, 3, even", "rack-aware, 6, 96, 3, other racks", "rack-aware, 9, 180, 3, other racks",
      "rack-aware, 8, 240, 2, other racks", "rack-aware, 12, 1200, 3, other racks"})
  void loadBeforeAndAfterEachLoss(String name, int n, int partitions, int factor, String promise) {
    ReplicaPlacer placer = switch (name) {
      case "modulo" -> new ModuloPlacer();
      case "spread" -> new SpreadPlacer();
      default -> new RackAwarePlacer();
    };
    List<PlacementBroker> brokers = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      brokers.add(new PlacementBroker(new BrokerId(i), name.equals("rack-aware") ? "r" + i % factor : null, false));
    }
    List<List<BrokerId>> placed = placer.place(new PlacementRequest(brokers, 0, partitions, factor, 0));
    List<Integer> before = leaders(placed, n, -1);
    Range leaders = Range.of(before);
    Range replicas = Range.of(brokers.stream().map(b -> (int) placed.stream().filter(r -> r.contains(b.id())).count()).toList());
    assertThat(leaders.width()).as("leaders").isLessThanOrEqualTo(1);
    // a broker that has a follower more in each place of the list
    assertThat(replicas.width()).as("replicas").isLessThanOrEqualTo(factor);

    Range worst = new Range(0, 0);
    int orphans = 0;
    for (int lost = 0; lost < n; lost++) {
      List<Integer> after = leaders(placed, n, lost);
      orphans += partitions - after.stream().mapToInt(Integer::intValue).sum();
      List<Integer> gained = new ArrayList<>();
      List<Integer> survivors = new ArrayList<>();
      for (int b = 0; b < n; b++) {
        boolean mate = name.equals("rack-aware") && n > factor && b % factor == lost % factor;
        if (b != lost) {
          survivors.add(after.get(b));
          if (mate) {
            assertThat(after.get(b)).as("broker %s of the same rack when %s is lost", b, lost).isEqualTo(before.get(b));
          } else {
            gained.add(after.get(b) - before.get(b));
          }
        }
      }
      assertThat(gained.stream().mapToInt(Integer::intValue).sum()).isEqualTo(before.get(lost));
      if (promise.equals("neighbour")) {
        assertThat(after.get((lost + 1) % n) - before.get((lost + 1) % n)).isEqualTo(before.get(lost));
      } else {
        assertThat(Range.of(gained).width()).as("what the others gain when %s is lost: %s", lost, gained).isLessThanOrEqualTo(1);
      }
      Range now = Range.of(survivors);
      worst = lost == 0 || now.width() > worst.width() ? now : worst;
    }
    assertThat(orphans).isZero();
    TABLE.append(String.format("%-11s %7d %10d %8d | %3d %3d | %3d %4d | %4d %4d %-40s | %d%n", name, n, partitions, factor,
        leaders.least(), leaders.most(), replicas.least(), replicas.most(), worst.least(), worst.most(), "", orphans));
  }

  /** Partitions by leader; the first replica that is not on the lost broker leads. */
  private static List<Integer> leaders(List<List<BrokerId>> placed, int n, int lost) {
    List<Integer> load = new ArrayList<>(Collections.nCopies(n, 0));
    for (List<BrokerId> replicas : placed) {
      replicas.stream().map(BrokerId::value).filter(b -> b != lost).findFirst().ifPresent(b -> load.set(b, load.get(b) + 1));
    }
    return load;
  }
}
