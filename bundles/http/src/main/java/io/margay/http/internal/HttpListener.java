package io.margay.http.internal;

import io.margay.spi.config.InvalidSettingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An address to listen on.
 *
 * @param host a name or address, IPv6 without brackets
 * @param port 1 to 65535
 * @param tls whether with TLS
 */
record HttpListener(String host, int port, boolean tls) {
  /** The listener's name in settings for one listener, and for the mechanisms of logins, without TLS. */
  static final String PLAIN_NAME = "HTTP";
  /** The same with TLS. */
  static final String TLS_NAME = "HTTPS";
  /** The host when none is given: other machines must not get access by mistake. */
  private static final String LOOPBACK = "127.0.0.1";

  HttpListener(String host, int port) {
    this(host, port, false);
  }

  /** Its name in settings for one listener. */
  String name() {
    return tls ? TLS_NAME : PLAIN_NAME;
  }

  /** @param values of {@code margay.http.listeners}, which has been checked */
  static List<HttpListener> parse(List<String> values) {
    List<HttpListener> listeners = new ArrayList<>();
    for (String value : values) {
      int colon = value.lastIndexOf(':');
      int scheme = value.indexOf("://") + 3;
      String name = scheme < 3 ? "" : value.substring(0, scheme - 3).toUpperCase(Locale.ROOT);
      if (!name.equals(PLAIN_NAME) && !name.equals(TLS_NAME) || colon < scheme) {
        throw new InvalidSettingException("margay.http.listeners", "expected HTTP://host:port or HTTPS://host:port instead of " + value);
      }
      String host = colon == scheme ? LOOPBACK : value.substring(scheme, colon);
      listeners.add(new HttpListener(host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(value.substring(colon + 1)), name.equals(TLS_NAME)));
    }
    return List.copyOf(listeners);
  }
}
