package io.margay.spi.placement;

import io.margay.model.BrokerId;
import java.util.Objects;

/**
 * A broker that may get replicas.
 *
 * @param id its id
 * @param rack its rack, or null when unknown
 * @param fenced whether the cluster has lost it; it then gets no replicas
 */
public record PlacementBroker(BrokerId id, String rack, boolean fenced) {
  public PlacementBroker {
    Objects.requireNonNull(id, "id");
  }
}
