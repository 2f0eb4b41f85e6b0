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
 */
record HttpListener(String host, int port) {
  private static final String SCHEME = "http://";
  /** The host when none is given: there is no authentication, so other machines must not get access by mistake. */
  private static final String LOOPBACK = "127.0.0.1";

  /** @param values of {@code margay.http.listeners}, which has been checked */
  static List<HttpListener> parse(List<String> values) {
    List<HttpListener> listeners = new ArrayList<>();
    for (String value : values) {
      int colon = value.lastIndexOf(':');
      if (!value.toLowerCase(Locale.ROOT).startsWith(SCHEME) || colon < SCHEME.length()) {
        throw new InvalidSettingException("margay.http.listeners", "expected HTTP://host:port instead of " + value);
      }
      String host = colon == SCHEME.length() ? LOOPBACK : value.substring(SCHEME.length(), colon);
      listeners.add(new HttpListener(host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
          Integer.parseInt(value.substring(colon + 1))));
    }
    return List.copyOf(listeners);
  }
}
