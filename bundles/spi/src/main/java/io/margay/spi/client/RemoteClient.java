package io.margay.spi.client;

import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Opens connections to other brokers, of this cluster or another. Safe for all threads.
 *
 * <p>When the service is unregistered, its connections are closed and their open requests fail; a caller opens new ones through the
 * next service.
 */
@ProviderType
public interface RemoteClient {
  /**
   * Connects, asks which versions the broker serves, and logs in where the target asks for it. A login is renewed before it expires.
   *
   * @param target the broker to connect to, and the limits of the connection
   * @return completes when requests may be sent, on a thread of the client; exceptionally with an {@link java.io.IOException} whose
   *     message names the address when the broker cannot be reached or does not answer in time. It is a
   *     {@link java.net.ConnectException} if, and only if, the address refuses the connection: no process listens there
   */
  CompletionStage<RemoteConnection> connect(Target target);

  /**
   * The broker to connect to, and the limits of the connection.
   *
   * @param host name or address
   * @param port TCP port, 1 to 65535
   * @param clientId the client id that requests carry
   * @param connectTimeoutMs milliseconds until requests may be sent, {@code > 0}
   * @param maxInFlight the most requests that may be open at a time, {@code > 0}
   * @param maxResponseBytes size of the largest response that is accepted; a larger one closes the connection
   * @param access the security protocol, and where its settings are
   */
  record Target(String host, int port, String clientId, int connectTimeoutMs, int maxInFlight, int maxResponseBytes, Access access) {
    public Target {
      Objects.requireNonNull(access, "access");
      if (host.isEmpty() || port < 1 || port > 65_535) {
        throw new IllegalArgumentException("a host and a port from 1 to 65535 expected, not " + host + ":" + port);
      }
      if (connectTimeoutMs < 1 || maxInFlight < 1 || maxResponseBytes < 8) {
        throw new IllegalArgumentException("positive bounds expected: connectTimeoutMs=" + connectTimeoutMs + " maxInFlight="
            + maxInFlight + " maxResponseBytes=" + maxResponseBytes);
      }
    }

    @Override
    public String toString() {
      return host + ":" + port;
    }
  }
}
