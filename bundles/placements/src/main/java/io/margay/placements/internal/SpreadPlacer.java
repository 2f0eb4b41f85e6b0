package io.margay.placements.internal;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * The default. First replicas go round the brokers, and the distance of the others from the first grows with each round, so that
 * what a lost broker led falls evenly on all others. When all brokers are in racks, and those are at least two, the replicas of a
 * partition are in different racks, too, as {@link RackAwarePlacer} does it.
 *
 * <p>When this bundle is updated, a plan that is being made is finished; requests that need one while it is away wait, bounded.
 */
@Component(property = ReplicaPlacer.NAME_PROPERTY + "=" + SpreadPlacer.NAME)
public final class SpreadPlacer implements ReplicaPlacer {
  static final String NAME = "spread";

  @Override
  public List<List<BrokerId>> place(PlacementRequest request) {
    List<PlacementBroker> usable = request.usable();
    boolean racks = usable.stream().noneMatch(b -> b.rack() == null)
        && usable.stream().map(PlacementBroker::rack).distinct().count() > 1;
    return racks ? new RackSpread(usable, request).place() : spread(usable, request);
  }

  private static List<List<BrokerId>> spread(List<PlacementBroker> order, PlacementRequest request) {
    int n = order.size();
    List<List<BrokerId>> placed = new ArrayList<>(request.to() - request.from());
    for (int p = request.from(); p < request.to(); p++) {
      int first = (int) (((long) request.start() + p) % n);
      int round = p / n;
      List<BrokerId> replicas = new ArrayList<>(request.replicationFactor());
      replicas.add(order.get(first).id());
      for (int j = 1; j < request.replicationFactor(); j++) {
        replicas.add(order.get((first + 1 + (round + j - 1) % (n - 1)) % n).id());
      }
      placed.add(List.copyOf(replicas));
    }
    return placed;
  }
}
