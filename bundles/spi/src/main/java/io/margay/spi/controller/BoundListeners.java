package io.margay.spi.controller;

import io.margay.model.Endpoint;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The listeners that the server has bound, as a service that is registered as long as they are bound. The controller registers the
 * broker with the addresses that they advertise. The server binds before it is ready: connections wait until then.
 */
@ProviderType
public interface BoundListeners {
  /** @return the advertised addresses with real ports, one per listener */
  List<Endpoint> advertised();
}
