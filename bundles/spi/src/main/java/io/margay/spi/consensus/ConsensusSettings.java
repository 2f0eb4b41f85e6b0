package io.margay.spi.consensus;

import static io.margay.spi.config.SettingType.INT;
import static io.margay.spi.config.SettingType.LIST;
import static io.margay.spi.config.SettingType.LONG;
import static io.margay.spi.config.SettingType.STRING;

import io.margay.spi.config.Catalogue;
import io.margay.spi.config.DefinesSettings;
import io.margay.spi.config.Setting;
import io.margay.spi.config.SettingDefinitions;
import java.util.List;

/** Settings of the metadata log, for each implementation of it. */
@DefinesSettings
public final class ConsensusSettings implements SettingDefinitions {
  private static final Catalogue ALL = new Catalogue("The metadata log");
  private static final String VOTER = "\\d{1,9}@[^,@\\s]+:\\d{1,5}";

  /** {@code metadata.log.dir}. */
  public static final Setting<String> METADATA_LOG_DIR = ALL.broker(STRING, "metadata.log.dir", null)
      .doc("Directory of the metadata log. A relative path is resolved against the data directory. When not set: metadata.");
  /** {@code metadata.log.max.record.bytes.between.snapshots}. */
  public static final Setting<Long> METADATA_LOG_MAX_RECORD_BYTES_BETWEEN_SNAPSHOTS =
      ALL.broker(LONG, "metadata.log.max.record.bytes.between.snapshots", 20_971_520L).from(1)
      .doc("Bytes of the metadata log after which a snapshot is written. Many small changes cause one earlier.");
  /** {@code margay.metadata.queue.bytes}. */
  public static final Setting<Integer> MARGAY_METADATA_QUEUE_BYTES =
      ALL.broker(INT, "margay.metadata.queue.bytes", 16 << 20).from(65_536)
      .doc("Bytes of metadata changes that may wait to be written; also the largest size of one change. A change that does not "
          + "fit is refused.");
  /** {@code margay.cluster.id}. */
  public static final Setting<String> MARGAY_CLUSTER_ID = ALL.broker(STRING, "margay.cluster.id", null)
      .matching("[A-Za-z0-9._-]{1,255}", "1 to 255 letters, digits, dots, dashes and underscores")
      .doc("Id of a new cluster, and the id that existing data must have. When not set, a new cluster of one node gets a random id, "
          + "and one with controller.quorum.voters an id that is derived from them. "
          + "The environment variables CLUSTER_ID, KAFKA_CLUSTER_ID and KAFKA_KRAFT_CLUSTER_ID set it as well.");
  /** {@code process.roles}. */
  public static final Setting<List<String>> PROCESS_ROLES = ALL.broker(LIST, "process.roles", List.of("broker", "controller"))
      .in("broker", "controller")
      .doc("Kafka's roles of a node. Every node is a broker. A node without the role controller is no voter of the metadata quorum: it "
          + "follows the quorum that controller.quorum.voters or controller.quorum.bootstrap.servers name.");
  /** {@code controller.quorum.voters}. */
  public static final Setting<List<String>> CONTROLLER_QUORUM_VOTERS =
      ALL.broker(LIST, "controller.quorum.voters", List.<String>of())
      .matching("(" + VOTER + "(," + VOTER + ")*)?", "a list of id@host:port")
      .doc("The nodes that replicate the metadata of a new cluster: a list of id@host:port, the same on all nodes, with ports that "
          + "belong to the quorum alone. The first node of the list founds the cluster, with the metadata that it has. When the list is "
          + "empty or names this node only, the metadata is on this node alone. A new cluster without margay.cluster.id derives its id "
          + "from the list.");
  /** {@code controller.quorum.bootstrap.servers}. */
  public static final Setting<List<String>> CONTROLLER_QUORUM_BOOTSTRAP_SERVERS =
      ALL.broker(LIST, "controller.quorum.bootstrap.servers", List.<String>of())
      .matching("([^,@\\s]+:\\d{1,5}(,[^,@\\s]+:\\d{1,5})*)?", "a list of host:port")
      .doc("Addresses of voters: a list of host:port. A node without the role controller asks them for the quorum, when "
          + "controller.quorum.voters is empty.");
  /** {@code controller.quorum.election.timeout.ms}. */
  public static final Setting<Integer> CONTROLLER_QUORUM_ELECTION_TIMEOUT_MS =
      ALL.broker(INT, "controller.quorum.election.timeout.ms", 1000).range(50, 60_000)
      .doc("Milliseconds without a sign of life of the leader of the metadata quorum after which a voter starts an election; a voter "
          + "waits up to twice as long, so that not all start at once. The end of the leader's process is noticed without it, so it "
          + "only has to detect a leader that hangs or cannot be reached; a low value replaces leaders of a busy machine for nothing.");
  /** {@code controller.quorum.request.timeout.ms}. */
  public static final Setting<Integer> CONTROLLER_QUORUM_REQUEST_TIMEOUT_MS =
      ALL.broker(INT, "controller.quorum.request.timeout.ms", 2000).range(100, 60_000)
      .doc("Milliseconds that a request within the metadata quorum may take before it is sent again.");
  /** {@code margay.quorum.listener}. */
  public static final Setting<String> MARGAY_QUORUM_LISTENER = ALL.broker(STRING, "margay.quorum.listener", null)
      .matching("[^,@\\s]+:\\d{1,5}", "host:port")
      .doc("Address of a node that is no voter, where the leader of the metadata quorum reaches it: host:port. When not set: the host of "
          + "the first advertised listener and a free port, which is kept in metadata.log.dir. A voter has its address from "
          + "controller.quorum.voters.");
  /** {@code margay.metadata.proposal.timeout.ms}. */
  public static final Setting<Integer> MARGAY_METADATA_PROPOSAL_TIMEOUT_MS =
      ALL.broker(INT, "margay.metadata.proposal.timeout.ms", 10_000).from(100)
      .doc("Milliseconds that a metadata change may wait for a leader of the quorum, and for its majority. After that, its client is told "
          + "that the request timed out; the change may still be made.");

  @Override
  public Catalogue catalogue() {
    return ALL;
  }
}
