package io.margay.spi.client;

import io.margay.model.Endpoint;
import io.margay.spi.config.SettingValues;
import java.util.Objects;

/**
 * How a broker is reached: the security protocol, and where the settings for it are.
 *
 * @param protocol PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
 * @param listener the listener of this node whose settings are used ({@code listener.name.<name>.ssl...}), or null
 * @param values the settings ({@link io.margay.spi.tls.TlsSettings} and {@link io.margay.spi.security.SaslSettings}) when they are none of this
 *     node; null when they are
 */
public record Access(String protocol, String listener, SettingValues values) {
  /** Neither TLS nor a login. */
  public static final Access PLAINTEXT = new Access("PLAINTEXT", null, null);

  public Access {
    Objects.requireNonNull(protocol, "protocol");
  }

  /**
   * @param endpoint an address of a broker of this cluster
   * @return how to reach it: as its listener says, with the settings that this node has for its own listener of that name
   */
  public static Access of(Endpoint endpoint) {
    return endpoint.protocol().equals(PLAINTEXT.protocol) ? PLAINTEXT : new Access(endpoint.protocol(), endpoint.listener(), null);
  }

  /** @return whether the connection is encrypted */
  public boolean tls() {
    return protocol.endsWith("SSL");
  }

  /** @return whether this node has to log in */
  public boolean sasl() {
    return protocol.startsWith("SASL");
  }
}
