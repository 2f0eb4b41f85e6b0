package io.margay.spi.placement;

import io.margay.model.BrokerId;
import java.util.Objects;

/**
 * A broker that may get replicas.
 *
 * @param id its id
 * @param rack where it stands, or null when it does not say
 * @param fenced whether the cluster has lost it; it gets nothing then
 */
public record PlacementBroker(BrokerId id, String rack, boolean fenced) {
  public PlacementBroker {
    Objects.requireNonNull(id, "id");
  }
}
