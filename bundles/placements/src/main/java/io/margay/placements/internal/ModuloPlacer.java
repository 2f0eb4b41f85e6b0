package io.margay.placements.internal;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.ArrayList;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * The classic one: with the n brokers in the order of their ids, replica j of partition i is on broker (start + i + j) mod n.
 * Easy to foretell; but all that a lost broker led falls on its neighbour. Racks are ignored.
 *
 * <p>When this bundle is updated, a plan that is being made is finished; requests that need one while it is away wait, bounded.
 */
@Component(property = ReplicaPlacer.NAME_PROPERTY + "=" + ModuloPlacer.NAME)
public final class ModuloPlacer implements ReplicaPlacer {
  static final String NAME = "modulo";

  @Override
  public List<List<BrokerId>> place(PlacementRequest request) {
    List<BrokerId> order = request.usable().stream().map(PlacementBroker::id).toList();
    List<List<BrokerId>> placed = new ArrayList<>(request.to() - request.from());
    for (int p = request.from(); p < request.to(); p++) {
      List<BrokerId> replicas = new ArrayList<>(request.replicationFactor());
      for (int j = 0; j < request.replicationFactor(); j++) {
        replicas.add(order.get((int) (((long) request.start() + p + j) % order.size())));
      }
      placed.add(List.copyOf(replicas));
    }
    return placed;
  }
}
