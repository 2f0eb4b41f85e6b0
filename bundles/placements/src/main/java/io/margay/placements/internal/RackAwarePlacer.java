package io.margay.placements.internal;

import io.margay.model.BrokerId;
import io.margay.spi.placement.PlacementBroker;
import io.margay.spi.placement.PlacementRequest;
import io.margay.spi.placement.ReplicaPlacer;
import java.util.List;
import org.osgi.service.component.annotations.Component;

/**
 * Replicas of a partition are in as many racks as there are, as evenly as can be; leaders alternate between racks. Unlike
 * {@code spread}, it refuses to place anything while a broker does not say its rack.
 *
 * <p>When this bundle is updated, a plan that is being made is finished; requests that need one while it is away wait, bounded.
 */
@Component(property = ReplicaPlacer.NAME_PROPERTY + "=" + RackAwarePlacer.NAME)
public final class RackAwarePlacer implements ReplicaPlacer {
  static final String NAME = "rack-aware";

  @Override
  public List<List<BrokerId>> place(PlacementRequest request) {
    List<PlacementBroker> usable = request.usable();
    List<BrokerId> without = usable.stream().filter(b -> b.rack() == null).map(PlacementBroker::id).toList();
    if (!without.isEmpty()) {
      throw new IllegalArgumentException("placement rack-aware wants to know the rack of each broker; set broker.rack of "
          + without);
    }
    return new RackSpread(usable, request).place();
  }
}
