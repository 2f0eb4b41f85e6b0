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
      .doc("Connections that may wait to be accepted; the operating system may allow fewer.");
  /** {@code socket.receive.buffer.bytes}. */
  public static final Setting<Integer> SOCKET_RECEIVE_BUFFER_BYTES = ALL.broker(INT, "socket.receive.buffer.bytes", 102_400)
      .from(-1)
      .doc("Size in bytes of each connection's receive buffer; -1 leaves it to the operating system.");
  /** {@code socket.send.buffer.bytes}. */
  public static final Setting<Integer> SOCKET_SEND_BUFFER_BYTES = ALL.broker(INT, "socket.send.buffer.bytes", 102_400).from(-1)
      .doc("Size in bytes of each connection's send buffer; -1 leaves it to the operating system.");
  /** {@code socket.request.max.bytes}. */
  public static final Setting<Integer> SOCKET_REQUEST_MAX_BYTES = ALL.broker(INT, "socket.request.max.bytes", 104_857_600).from(1)
      .doc("Largest request in bytes. A connection that announces a larger one is closed.");
  /** {@code connections.max.idle.ms}. */
  public static final Setting<Long> CONNECTIONS_MAX_IDLE_MS = ALL.broker(LONG, "connections.max.idle.ms", 600_000L).live()
      .doc("Milliseconds without a request after which a connection is closed; a negative value means never.");
  /** {@code max.connections}. */
  public static final Setting<Integer> MAX_CONNECTIONS = ALL.broker(INT, "max.connections", 10_000).from(0).live()
      .doc("Connections of all clients at a time; further connections are closed. For one listener: listener.name.<name>.max.connections. "
          + "The limit is never more than half of the files that the process may open.");
  /** {@code max.connections.per.ip}. */
  public static final Setting<Integer> MAX_CONNECTIONS_PER_IP = ALL.broker(INT, "max.connections.per.ip", Integer.MAX_VALUE)
      .from(0).live()
      .doc("Connections from one IP address at a time; further connections are closed.");
  /** {@code max.connections.per.ip.overrides}. */
  public static final Setting<String> MAX_CONNECTIONS_PER_IP_OVERRIDES =
      ALL.broker(STRING, "max.connections.per.ip.overrides", "").live()
      .matching("\\s*|\\s*[^,\\s]+:\\d{1,9}\\s*(,\\s*[^,\\s]+:\\d{1,9}\\s*)*", "a list of host:count")
      .doc("Values of max.connections.per.ip for single addresses or host names: a list of host:count.");
  /** {@code max.connection.creation.rate}. */
  public static final Setting<Integer> MAX_CONNECTION_CREATION_RATE =
      ALL.broker(INT, "max.connection.creation.rate", Integer.MAX_VALUE).from(0).live()
      .doc("New connections per second. Beyond this limit, accepting pauses.");
  /** {@code num.network.threads}. */
  public static final Setting<Integer> NUM_NETWORK_THREADS = ALL.broker(INT, "num.network.threads", 3).from(1)
      .doc("Event loops, which read, handle and answer requests. When not set: the number of processors.");
  /** {@code margay.request.memory.bytes}. */
  public static final Setting<Long> MARGAY_REQUEST_MEMORY_BYTES = ALL.broker(LONG, "margay.request.memory.bytes", 0L).from(0)
      .doc("Bytes that the requests of all connections may take together: received bytes, decoded data, and responses that are not yet "
          + "sent. Beyond this limit, connections are not read. A request may take at most a third of it, and the decoded data of one "
          + "connection at most a twelfth. 0 means half of the maximum heap.");
  /** {@code margay.preauth.memory.bytes}. */
  public static final Setting<Long> MARGAY_PREAUTH_MEMORY_BYTES = ALL.broker(LONG, "margay.preauth.memory.bytes", 8_388_608L)
      .from(65_536).live()
      .doc("Bytes that all connections whose clients have not logged in yet may keep of requests that have not arrived whole. A connection that "
          + "would keep more is closed. It counts for listeners that require TLS or SASL.");
  /** {@code margay.preauth.timeout.ms}. */
  public static final Setting<Integer> MARGAY_PREAUTH_TIMEOUT_MS = ALL.broker(INT, "margay.preauth.timeout.ms", 30_000).from(1)
      .live()
      .doc("Milliseconds from its first byte that a client has for its TLS handshake and its login, on a listener that requires them.");
  /** {@code margay.connection.min.bytes.per.second}. */
  public static final Setting<Long> MARGAY_CONNECTION_MIN_BYTES_PER_SECOND =
      ALL.broker(LONG, "margay.connection.min.bytes.per.second", 16_384L).from(0).live()
      .doc("Bytes per second that a client must send or receive while it holds memory that other clients wait for. A slower connection "
          + "is closed. 0 means no minimum.");
  /** {@code margay.server.handover.ms}. */
  public static final Setting<Integer> MARGAY_SERVER_HANDOVER_MS = ALL.broker(INT, "margay.server.handover.ms", 10_000).from(0)
      .live()
      .doc("Milliseconds for which connections wait for the next version of the server while it is replaced. Then they are closed, and the "
          + "listeners with them. 0 closes them at once.");
  /** {@code margay.ready.apis}. */
  public static final Setting<List<String>> MARGAY_READY_APIS = ALL.broker(LIST, "margay.ready.apis",
      List.of("Produce", "Fetch", "ListOffsets", "Metadata", "FindCoordinator", "JoinGroup", "CreateTopics", "InitProducerId"))
      .doc("APIs that must be available before the first request of a client is answered. A client that finds one missing may "
          + "not ask again.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
