package io.margay.config.internal;

import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;

/** Settings of brokers and of the metadata quorum that do nothing here. */
final class AcceptedBrokerSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("Brokers, without effect");

  /** {@code background.threads}. */
  public static final Setting<Integer> BACKGROUND_THREADS = ALL.broker(INT, "background.threads", 10).from(1).live().inert()
      .doc("Threads for background work.");
  /** {@code log.segment.delete.delay.ms}. */
  public static final Setting<Long> LOG_SEGMENT_DELETE_DELAY_MS = ALL.broker(LONG, "log.segment.delete.delay.ms", 60_000L)
      .from(0).live().inert()
      .doc("Milliseconds between the removal of a segment from the log and the deletion of its files.");
  /** {@code log.dir.failure.timeout.ms}. */
  public static final Setting<Long> LOG_DIR_FAILURE_TIMEOUT_MS = ALL.broker(LONG, "log.dir.failure.timeout.ms", 30_000L)
      .from(1).inert()
      .doc("Milliseconds in which the controller must learn that a log directory failed; otherwise the broker stops.");
  /** {@code initial.broker.registration.timeout.ms}. */
  public static final Setting<Integer> INITIAL_BROKER_REGISTRATION_TIMEOUT_MS =
      ALL.broker(INT, "initial.broker.registration.timeout.ms", 60_000).inert()
      .doc("Milliseconds that the first registration with the controller may take before the node gives up.");
  /** {@code metadata.log.max.snapshot.interval.ms}. */
  public static final Setting<Long> METADATA_LOG_MAX_SNAPSHOT_INTERVAL_MS =
      ALL.broker(LONG, "metadata.log.max.snapshot.interval.ms", 3_600_000L).from(0).inert()
      .doc("Milliseconds after which a snapshot of changed metadata is written; 0 means never.");
  /** {@code num.replica.fetchers}. */
  public static final Setting<Integer> NUM_REPLICA_FETCHERS = ALL.broker(INT, "num.replica.fetchers", 1).from(1).live().inert()
      .doc("Connections to each other broker through which followers fetch.");
  /** {@code replica.lag.time.max.ms}. */
  public static final Setting<Long> REPLICA_LAG_TIME_MAX_MS = ALL.broker(LONG, "replica.lag.time.max.ms", 30_000L).live().inert()
      .doc("Milliseconds that a follower may be behind before it leaves the in-sync replicas.");
  /** {@code replica.fetch.min.bytes}. */
  public static final Setting<Integer> REPLICA_FETCH_MIN_BYTES = ALL.broker(INT, "replica.fetch.min.bytes", 1).live().inert()
      .doc("Bytes that a follower's Fetch waits for.");
  /** {@code replica.fetch.max.bytes}. */
  public static final Setting<Integer> REPLICA_FETCH_MAX_BYTES = ALL.broker(INT, "replica.fetch.max.bytes", 1_048_576).from(0)
      .live().inert()
      .doc("Bytes of one partition in the response to a follower's Fetch; a single larger batch is still returned.");
  /** {@code replica.fetch.response.max.bytes}. */
  public static final Setting<Integer> REPLICA_FETCH_RESPONSE_MAX_BYTES =
      ALL.broker(INT, "replica.fetch.response.max.bytes", 10_485_760).from(0).live()
      .inert().doc("Bytes of the whole response to a follower's Fetch.");
  /** {@code replica.fetch.wait.max.ms}. */
  public static final Setting<Integer> REPLICA_FETCH_WAIT_MAX_MS = ALL.broker(INT, "replica.fetch.wait.max.ms", 500).live().inert()
      .doc("Milliseconds that a follower's Fetch waits for replica.fetch.min.bytes.");
  /** {@code replica.fetch.backoff.ms}. */
  public static final Setting<Integer> REPLICA_FETCH_BACKOFF_MS = ALL.broker(INT, "replica.fetch.backoff.ms", 1000).from(0)
      .live().inert()
      .doc("Milliseconds that a follower waits after an error before it fetches again.");
  /** {@code replica.socket.timeout.ms}. */
  public static final Setting<Integer> REPLICA_SOCKET_TIMEOUT_MS = ALL.broker(INT, "replica.socket.timeout.ms", 30_000).inert()
      .doc("Milliseconds that a follower waits for a response.");
  /** {@code replica.socket.receive.buffer.bytes}. */
  public static final Setting<Integer> REPLICA_SOCKET_RECEIVE_BUFFER_BYTES =
      ALL.broker(INT, "replica.socket.receive.buffer.bytes", 65_536).from(-1)
      .inert().doc("Size in bytes of the receive buffer of a follower's connection; -1 leaves it to the operating system.");
  /** {@code replica.selector.class}. */
  public static final Setting<String> REPLICA_SELECTOR_CLASS = ALL.broker(STRING, "replica.selector.class", null).inert()
      .doc("Class that selects the replica a consumer reads from, such as org.apache.kafka.common.replica.RackAwareReplicaSelector.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
