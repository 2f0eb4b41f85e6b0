package io.margay.spi.config;

import static io.margay.spi.config.Define.broker;
import static io.margay.spi.config.SettingType.BOOLEAN;
import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import java.util.List;

/** Replicas, the controller, and the creation of topics. Reached through {@link ServerSettings}. */
interface SettingsReplication {
  /** {@code auto.create.topics.enable}. */
  Setting<Boolean> AUTO_CREATE_TOPICS_ENABLE = broker(BOOLEAN, "auto.create.topics.enable", true).live()
      .doc("Whether a topic comes into being when a client asks for it.");
  /** {@code delete.topic.enable}. */
  Setting<Boolean> DELETE_TOPIC_ENABLE = broker(BOOLEAN, "delete.topic.enable", true).live()
      .doc("Whether clients may delete topics.");
  /** {@code num.partitions}. */
  Setting<Integer> NUM_PARTITIONS = broker(INT, "num.partitions", 1).from(1).live()
      .doc("Partitions of a new topic that does not say how many.");
  /** {@code default.replication.factor}. */
  Setting<Integer> DEFAULT_REPLICATION_FACTOR = broker(INT, "default.replication.factor", 1).from(1).live()
      .doc("Replicas of each partition of a new topic that does not say how many.");
  /** {@code min.insync.replicas}. */
  Setting<Integer> MIN_INSYNC_REPLICAS = broker(INT, "min.insync.replicas", 1).from(1).live()
      .doc("In-sync replicas that there must be for a write with acks=all.");
  /** {@code unclean.leader.election.enable}. */
  Setting<Boolean> UNCLEAN_LEADER_ELECTION_ENABLE = broker(BOOLEAN, "unclean.leader.election.enable", false).live().inert()
      .doc("Whether a replica that is not in sync may lead when nothing else can, at the price of acknowledged records.");
  /** {@code auto.leader.rebalance.enable}. */
  Setting<Boolean> AUTO_LEADER_REBALANCE_ENABLE = broker(BOOLEAN, "auto.leader.rebalance.enable", true).live().inert()
      .doc("Whether leadership goes back to the preferred replicas by itself.");
  /** {@code leader.imbalance.check.interval.seconds}. */
  Setting<Long> LEADER_IMBALANCE_CHECK_INTERVAL_SECONDS = broker(LONG, "leader.imbalance.check.interval.seconds", 300L).from(1)
      .inert().doc("Seconds between two looks for leaders that are not the preferred replica.");
  /** {@code broker.heartbeat.interval.ms}. */
  Setting<Integer> BROKER_HEARTBEAT_INTERVAL_MS = broker(INT, "broker.heartbeat.interval.ms", 2000).from(1).inert()
      .doc("Milliseconds between a broker's heartbeats to the controller.");
  /** {@code broker.session.timeout.ms}. */
  Setting<Integer> BROKER_SESSION_TIMEOUT_MS = broker(INT, "broker.session.timeout.ms", 9000).from(1).inert()
      .doc("Milliseconds without a heartbeat after which a broker is fenced.");
  /** {@code initial.broker.registration.timeout.ms}. */
  Setting<Integer> INITIAL_BROKER_REGISTRATION_TIMEOUT_MS = broker(INT, "initial.broker.registration.timeout.ms", 60_000).inert()
      .doc("Milliseconds that the first registration with the controller may take before the node gives up.");
  /** {@code controlled.shutdown.enable}. */
  Setting<Boolean> CONTROLLED_SHUTDOWN_ENABLE = broker(BOOLEAN, "controlled.shutdown.enable", true).inert()
      .doc("Whether a node that stops hands its leaderships over first.");
  /** {@code process.roles}. */
  Setting<List<String>> PROCESS_ROLES = broker(LIST, "process.roles", List.of("broker", "controller")).in("broker", "controller")
      .inert().doc("Kafka's roles of a node. Every node here is both.");
  /** {@code controller.quorum.voters}. */
  Setting<List<String>> CONTROLLER_QUORUM_VOTERS = broker(LIST, "controller.quorum.voters", List.<String>of()).inert()
      .doc("The nodes that keep the metadata: a list of id@host:port.");
  /** {@code controller.quorum.bootstrap.servers}. */
  Setting<List<String>> CONTROLLER_QUORUM_BOOTSTRAP_SERVERS =
      broker(LIST, "controller.quorum.bootstrap.servers", List.<String>of()).inert()
      .doc("Where to find the nodes that keep the metadata: a list of host:port.");
  /** {@code controller.quorum.election.timeout.ms}. */
  Setting<Integer> CONTROLLER_QUORUM_ELECTION_TIMEOUT_MS =
      broker(INT, "controller.quorum.election.timeout.ms", 1000).from(0).inert()
      .doc("Milliseconds without a leader of the metadata quorum after which a node stands for election.");
  /** {@code controller.quorum.request.timeout.ms}. */
  Setting<Integer> CONTROLLER_QUORUM_REQUEST_TIMEOUT_MS =
      broker(INT, "controller.quorum.request.timeout.ms", 2000).from(0).inert()
      .doc("Milliseconds that a request within the metadata quorum may take.");
  /** {@code metadata.log.dir}. */
  Setting<String> METADATA_LOG_DIR = broker(STRING, "metadata.log.dir", null)
      .doc("The directory of the metadata log, a relative one below the data directory; metadata when not set.");
  /** {@code metadata.log.max.record.bytes.between.snapshots}. */
  Setting<Long> METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS =
      broker(LONG, "metadata.log.max.record.bytes.between.snapshots", 20_971_520L).from(1)
      .doc("Bytes of the metadata log after which a snapshot is written; many small changes bring one sooner.");
  /** {@code margay.metadata.queue.bytes}. */
  Setting<Integer> MARGAY_METADATA_QUEUE_BYTES = broker(INT, "margay.metadata.queue.bytes", 16 << 20).from(65_536)
      .doc("Bytes of metadata changes that may wait to be written, and of a single one; what does not fit is refused.");
  /** {@code margay.cluster.id}. */
  Setting<String> MARGAY_CLUSTER_ID = broker(STRING, "margay.cluster.id", null).check(SettingChecks::clusterId)
      .doc("The id of a new cluster, or of the one that the data must belong to; a random one when not set. "
          + "The environment variables CLUSTER_ID, KAFKA_CLUSTER_ID and KAFKA_KRAFT_CLUSTER_ID give it, too.");
  /** {@code margay.max.partitions.per.broker}. */
  Setting<Integer> MARGAY_MAX_PARTITIONS_PER_BROKER = broker(INT, "margay.max.partitions.per.broker", -1).from(-1).live()
      .doc("Replicas of partitions on one broker; a request that would exceed it is refused. -1 derives it from the heap and "
          + "from the file descriptors that the process may open.");
  /** {@code margay.max.partitions.per.request}. */
  Setting<Integer> MARGAY_MAX_PARTITIONS_PER_REQUEST = broker(INT, "margay.max.partitions.per.request", 10_000).from(1).live()
      .doc("Partitions that one request may create.");
  /** {@code margay.max.config.bytes}. */
  Setting<Integer> MARGAY_MAX_CONFIG_BYTES = broker(INT, "margay.max.config.bytes", 65_536).from(1024).live()
      .doc("Bytes of the names and values that one topic, broker or group may set.");
  /** {@code margay.max.configs.bytes}. */
  Setting<Integer> MARGAY_MAX_CONFIGS_BYTES = broker(INT, "margay.max.configs.bytes", 8 << 20).from(65_536).live()
      .doc("Bytes of the names and values that all topics, brokers and groups may set together.");
  /** {@code metadata.log.max.snapshot.interval.ms}. */
  Setting<Long> METADATA_LOG_MAX_SNAPSHOT_INTERVAL_MS =
      broker(LONG, "metadata.log.max.snapshot.interval.ms", 3_600_000L).from(0).inert()
      .doc("Milliseconds after which a snapshot of changed metadata is written; 0 is never.");

  /** {@code num.replica.fetchers}. */
  Setting<Integer> NUM_REPLICA_FETCHERS = broker(INT, "num.replica.fetchers", 1).from(1).live().inert()
      .doc("Connections to each other broker through which followers fetch.");
  /** {@code replica.lag.time.max.ms}. */
  Setting<Long> REPLICA_LAG_TIME_MAX_MS = broker(LONG, "replica.lag.time.max.ms", 30_000L).live().inert()
      .doc("Milliseconds that a follower may be behind before it leaves the in-sync replicas.");
  /** {@code replica.fetch.min.bytes}. */
  Setting<Integer> REPLICA_FETCH_MIN_BYTES = broker(INT, "replica.fetch.min.bytes", 1).live().inert()
      .doc("Bytes that a follower's Fetch waits for.");
  /** {@code replica.fetch.max.bytes}. */
  Setting<Integer> REPLICA_FETCH_MAX_BYTES = broker(INT, "replica.fetch.max.bytes", 1_048_576).from(0).live().inert()
      .doc("Bytes of one partition that a follower's Fetch takes at a time; a larger single batch still passes.");
  /** {@code replica.fetch.response.max.bytes}. */
  Setting<Integer> REPLICA_FETCH_RESPONSE_MAX_BYTES = broker(INT, "replica.fetch.response.max.bytes", 10_485_760).from(0).live()
      .inert().doc("Bytes of one response to a follower's Fetch.");
  /** {@code replica.fetch.wait.max.ms}. */
  Setting<Integer> REPLICA_FETCH_WAIT_MAX_MS = broker(INT, "replica.fetch.wait.max.ms", 500).live().inert()
      .doc("Milliseconds that a follower's Fetch waits for replica.fetch.min.bytes.");
  /** {@code replica.fetch.backoff.ms}. */
  Setting<Integer> REPLICA_FETCH_BACKOFF_MS = broker(INT, "replica.fetch.backoff.ms", 1000).from(0).live().inert()
      .doc("Milliseconds that a follower waits after an error before it fetches again.");
  /** {@code replica.socket.timeout.ms}. */
  Setting<Integer> REPLICA_SOCKET_TIMEOUT_MS = broker(INT, "replica.socket.timeout.ms", 30_000).inert()
      .doc("Milliseconds that a follower waits for any answer.");
  /** {@code replica.socket.receive.buffer.bytes}. */
  Setting<Integer> REPLICA_SOCKET_RECEIVE_BUFFER_BYTES = broker(INT, "replica.socket.receive.buffer.bytes", 65_536).from(-1)
      .inert().doc("The receive buffer of a follower's connection in bytes; -1 leaves it to the system.");
  /** {@code replica.high.watermark.checkpoint.interval.ms}. */
  Setting<Long> REPLICA_HIGH_WATERMARK_CHECKPOINT_INTERVAL_MS =
      broker(LONG, "replica.high.watermark.checkpoint.interval.ms", 5000L)
      .doc("Milliseconds between two notes of the high watermarks on disk.");
  /** {@code replica.selector.class}. */
  Setting<String> REPLICA_SELECTOR_CLASS = broker(STRING, "replica.selector.class", null).inert()
      .doc("With org.apache.kafka.common.replica.RackAwareReplicaSelector consumers may read from a follower in their own rack.");

  // ours

  /** {@code margay.stray.retention.ms}. */
  Setting<Long> MARGAY_STRAY_RETENTION_MS = broker(LONG, "margay.stray.retention.ms", 604_800_000L).from(-1).live()
      .doc("Milliseconds that a stored log is kept, set aside, when the cluster does not know its partition; then it is deleted. -1 is "
          + "for ever.");
}
