package io.margay.placements.internal;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Places replicas in different racks. Leaders go round the brokers, which are taken from one rack after the other. Each follower
 * is the broker whose rack holds fewest replicas of the partition; of those the one that follows this leader in the same place
 * least often, so that a loss is shared by many; then the one with fewest replicas; then the nearest after the leader.
 *
 * <p>What is chosen depends on the partitions before, so it always begins with partition 0. Used by one thread, once.
 */
final class RackSpread {
  private final List<PlacementBroker> order;
  private final PlacementRequest request;
  private final int[] load;
  private final int[][] follows;

  RackSpread(List<PlacementBroker> usable, PlacementRequest request) {
    this.order = alternate(usable);
    this.request = request;
    this.load = new int[order.size()];
    this.follows = new int[order.size()][order.size() * request.replicationFactor()];
  }

  private static List<PlacementBroker> alternate(List<PlacementBroker> brokers) {
    TreeMap<String, Deque<PlacementBroker>> racks = new TreeMap<>();
    brokers.forEach(b -> racks.computeIfAbsent(b.rack(), r -> new ArrayDeque<>()).add(b));
    List<PlacementBroker> order = new ArrayList<>(brokers.size());
    while (!racks.isEmpty()) {
      racks.values().forEach(rack -> order.add(rack.poll()));
      racks.values().removeIf(Deque::isEmpty);
    }
    return order;
  }

  List<List<BrokerId>> place() {
    List<List<BrokerId>> placed = new ArrayList<>(request.to() - request.from());
    for (int p = 0; p < request.to(); p++) {
      List<BrokerId> replicas = replicas((int) (((long) request.start() + p) % order.size()));
      if (p >= request.from()) {
        placed.add(replicas);
      }
    }
    return placed;
  }

  private List<BrokerId> replicas(int leader) {
    boolean[] used = new boolean[order.size()];
    Map<String, Integer> racks = new HashMap<>();
    List<BrokerId> replicas = new ArrayList<>(request.replicationFactor());
    for (int j = 0; j < request.replicationFactor(); j++) {
      int chosen = j == 0 ? leader : follower(leader, j, used, racks);
      used[chosen] = true;
      load[chosen]++;
      follows[leader][j * order.size() + chosen]++;
      racks.merge(order.get(chosen).rack(), 1, Integer::sum);
      replicas.add(order.get(chosen).id());
    }
    return List.copyOf(replicas);
  }

  private int follower(int leader, int place, boolean[] used, Map<String, Integer> racks) {
    int n = order.size();
    int best = -1;
    for (int distance = 1; distance < n; distance++) {
      int candidate = (leader + distance) % n;
      if (!used[candidate] && (best < 0 || better(candidate, best, leader, place, racks))) {
        best = candidate;
      }
    }
    return best;
  }

  private boolean better(int a, int b, int leader, int place, Map<String, Integer> racks) {
    int byRack = Integer.compare(racks.getOrDefault(order.get(a).rack(), 0), racks.getOrDefault(order.get(b).rack(), 0));
    if (byRack != 0) {
      return byRack < 0;
    }
    int at = place * order.size();
    int byFollows = Integer.compare(follows[leader][at + a], follows[leader][at + b]);
    return byFollows != 0 ? byFollows < 0 : load[a] < load[b];
  }
}
