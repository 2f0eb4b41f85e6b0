package io.margay.spi.controller;

import io.margay.model.Endpoint;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The listeners that the server has bound, as a service that is there as long as they are bound. The controller registers the
 * broker with what they advertise. The server binds before it answers: connections wait until it is ready.
 */
@ProviderType
public interface BoundListeners {
  /** @return what clients are told, with real ports, one per listener */
  List<Endpoint> advertised();
}
