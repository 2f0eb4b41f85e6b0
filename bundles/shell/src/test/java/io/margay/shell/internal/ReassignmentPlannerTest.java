package io.margay.shell.internal;

import static io.margay.shell.internal.FakeBroker.partition;
import static org.assertj.core.api.Assertions.assertThat;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Plans as maps from partitions to replicas. */
class ReassignmentPlannerTest {
  /** The classic rule. */
  static final ReplicaPlacer MODULO = request -> {
    List<PlacementBroker> usable = request.usable();
    List<List<BrokerId>> placed = new ArrayList<>();
    for (int p = request.from(); p < request.to(); p++) {
      List<BrokerId> replicas = new ArrayList<>();
      for (int j = 0; j < request.replicationFactor(); j++) {
        replicas.add(usable.get((request.start() + p + j) % usable.size()).id());
      }
      placed.add(replicas);
    }
    return placed;
  };
  private final FakeBroker broker = new FakeBroker();

  private Map<TopicPartition, List<BrokerId>> onto(Integer... ids) {
    List<BrokerImage> brokers = List.of(ids).stream().map(id -> broker.brokers.get(new BrokerId(id))).toList();
    return new ReassignmentPlanner(broker.image(), MODULO::place).onto(broker.topics.values(), brokers, null).replicas();
  }

  private Map<TopicPartition, List<BrokerId>> without(int id) {
    return new ReassignmentPlanner(broker.image(), MODULO::place).without(broker.topics.values(), Set.of(new BrokerId(id)))
        .replicas();
  }

  private static PartitionImage on(Integer... replicas) {
    return partition(replicas[0], List.of(replicas), List.of(replicas));
  }

  private static Map<Integer, Integer> load(Map<TopicPartition, List<BrokerId>> plan, FakeBroker broker) {
    Map<Integer, Integer> load = new TreeMap<>();
    broker.topics.values().forEach(t -> t.partitions().forEach(p -> plan.getOrDefault(new TopicPartition(t.name(), p.index()),
        ReassignmentPlanner.target(p)).forEach(b -> load.merge(b.value(), 1, Integer::sum))));
    return load;
  }

  @Test
  void aLayoutThatThePlacementWouldChooseStays() {
    broker.brokers(1, 2, 3).topic("a", on(2, 3), on(3, 1), on(1, 2)).topic("b", on(3, 1), on(1, 2), on(2, 3));
    assertThat(onto(1, 2, 3)).isEmpty();
  }

  @Test
  void aNewBrokerGetsItsShareOfTopicsWithOnePartition() {
    broker.brokers(1, 2, 3, 4);
    for (int i = 0; i < 24; i++) {
      broker.topic("t" + (char) ('a' + i), on(i % 3 + 1));
    }
    Map<TopicPartition, List<BrokerId>> plan = onto(1, 2, 3, 4);
    assertThat(load(plan, broker)).isEqualTo(Map.of(1, 6, 2, 6, 3, 6, 4, 6));
    assertThat(plan).as("no more than needed").hasSize(6);
  }

  @Test
  void replicasLeaveBrokersThatAreNotNamed() {
    broker.brokers(1, 2, 3, 4).topic("a", on(1, 2), on(2, 3), on(3, 4), on(4, 1));
    Map<TopicPartition, List<BrokerId>> plan = onto(1, 2);
    assertThat(load(plan, broker)).isEqualTo(Map.of(1, 4, 2, 4));
  }

  @Test
  void aRemovedBrokerIsReplacedInItsPlaceAndNothingElseMoves() {
    broker.brokers(1, 2, 3, 4).topic("a", on(1, 2), on(2, 4), on(4, 3), on(4, 1), on(1, 3), on(3, 2));
    Map<TopicPartition, List<BrokerId>> plan = without(4);
    assertThat(plan.keySet()).containsExactly(new TopicPartition("a", 1), new TopicPartition("a", 2), new TopicPartition("a", 3));
    assertThat(plan.get(new TopicPartition("a", 1)).get(0)).isEqualTo(new BrokerId(2));
    assertThat(plan.get(new TopicPartition("a", 2)).get(1)).isEqualTo(new BrokerId(3));
    assertThat(load(plan, broker)).isEqualTo(Map.of(1, 4, 2, 4, 3, 4));
  }

  @Test
  void aReplacementKeepsRacksApart() {
    broker.broker(1, "a", false, false).broker(2, "a", false, false).broker(3, "b", false, false).broker(4, "b", false, false)
        .topic("t", on(1, 3), on(3, 2), on(3, 1), on(3, 2));
    assertThat(without(3).values()).allSatisfy(replicas -> assertThat(replicas).contains(new BrokerId(4)));
  }

  @Test
  void whatARunningReassignmentRemovesIsNotPlannedAgain() {
    broker.brokers(1, 2, 3).topic("a", FakeBroker.moving(1, List.of(1, 2, 3), List.of(1, 3), List.of(2), List.of(3)));
    assertThat(without(3)).isEmpty();
  }
}
