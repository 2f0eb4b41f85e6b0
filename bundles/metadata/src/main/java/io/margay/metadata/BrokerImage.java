package io.margay.metadata;

import io.margay.model.BrokerId;
import io.margay.model.Endpoint;
import java.util.List;

/**
 * A registered broker.
 *
 * @param id its id
 * @param epoch grows with each registration
 * @param endpoints where clients reach it, one per listener
 * @param rack its rack, or null
 * @param fenced whether it may neither lead nor be in an ISR
 */
public record BrokerImage(BrokerId id, long epoch, List<Endpoint> endpoints, String rack, boolean fenced) {
  public BrokerImage {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * @param listener a listener's name
   * @return the endpoint of that listener, or null
   */
  public Endpoint endpoint(String listener) {
    for (Endpoint e : endpoints) {
      if (e.listener().equals(listener)) {
        return e;
      }
    }
    return null;
  }
}
