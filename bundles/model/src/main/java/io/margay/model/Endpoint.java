package io.margay.model;

import java.util.Objects;

/**
 * An address on which a broker listens, or that it advertises.
 *
 * @param listener the listener's name in upper case, such as PLAINTEXT
 * @param protocol the security protocol's name: PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
 * @param host a name or address; IPv6 without brackets; empty for all interfaces
 * @param port 0 (any free one) to 65535
 */
public record Endpoint(String listener, String protocol, String host, int port) {
  public Endpoint {
    Objects.requireNonNull(listener, "listener");
    Objects.requireNonNull(protocol, "protocol");
    Objects.requireNonNull(host, "host");
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port must be 0..65535 but is " + port);
    }
  }

  @Override
  public String toString() {
    return listener + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }
}
