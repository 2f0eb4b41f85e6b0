package io.margay.spi.security;

import java.net.InetAddress;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A way for clients to log in. A service with the property {@code name}, the mechanism's name as clients send it. Safe for all threads.
 */
@ConsumerType
public interface SaslMechanism {
  /**
   * Who wants to log in.
   *
   * @param listener name of the listener, which may have settings of its own
   * @param clientAddress address of the client
   */
  record Client(String listener, InetAddress clientAddress) { }

  /**
   * Begins a login. Called on an event loop; never blocks.
   *
   * @param client who wants to log in
   * @return the exchange with this client
   */
  SaslLogin begin(Client client);
}
