package io.margay.http.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of the HTTP server. */
@DefinesSettings
public final class HttpSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("HTTP");
  /** One {@code HTTP://host:port} or {@code HTTPS://host:port} with a port from 1 to 65535. */
  private static final String LISTENER = "(?i:https?)://(\\[[0-9A-Fa-f:.%\\w]+\\]|[^\\[\\]/:,]*):"
      + "0*([1-9]\\d{0,3}|[1-5]\\d{4}|6[0-4]\\d{3}|65[0-4]\\d{2}|655[0-2]\\d|6553[0-5])";
  private static final String LISTENERS = "(" + LISTENER + "(," + LISTENER + ")*)?";

  /** {@code margay.http.listeners}. */
  public static final Setting<List<String>> MARGAY_HTTP_LISTENERS =
      ALL.broker(LIST, "margay.http.listeners", List.<String>of()).perBroker()
      .matching(LISTENERS, "a list of HTTP://host:port and HTTPS://host:port, such as HTTP://127.0.0.1:8082, with ports from 1 to 65535")
      .doc("Addresses that take records over HTTP: a list of HTTP://host:port and, with TLS, HTTPS://host:port. An empty host means the loopback "
          + "address. With an empty list, no HTTP server runs. The settings of TLS are ssl.* or listener.name.https.ssl.*.");
  /** {@code margay.http.authentication}. */
  public static final Setting<String> MARGAY_HTTP_AUTHENTICATION = ALL.broker(STRING, "margay.http.authentication", "auto").live()
      .matching("auto|required|none", "auto, required or none")
      .doc("Who must log in to the HTTP server: auto means clients of listeners on other than the loopback addresses, required all, none nobody. Who "
          + "has not logged in is User:ANONYMOUS.");
  /** {@code margay.http.basic.mechanisms}. */
  public static final Setting<List<String>> MARGAY_HTTP_BASIC_MECHANISMS =
      ALL.broker(LIST, "margay.http.basic.mechanisms", List.of("SCRAM-SHA-512", "SCRAM-SHA-256")).live()
      .doc("SASL mechanisms by which the name and the password of HTTP Basic authentication are checked, in this order: SCRAM-SHA-512, "
          + "SCRAM-SHA-256, PLAIN.");
  /** {@code margay.http.login.cache.ms}. */
  public static final Setting<Integer> MARGAY_HTTP_LOGIN_CACHE_MS = ALL.broker(INT, "margay.http.login.cache.ms", 60_000).range(0, 3_600_000).live()
      .doc("Milliseconds for which a successful HTTP login is not checked again. A changed password or a deleted user counts after this time. 0 means "
          + "that each request is checked.");
  /** {@code margay.http.probes.open}. */
  public static final Setting<Boolean> MARGAY_HTTP_PROBES_OPEN = ALL.broker(BOOLEAN, "margay.http.probes.open", true).live()
      .doc("Whether /health/live and /health/ready are answered without a login.");
  /** {@code margay.http.request.max.bytes}. */
  public static final Setting<Long> MARGAY_HTTP_REQUEST_MAX_BYTES =
      ALL.broker(LONG, "margay.http.request.max.bytes", 104_857_600L).from(1).live()
      .doc("Largest body in bytes of an HTTP request, with all its records. max.message.bytes limits each record.");
  /** {@code margay.http.max.requests}. */
  public static final Setting<Integer> MARGAY_HTTP_MAX_REQUESTS = ALL.broker(INT, "margay.http.max.requests", 100).from(1).live()
      .doc("HTTP requests that are served at a time. Further requests are answered with status 503 at once.");
  /** {@code margay.http.max.connections}. */
  public static final Setting<Integer> MARGAY_HTTP_MAX_CONNECTIONS = ALL.broker(INT, "margay.http.max.connections", 500).from(1).live()
      .doc("Open HTTP connections of all clients. Further connections are answered with status 503 and closed.");
  /** {@code margay.http.max.connections.per.ip}. */
  public static final Setting<Integer> MARGAY_HTTP_MAX_CONNECTIONS_PER_IP =
      ALL.broker(INT, "margay.http.max.connections.per.ip", 250).from(1).live()
      .doc("Open HTTP connections from one IP address. Further connections are answered with status 503 and closed.");
  /** {@code margay.http.header.max.bytes}. */
  public static final Setting<Integer> MARGAY_HTTP_HEADER_MAX_BYTES =
      ALL.broker(INT, "margay.http.header.max.bytes", 8 * 1024).range(256, 1024 * 1024).live()
      .doc("Largest request line, and largest headers in all, in bytes, of an HTTP request. Each 64 bytes of it allow one header. Longer "
          + "ones are refused with status 414 or 431. A change applies to new connections.");
  /** {@code margay.http.header.timeout.ms}. */
  public static final Setting<Integer> MARGAY_HTTP_HEADER_TIMEOUT_MS =
      ALL.broker(INT, "margay.http.header.timeout.ms", 10_000).from(1).live()
      .doc("Milliseconds in which the headers of an HTTP request must arrive, from its first byte, or from the opening of the connection. "
          + "Later, the connection is closed, with status 408 if a part has arrived.");
  /** {@code margay.http.timeout.ms}. */
  public static final Setting<Integer> MARGAY_HTTP_TIMEOUT_MS = ALL.broker(INT, "margay.http.timeout.ms", 30_000).from(1).live()
      .doc("Milliseconds in which an HTTP request must make progress: a record arrives, a record is written, or the client "
          + "reads the response. A connection without a request is closed after the same time.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
