package io.margay.spi.controller;

import io.margay.model.Endpoint;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The listeners that the server has bound, as a service that is registered as long as they are bound. The controller registers the
 * broker with the addresses that they advertise, and again when the service is modified. The server binds before it is ready:
 * connections wait until then.
 */
@ProviderType
public interface BoundListeners {
  /** @return the advertised addresses with real ports, one per listener */
  List<Endpoint> advertised();

  /**
   * Whether other listeners could be bound instead, before they are asked for. Tries it, and leaves nothing bound.
   *
   * @param listeners what would be bound
   * @return completes with null, or with a sentence that says which one cannot be bound, and why; on any thread
   */
  CompletionStage<String> refusal(List<Endpoint> listeners);
}
