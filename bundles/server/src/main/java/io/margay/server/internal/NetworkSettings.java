package io.margay.server.internal;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of listeners, connections and requests. */
@DefinesSettings
public final class NetworkSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Connections and requests");

  /** {@code socket.listen.backlog.size}. */
  public static final Setting<Integer> SOCKET_LISTEN_BACKLOG_SIZE = ALL.broker(INT, "socket.listen.backlog.size", 50).from(1)
      .doc("Connections that may wait to be accepted; the system may allow fewer.");
  /** {@code socket.receive.buffer.bytes}. */
  public static final Setting<Integer> SOCKET_RECEIVE_BUFFER_BYTES = ALL.broker(INT, "socket.receive.buffer.bytes", 102_400)
      .from(-1)
      .doc("The receive buffer of each connection in bytes; -1 leaves it to the system.");
  /** {@code socket.send.buffer.bytes}. */
  public static final Setting<Integer> SOCKET_SEND_BUFFER_BYTES = ALL.broker(INT, "socket.send.buffer.bytes", 102_400).from(-1)
      .doc("The send buffer of each connection in bytes; -1 leaves it to the system.");
  /** {@code socket.request.max.bytes}. */
  public static final Setting<Integer> SOCKET_REQUEST_MAX_BYTES = ALL.broker(INT, "socket.request.max.bytes", 104_857_600).from(1)
      .doc("The largest request in bytes; a connection that announces a larger one is closed.");
  /** {@code connections.max.idle.ms}. */
  public static final Setting<Long> CONNECTIONS_MAX_IDLE_MS = ALL.broker(LONG, "connections.max.idle.ms", 600_000L).live()
      .doc("Milliseconds without a request after which a connection is closed; negative is never.");
  /** {@code max.connections}. */
  public static final Setting<Integer> MAX_CONNECTIONS = ALL.broker(INT, "max.connections", 10_000).from(0).live()
      .doc("Connections of all clients at a time; what comes beyond is closed. For one listener: listener.name.<name>.max.connections. "
          + "Half of the descriptors of the process are the limit in any case.");
  /** {@code max.connections.per.ip}. */
  public static final Setting<Integer> MAX_CONNECTIONS_PER_IP = ALL.broker(INT, "max.connections.per.ip", Integer.MAX_VALUE)
      .from(0).live()
      .doc("Connections from one address at a time.");
  /** {@code max.connections.per.ip.overrides}. */
  public static final Setting<String> MAX_CONNECTIONS_PER_IP_OVERRIDES = ALL.broker(STRING, "max.connections.per.ip.overrides", "").live()
      .matching("\\s*|\\s*[^,\\s]+:\\d{1,9}\\s*(,\\s*[^,\\s]+:\\d{1,9}\\s*)*", "a list of host:count")
      .doc("Other limits for single addresses or names: a list of host:count.");
  /** {@code max.connection.creation.rate}. */
  public static final Setting<Integer> MAX_CONNECTION_CREATION_RATE = ALL.broker(INT, "max.connection.creation.rate", Integer.MAX_VALUE).from(0).live()
      .doc("New connections a second.");
  /** {@code num.network.threads}. */
  public static final Setting<Integer> NUM_NETWORK_THREADS = ALL.broker(INT, "num.network.threads", 3).from(1)
      .doc("Event loops, which read, handle and answer requests.");
  /** {@code margay.request.memory.bytes}. */
  public static final Setting<Long> MARGAY_REQUEST_MEMORY_BYTES = ALL.broker(LONG, "margay.request.memory.bytes", 0L).from(0)
      .doc("Bytes that the requests of all connections may take together: what has arrived, what is decoded and kept, answers that are not "
          + "sent. Beyond it connections are not read from. A third of it is the largest request, a twelfth what may be decoded and kept for "
          + "one connection. 0 is half of the largest heap.");
  /** {@code margay.preauth.memory.bytes}. */
  public static final Setting<Long> MARGAY_PREAUTH_MEMORY_BYTES = ALL.broker(LONG, "margay.preauth.memory.bytes", 8_388_608L)
      .from(65_536).live().inert()
      .doc("Bytes that the requests of connections which have not authenticated yet may hold together.");
  /** {@code margay.preauth.timeout.ms}. */
  public static final Setting<Integer> MARGAY_PREAUTH_TIMEOUT_MS = ALL.broker(INT, "margay.preauth.timeout.ms", 30_000).from(1)
      .live().inert()
      .doc("Milliseconds that a connection has to authenticate, on a listener that wants it.");
  /** {@code margay.connection.min.bytes.per.second}. */
  public static final Setting<Long> MARGAY_CONNECTION_MIN_BYTES_PER_SECOND =
      ALL.broker(LONG, "margay.connection.min.bytes.per.second", 16_384L).from(0).live()
      .doc("How many bytes a second a client must send or take while it keeps memory that others wait for; a slower one is closed. 0 lets "
          + "it take its time.");
  /** {@code margay.ready.apis}. */
  public static final Setting<List<String>> MARGAY_READY_APIS = ALL.broker(LIST, "margay.ready.apis",
      List.of("Produce", "Fetch", "ListOffsets", "Metadata", "FindCoordinator", "JoinGroup", "CreateTopics", "InitProducerId"))
      .doc("APIs that must be served before the first request of a client is answered: a client that finds one missing may not ask again.");
  /** {@code sasl.server.max.receive.size}. */
  public static final Setting<Integer> SASL_SERVER_MAX_RECEIVE_SIZE =
      ALL.broker(INT, "sasl.server.max.receive.size", 524_288).from(1).live()
      .doc("The largest request with a SASL token in bytes.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
