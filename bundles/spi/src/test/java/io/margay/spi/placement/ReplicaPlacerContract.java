package io.margay.spi.placement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.BrokerId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What every placement promises. A strategy adds a subclass that names it, and asks {@link #leaders} and {@link #afterLoss}. */
public abstract class ReplicaPlacerContract {
  /** @return the strategy under test */
  protected abstract ReplicaPlacer placer();

  /** @return whether it wants a rack of each broker */
  protected boolean needsRacks() {
    return false;
  }

  /** Brokers 0, 1, ... in these racks. */
  protected static List<PlacementBroker> brokers(String... racks) {
    List<PlacementBroker> brokers = new ArrayList<>();
    for (int i = 0; i < racks.length; i++) {
      brokers.add(new PlacementBroker(new BrokerId(i), racks[i], false));
    }
    return brokers;
  }

  /** So many brokers; in racks only if the strategy needs them. */
  protected final List<PlacementBroker> brokers(int count) {
    String[] racks = new String[count];
    for (int i = 0; i < count && needsRacks(); i++) {
      racks[i] = "r" + i;
    }
    return brokers(racks);
  }

  /** Partitions by preferred leader. */
  protected static Map<BrokerId, Integer> leaders(List<List<BrokerId>> placed) {
    Map<BrokerId, Integer> load = new TreeMap<>();
    placed.forEach(replicas -> load.merge(replicas.get(0), 1, Integer::sum));
    return load;
  }

  /** Replicas by broker. */
  protected static Map<BrokerId, Integer> replicas(List<List<BrokerId>> placed) {
    Map<BrokerId, Integer> load = new TreeMap<>();
    placed.forEach(replicas -> replicas.forEach(broker -> load.merge(broker, 1, Integer::sum)));
    return load;
  }

  /** Partitions by leader when a broker is lost: the next replica of each leads. */
  protected static Map<BrokerId, Integer> afterLoss(List<List<BrokerId>> placed, BrokerId lost) {
    Map<BrokerId, Integer> load = new TreeMap<>();
    for (List<BrokerId> replicas : placed) {
      replicas.stream().filter(b -> !b.equals(lost)).findFirst().ifPresent(leader -> load.merge(leader, 1, Integer::sum));
    }
    return load;
  }

  /** The most minus the least. */
  protected static int spread(Map<BrokerId, Integer> load, int brokers) {
    int min = load.size() < brokers ? 0 : Collections.min(load.values());
    return Collections.max(load.values()) - min;
  }

  @Test
  void replicasAreDifferentAndTheirLoadIsEven() {
    for (int n = 1; n <= 7; n++) {
      for (int factor = 1; factor <= n; factor++) {
        List<List<BrokerId>> placed = placer().place(new PlacementRequest(brokers(n), 0, 12 * n + 1, factor, 5));
        assertThat(placed).hasSize(12 * n + 1);
        for (List<BrokerId> replicas : placed) {
          assertThat(new HashSet<>(replicas)).hasSize(factor).hasSameSizeAs(replicas);
        }
        assertThat(spread(leaders(placed), n)).as("leaders of %s x %s", n, factor).isLessThanOrEqualTo(1);
        assertThat(spread(replicas(placed), n)).as("replicas of %s x %s", n, factor).isLessThanOrEqualTo(factor);
      }
    }
  }

  @Test
  void morePartitionsContinueTheSequence() {
    Random random = new Random(1);
    for (int i = 0; i < 100; i++) {
      int n = 1 + random.nextInt(6);
      int factor = 1 + random.nextInt(n);
      int a = random.nextInt(20);
      int b = a + random.nextInt(20);
      int start = random.nextInt(1000);
      List<List<BrokerId>> all = placer().place(new PlacementRequest(brokers(n), 0, b, factor, start));
      assertThat(placer().place(new PlacementRequest(brokers(n), a, b, factor, start))).isEqualTo(all.subList(a, b));
    }
  }

  @Test
  void theOrderOfBrokersDoesNotMatter() {
    List<PlacementBroker> shuffled = new ArrayList<>(brokers(6));
    Collections.shuffle(shuffled, new Random(2));
    assertThat(placer().place(new PlacementRequest(shuffled, 0, 30, 3, 4)))
        .isEqualTo(placer().place(new PlacementRequest(brokers(6), 0, 30, 3, 4)));
  }

  @Test
  void fencedBrokersGetNothing() {
    List<PlacementBroker> brokers = new ArrayList<>(brokers(4));
    brokers.set(2, new PlacementBroker(new BrokerId(2), brokers.get(2).rack(), true));
    assertThat(replicas(placer().place(new PlacementRequest(brokers, 0, 30, 3, 0))))
        .doesNotContainKey(new BrokerId(2)).hasSize(3);
    assertThatThrownBy(() -> placer().place(new PlacementRequest(brokers, 0, 1, 4, 0)))
        .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("only 3");
  }

  @Test
  void racksDoNotBreakIt() {
    for (List<PlacementBroker> brokers : List.of(brokers("a", "a", "b", "b"), brokers("a", "b", "c", "a", "b"),
        brokers("a", "a", "a", "b"), brokers("a", "a", "a"))) {
      for (int factor = 1; factor <= brokers.size(); factor++) {
        for (List<BrokerId> replicas : placer().place(new PlacementRequest(brokers, 0, 25, factor, 3))) {
          assertThat(new HashSet<>(replicas)).hasSize(factor).hasSameSizeAs(replicas);
        }
      }
    }
  }
}
