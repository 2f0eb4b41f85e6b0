package io.margay.shell.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.TopicPartition;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Plans where replicas shall be. Brokers are chosen by a placement; this class keeps the plan from moving more than it must and
 * the load of the brokers even over all topics. A pure function of image and placement; used once, by one thread.
 */
final class ReassignmentPlanner {
  /** So many layouts of a topic are compared; they differ in the broker of the first replica. */
  private static final int STARTS_MAX = 64;
  private static final long MOVE = 10;
  private static final long OVERLOAD = 20;
  private static final long LEADER_OVERLOAD = 10;

  private final ClusterImage image;
  private final Function<PlacementRequest, List<List<BrokerId>>> placement;
  private final ReassignmentPlan plan = new ReassignmentPlan();

  ReassignmentPlanner(ClusterImage image, Function<PlacementRequest, List<List<BrokerId>>> placement) {
    this.image = image;
    this.placement = placement;
  }

  /** The replicas that a partition has, or will have when its reassignment is done. */
  static List<BrokerId> target(PartitionImage partition) {
    return partition.replicas().stream().filter(b -> !partition.members().removing().contains(b)).toList();
  }

  /**
   * Lays topics out on some brokers as the placement would lay out new ones. Of the layouts with different first brokers, each topic
   * gets the one that moves least and evens out the load.
   *
   * @param topics which
   * @param onto the brokers that hold them afterwards
   * @param factor replicas of each partition; null keeps what each has
   * @return what changes
   */
  ReassignmentPlan onto(Collection<TopicImage> topics, List<BrokerImage> onto, Integer factor) {
    List<PlacementBroker> brokers = onto.stream().map(b -> new PlacementBroker(b.id(), b.rack(), false)).toList();
    Loads loads = new Loads();
    Set<String> names = topics.stream().map(TopicImage::name).collect(Collectors.toSet());
    image.topics().values().stream().filter(t -> !names.contains(t.name()))
        .forEach(t -> t.partitions().forEach(p -> loads.add(target(p))));
    for (TopicImage topic : sorted(topics)) {
      List<List<BrokerId>> best = null;
      long bestCost = Long.MAX_VALUE;
      for (int start = 0; start < Math.min(brokers.size(), STARTS_MAX); start++) {
        List<List<BrokerId>> layout = layout(topic, brokers, factor, start);
        long cost = cost(topic, layout, loads, brokers);
        if (cost < bestCost) {
          best = layout;
          bestCost = cost;
        }
      }
      for (PartitionImage p : topic.partitions()) {
        change(new TopicPartition(topic.name(), p.index()), p, best.get(p.index()));
        loads.add(best.get(p.index()));
      }
    }
    return plan;
  }

  private List<List<BrokerId>> layout(TopicImage topic, List<PlacementBroker> brokers, Integer factor, int start) {
    Map<Integer, List<List<BrokerId>>> byFactor = new HashMap<>();
    List<List<BrokerId>> layout = new ArrayList<>();
    for (PartitionImage p : topic.partitions()) {
      layout.add(byFactor.computeIfAbsent(factor == null ? target(p).size() : factor, replicas -> placement.apply(
          new PlacementRequest(brokers, 0, topic.partitions().size(), replicas, start))).get(p.index()));
    }
    return layout;
  }

  private static long cost(TopicImage topic, List<List<BrokerId>> layout, Loads loads, List<PlacementBroker> brokers) {
    Loads after = loads.copy();
    long cost = 0;
    for (PartitionImage p : topic.partitions()) {
      List<BrokerId> wanted = layout.get(p.index());
      List<BrokerId> now = target(p);
      cost += MOVE * wanted.stream().filter(b -> !now.contains(b)).count();
      cost += now.isEmpty() || !now.get(0).equals(wanted.get(0)) ? 1 : 0;
      after.add(wanted);
    }
    return cost + OVERLOAD * overload(after.replicas, brokers) + LEADER_OVERLOAD * overload(after.leaders, brokers);
  }

  /** What brokers have above their even share, rounded up. */
  private static long overload(Map<BrokerId, Integer> load, List<PlacementBroker> brokers) {
    int[] counts = brokers.stream().mapToInt(b -> load.getOrDefault(b.id(), 0)).toArray();
    int total = java.util.Arrays.stream(counts).sum();
    int share = (total + counts.length - 1) / counts.length;
    return java.util.Arrays.stream(counts).map(count -> Math.max(0, count - share)).sum();
  }

  /**
   * Takes brokers out: each of their replicas goes to a broker that has none of the partition. Of these, one in a rack without a
   * replica is preferred, then the one with the lowest load, then the first in the placement's order. Nothing else moves.
   *
   * @param topics which
   * @param removed the brokers that hold nothing of them afterwards
   * @return what changes
   */
  ReassignmentPlan without(Collection<TopicImage> topics, Set<BrokerId> removed) {
    List<PlacementBroker> left = image.brokers().values().stream().filter(b -> b.active() && !removed.contains(b.id()))
        .map(b -> new PlacementBroker(b.id(), b.rack(), false)).toList();
    if (left.isEmpty()) {
      throw new ShellException("no active broker is left; broker:list shows the brokers");
    }
    Loads loads = new Loads();
    image.topics().values().forEach(t -> t.partitions().forEach(p -> loads.add(target(p))));
    Map<TopicPartition, List<BrokerId>> wanted = new TreeMap<>();
    // the preferred leaders first, because the others can then even out the replicas
    for (boolean first : new boolean[] {true, false}) {
      for (TopicImage topic : sorted(topics)) {
        if (topic.partitions().stream().anyMatch(p -> target(p).stream().anyMatch(removed::contains))) {
          List<List<BrokerId>> order = placement.apply(new PlacementRequest(left, 0, topic.partitions().size(), left.size(), 0));
          for (PartitionImage p : topic.partitions()) {
            TopicPartition tp = new TopicPartition(topic.name(), p.index());
            List<BrokerId> replicas = wanted.computeIfAbsent(tp, x -> new ArrayList<>(target(p)));
            replace(tp, replicas, first ? 0 : 1, first ? Math.min(1, replicas.size()) : replicas.size(), removed,
                order.get(p.index()), loads);
          }
        }
      }
    }
    wanted.forEach((tp, replicas) -> change(tp, image.partition(tp), replicas));
    return plan;
  }

  /** Replaces what is removed of the replicas {@code [from, to)}. */
  private void replace(TopicPartition partition, List<BrokerId> replicas, int from, int to, Set<BrokerId> removed,
      List<BrokerId> order, Loads loads) {
    for (int i = from; i < to; i++) {
      if (removed.contains(replicas.get(i))) {
        BrokerId chosen = replacement(partition, replicas, i, order, loads);
        loads.replace(replicas.get(i), chosen, i == 0);
        replicas.set(i, chosen);
      }
    }
  }

  private BrokerId replacement(TopicPartition partition, List<BrokerId> replicas, int place, List<BrokerId> order, Loads loads) {
    List<String> racks = new ArrayList<>();
    for (int i = 0; i < replicas.size(); i++) {
      if (i != place) {
        racks.add(rack(replicas.get(i)));
      }
    }
    return order.stream().filter(b -> !replicas.contains(b))
        .min(Comparator.<BrokerId>comparingLong(b -> racks.stream().filter(r -> r != null && r.equals(rack(b))).count())
            .thenComparing(b -> place == 0 ? loads.leaders.getOrDefault(b, 0) : 0)
            .thenComparing(b -> loads.replicas.getOrDefault(b, 0))
            .thenComparing(order::indexOf))
        .orElseThrow(() -> new ShellException(PartitionName.of(partition) + " has " + replicas.size() + " replicas, but only "
            + order.size() + (order.size() == 1 ? " active broker is" : " active brokers are") + " left; add a broker first"));
  }

  private String rack(BrokerId broker) {
    BrokerImage known = image.brokers().get(broker);
    return known == null ? null : known.rack();
  }

  private void change(TopicPartition name, PartitionImage partition, List<BrokerId> wanted) {
    if (!wanted.equals(target(partition))) {
      plan.add(name, wanted);
    }
  }

  private static Collection<TopicImage> sorted(Collection<TopicImage> topics) {
    return topics.stream().collect(Collectors.toMap(TopicImage::name, t -> t, (a, b) -> a, TreeMap::new)).values();
  }

  /** Replicas and preferred leaders of each broker. */
  private static final class Loads {
    private final Map<BrokerId, Integer> replicas = new HashMap<>();
    private final Map<BrokerId, Integer> leaders = new HashMap<>();

    void add(List<BrokerId> partition) {
      partition.forEach(b -> replicas.merge(b, 1, Integer::sum));
      partition.stream().limit(1).forEach(b -> leaders.merge(b, 1, Integer::sum));
    }

    void replace(BrokerId from, BrokerId to, boolean leader) {
      replicas.merge(from, -1, Integer::sum);
      replicas.merge(to, 1, Integer::sum);
      if (leader) {
        leaders.merge(from, -1, Integer::sum);
        leaders.merge(to, 1, Integer::sum);
      }
    }

    Loads copy() {
      Loads copy = new Loads();
      copy.replicas.putAll(replicas);
      copy.leaders.putAll(leaders);
      return copy;
    }
  }
}
