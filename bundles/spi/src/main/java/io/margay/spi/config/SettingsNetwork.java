package io.margay.spi.config;

import static io.margay.spi.config.Define.broker;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import java.util.List;

/** Identity, listeners, connections and requests. Reached through {@link ServerSettings}. */
interface SettingsNetwork {
  /** {@code node.id}. */
  Setting<Integer> NODE_ID = broker(INT, "node.id", 1).from(0).synonyms("broker.id")
      .doc("The number of this node, different from that of every other node of the cluster, and never changed.");
  /** {@code broker.id}. */
  Setting<Integer> BROKER_ID = broker(INT, "broker.id", -1).from(-1).synonyms("node.id")
      .doc("The older name of node.id; -1 is not set. When both are set they must agree.");
  /** {@code broker.rack}. */
  Setting<String> BROKER_RACK = broker(STRING, "broker.rack", null)
      .doc("The rack or zone of this node. Replicas are spread over racks, and consumers may read from their own.");
  /** {@code listeners}. */
  Setting<List<String>> LISTENERS = broker(LIST, "listeners", List.of("PLAINTEXT://:9092")).perBroker()
      .check(SettingChecks::notEmpty)
      .doc("Where to listen: a list of NAME://host:port. An empty host is every interface, port 0 any free port.");
  /** {@code advertised.listeners}. */
  Setting<List<String>> ADVERTISED_LISTENERS = broker(LIST, "advertised.listeners", null).perBroker()
      .doc("What clients are told to connect to: a list of NAME://host:port. When not set: listeners, with the machine's name in "
          + "place of an empty host.");
  /** {@code listener.security.protocol.map}. */
  Setting<String> LISTENER_SECURITY_PROTOCOL_MAP = broker(STRING, "listener.security.protocol.map",
      "SASL_SSL:SASL_SSL,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT").perBroker()
      .doc("The security protocol of each listener by name: a list of NAME:PROTOCOL.");
  /** {@code inter.broker.listener.name}. */
  Setting<String> INTER_BROKER_LISTENER_NAME = broker(STRING, "inter.broker.listener.name", null)
      .doc("The listener through which brokers talk to each other. When not set: the one with security.inter.broker.protocol.");
  /** {@code security.inter.broker.protocol}. */
  Setting<String> SECURITY_INTER_BROKER_PROTOCOL = broker(STRING, "security.inter.broker.protocol", "PLAINTEXT")
      .in("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
      .doc("The security protocol between brokers; not together with inter.broker.listener.name.");
  /** {@code controller.listener.names}. */
  Setting<List<String>> CONTROLLER_LISTENER_NAMES = broker(LIST, "controller.listener.names", List.<String>of())
      .doc("Names of listeners of Kafka's controller. They are not bound here: the controller is part of the node.");
  /** {@code socket.listen.backlog.size}. */
  Setting<Integer> SOCKET_LISTEN_BACKLOG_SIZE = broker(INT, "socket.listen.backlog.size", 50).from(1)
      .doc("Connections that may wait to be accepted; the system may allow fewer.");
  /** {@code socket.receive.buffer.bytes}. */
  Setting<Integer> SOCKET_RECEIVE_BUFFER_BYTES = broker(INT, "socket.receive.buffer.bytes", 102_400).from(-1)
      .doc("The receive buffer of each connection in bytes; -1 leaves it to the system.");
  /** {@code socket.send.buffer.bytes}. */
  Setting<Integer> SOCKET_SEND_BUFFER_BYTES = broker(INT, "socket.send.buffer.bytes", 102_400).from(-1)
      .doc("The send buffer of each connection in bytes; -1 leaves it to the system.");
  /** {@code socket.request.max.bytes}. */
  Setting<Integer> SOCKET_REQUEST_MAX_BYTES = broker(INT, "socket.request.max.bytes", 104_857_600).from(1)
      .doc("The largest request in bytes; a connection that announces a larger one is closed.");
  /** {@code connections.max.idle.ms}. */
  Setting<Long> CONNECTIONS_MAX_IDLE_MS = broker(LONG, "connections.max.idle.ms", 600_000L).live()
      .doc("Milliseconds without a request after which a connection is closed; negative is never.");
  /** {@code max.connections}. */
  Setting<Integer> MAX_CONNECTIONS = broker(INT, "max.connections", 10_000).from(0).live()
      .doc("Connections of all clients at a time; what comes beyond is closed. For one listener: listener.name.<name>.max.connections. "
          + "Half of the descriptors of the process are the limit in any case.");
  /** {@code max.connections.per.ip}. */
  Setting<Integer> MAX_CONNECTIONS_PER_IP = broker(INT, "max.connections.per.ip", Integer.MAX_VALUE).from(0).live()
      .doc("Connections from one address at a time.");
  /** {@code max.connections.per.ip.overrides}. */
  Setting<String> MAX_CONNECTIONS_PER_IP_OVERRIDES = broker(STRING, "max.connections.per.ip.overrides", "").live()
      .check(SettingChecks::hostCounts)
      .doc("Other limits for single addresses or names: a list of host:count.");
  /** {@code max.connection.creation.rate}. */
  Setting<Integer> MAX_CONNECTION_CREATION_RATE = broker(INT, "max.connection.creation.rate", Integer.MAX_VALUE).from(0).live()
      .doc("New connections a second.");
  /** {@code num.network.threads}. */
  Setting<Integer> NUM_NETWORK_THREADS = broker(INT, "num.network.threads", 3).from(1)
      .doc("Event loops, which read, handle and answer requests.");
  /** {@code num.io.threads}. */
  Setting<Integer> NUM_IO_THREADS = broker(INT, "num.io.threads", 8).from(1).live()
      .doc("Threads for what may block, such as reads of records that are not in memory.");
  /** {@code background.threads}. */
  Setting<Integer> BACKGROUND_THREADS = broker(INT, "background.threads", 10).from(1).live().inert()
      .doc("Threads for what no client waits for.");
  /** {@code request.timeout.ms}. */
  Setting<Integer> REQUEST_TIMEOUT_MS = broker(INT, "request.timeout.ms", 30_000).live()
      .doc("Milliseconds that a request of this node to another one may take.");
  /** {@code fetch.max.bytes}. */
  Setting<Integer> FETCH_MAX_BYTES = broker(INT, "fetch.max.bytes", 57_671_680).from(1024).live()
      .doc("The most bytes that one Fetch response to a consumer holds, whatever it asks for.");
  /** {@code max.incremental.fetch.session.cache.slots}. */
  Setting<Integer> MAX_INCREMENTAL_FETCH_SESSION_CACHE_SLOTS = broker(INT, "max.incremental.fetch.session.cache.slots", 1000)
      .from(0)
      .doc("Fetch sessions that are remembered at a time; a client without one names all its partitions in each request.");
  /** {@code max.request.partition.size.limit}. */
  Setting<Integer> MAX_REQUEST_PARTITION_SIZE_LIMIT = broker(INT, "max.request.partition.size.limit", 2000).from(1).live()
      .doc("The most partitions in one DescribeTopicPartitions response.");

  // ours

  /** {@code margay.handler.wait.ms}. */
  Setting<Integer> MARGAY_HANDLER_WAIT_MS = broker(INT, "margay.handler.wait.ms", 30_000).from(0).live()
      .doc("Milliseconds that requests wait for a part of the server that is being replaced, before they get a retriable error.");
  /** {@code margay.request.memory.bytes}. */
  Setting<Long> MARGAY_REQUEST_MEMORY_BYTES = broker(LONG, "margay.request.memory.bytes", 0L).from(0)
      .doc("Bytes that the requests of all connections may take together: what has arrived, what is decoded and kept, answers that are not "
          + "sent. Beyond it connections are not read from. A third of it is the largest request, a twelfth what may be decoded and kept for "
          + "one connection. 0 is half of the largest heap.");
  /** {@code margay.connection.min.bytes.per.second}. */
  Setting<Long> MARGAY_CONNECTION_MIN_BYTES_PER_SECOND = broker(LONG, "margay.connection.min.bytes.per.second", 16_384L).from(0).live()
      .doc("How many bytes a second a client must send or take while it keeps memory that others wait for; a slower one is closed. 0 lets "
          + "it take its time.");
  /** {@code margay.ready.apis}. */
  Setting<List<String>> MARGAY_READY_APIS = broker(LIST, "margay.ready.apis",
      List.of("Produce", "Fetch", "ListOffsets", "Metadata", "FindCoordinator", "JoinGroup", "CreateTopics", "InitProducerId"))
      .doc("APIs that must be served before the first request of a client is answered: a client that finds one missing may not ask again.");
  /** {@code margay.producer.memory.bytes}. */
  Setting<Long> MARGAY_PRODUCER_MEMORY_BYTES = broker(LONG, "margay.producer.memory.bytes", 16_777_216L).from(1).live()
      .doc("Bytes of heap for records that are produced within the server, by HTTP or other bundles, and not written yet; more "
          + "are refused at once.");
  /** {@code margay.fetch.session.cache.bytes}. */
  Setting<Long> MARGAY_FETCH_SESSION_CACHE_BYTES = broker(LONG, "margay.fetch.session.cache.bytes", 16_777_216L).from(0).live()
      .doc("Bytes of heap for all fetch sessions, about 90 for each partition of each; a client without a session names all its "
          + "partitions in each request.");
  /** {@code margay.fetch.session.max.partitions}. */
  Setting<Integer> MARGAY_FETCH_SESSION_MAX_PARTITIONS = broker(INT, "margay.fetch.session.max.partitions", 50_000).from(0).live()
      .doc("Partitions of one fetch session; a client that fetches more gets no session.");
  /** {@code margay.preauth.memory.bytes}. */
  Setting<Long> MARGAY_PREAUTH_MEMORY_BYTES = broker(LONG, "margay.preauth.memory.bytes", 8_388_608L).from(65_536).live().inert()
      .doc("Bytes that the requests of connections which have not authenticated yet may hold together.");
  /** {@code margay.preauth.timeout.ms}. */
  Setting<Integer> MARGAY_PREAUTH_TIMEOUT_MS = broker(INT, "margay.preauth.timeout.ms", 30_000).from(1).live().inert()
      .doc("Milliseconds that a connection has to authenticate, on a listener that wants it.");
  /** {@code margay.http.listeners}. */
  Setting<List<String>> MARGAY_HTTP_LISTENERS = broker(LIST, "margay.http.listeners", List.<String>of()).perBroker()
      .check(SettingChecks::httpListeners)
      .doc("Where to take records over HTTP: a list of HTTP://host:port. An empty host is every interface. Empty: no HTTP server "
          + "runs. There is no TLS and no authentication: keep it on the loopback interface or behind a proxy.");
  /** {@code margay.http.request.max.bytes}. */
  Setting<Long> MARGAY_HTTP_REQUEST_MAX_BYTES = broker(LONG, "margay.http.request.max.bytes", 104_857_600L).from(1).live()
      .doc("The largest body of an HTTP request in bytes, of all its records together; max.message.bytes bounds each record.");
  /** {@code margay.http.max.requests}. */
  Setting<Integer> MARGAY_HTTP_MAX_REQUESTS = broker(INT, "margay.http.max.requests", 100).from(1).live()
      .doc("HTTP requests that are served at a time; beyond it they are answered 503 at once.");
  /** {@code margay.http.timeout.ms}. */
  Setting<Integer> MARGAY_HTTP_TIMEOUT_MS = broker(INT, "margay.http.timeout.ms", 30_000).from(1).live()
      .doc("Milliseconds in which an HTTP request must get on: its next record arrive, be written, or its answer be read.");
}
