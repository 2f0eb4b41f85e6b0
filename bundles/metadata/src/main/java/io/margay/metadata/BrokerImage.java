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
 * @param shuttingDown whether it is stopping in good order: it gets no leadership and no new replica any more
 */
public record BrokerImage(BrokerId id, long epoch, List<Endpoint> endpoints, String rack, boolean fenced, boolean shuttingDown) {
  public BrokerImage {
    endpoints = List.copyOf(endpoints);
  }

  /**
   * A broker that is not shutting down.
   *
   * @param id its id
   * @param epoch grows with each registration
   * @param endpoints where clients reach it, one per listener
   * @param rack its rack, or null
   * @param fenced whether it may neither lead nor be in an ISR
   */
  public BrokerImage(BrokerId id, long epoch, List<Endpoint> endpoints, String rack, boolean fenced) {
    this(id, epoch, endpoints, rack, fenced, false);
  }

  /** @return whether it may become a leader or join an ISR */
  public boolean active() {
    return !fenced && !shuttingDown;
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
