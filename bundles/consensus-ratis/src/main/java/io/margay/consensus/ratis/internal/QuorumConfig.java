package io.margay.consensus.ratis.internal;

import io.margay.model.Endpoint;
import io.margay.protocol.KafkaUuid;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.consensus.QuorumNode;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Who keeps the metadata, and where.
 *
 * @param identity this node and its cluster
 * @param self this node's address in the quorum
 * @param voters the voters of a new cluster, in the order of the setting; a log that exists knows its own
 * @param directory where this node keeps its copy; made when missing
 * @param timings how long things may take
 * @param snapshotEntries entries of the log after which a snapshot is written
 * @param queueBytes bytes that proposals which are not answered yet may have together
 */
record QuorumConfig(ClusterIdentity identity, QuorumNode self, List<QuorumNode> voters, Path directory, Timings timings,
    long snapshotEntries, long queueBytes) {
  /** Below {@code metadata.log.dir}. */
  private static final String DIRECTORY = "quorum";
  /** Below {@code metadata.log.dir}: the address of a node that is no voter. */
  private static final String ADDRESS = "quorum.address";
  private static final int SNAPSHOT_ENTRIES = 20_000;

  QuorumConfig {
    voters = List.copyOf(voters);
  }

  /**
   * Times in milliseconds.
   *
   * @param electionMs without a leader, after which a voter stands for election; it waits up to twice that
   * @param requestMs that a request between nodes may take before it is sent again
   * @param proposalMs that a proposal may wait in all
   */
  record Timings(int electionMs, int requestMs, int proposalMs) { }

  /**
   * Reads the settings, and the identity of the node in {@code metadata.log.dir}.
   *
   * @throws IllegalArgumentException when they are not enough for a quorum
   * @throws ClusterIdentity.MismatchException when the data belong to another node or cluster
   */
  static QuorumConfig of(NodeSettings settings) throws IOException {
    List<QuorumNode> voters = settings.get(ConsensusSettings.CONTROLLER_QUORUM_VOTERS).stream().map(QuorumNode::parse).toList();
    if (voters.stream().map(QuorumNode::id).distinct().count() < voters.size()) {
      throw new IllegalArgumentException("controller.quorum.voters names a node twice: " + voters);
    }
    Path directory = Path.of(settings.get(ConsensusSettings.METADATA_LOG_DIR));
    Files.createDirectories(directory);
    String set = settings.get(ConsensusSettings.MARGAY_CLUSTER_ID);
    boolean free = (set == null || set.isBlank()) && !ClusterIdentity.exists(directory);
    ClusterIdentity identity = ClusterIdentity.loadOrCreate(directory, settings.nodeId().value(), free ? clusterIdOf(voters) : set);
    QuorumNode voter = voters.stream().filter(v -> v.id() == identity.nodeId()).findFirst().orElse(null);
    return new QuorumConfig(identity, voter != null ? voter : observer(settings, directory), voters, directory.resolve(DIRECTORY),
        new Timings(settings.get(ConsensusSettings.CONTROLLER_QUORUM_ELECTION_TIMEOUT_MS),
        settings.get(ConsensusSettings.CONTROLLER_QUORUM_REQUEST_TIMEOUT_MS),
        settings.get(ConsensusSettings.MARGAY_METADATA_PROPOSAL_TIMEOUT_MS)), SNAPSHOT_ENTRIES,
        settings.get(ConsensusSettings.MARGAY_METADATA_QUEUE_BYTES));
  }

  /** The id of a new cluster that was given none: the same on all nodes that are given the same voters. */
  static String clusterIdOf(List<QuorumNode> voters) {
    if (voters.isEmpty()) {
      throw new IllegalArgumentException("controller.quorum.bootstrap.servers is set, but neither controller.quorum.voters nor margay.cluster.id."
          + " Set margay.cluster.id to that of the cluster, see meta.properties in the metadata.log.dir of its nodes");
    }
    String text = voters.stream().sorted(Comparator.comparingInt(QuorumNode::id)).map(QuorumNode::toString)
        .collect(Collectors.joining(","));
    return KafkaUuid.toString(UUID.nameUUIDFromBytes(("margay-cluster " + text).getBytes(StandardCharsets.UTF_8)));
  }

  private static QuorumNode observer(NodeSettings settings, Path directory) throws IOException {
    String address = settings.get(ConsensusSettings.MARGAY_QUORUM_LISTENER);
    Path file = directory.resolve(ADDRESS);
    if (address == null && Files.exists(file)) {
      address = Files.readString(file).strip();
    } else if (address == null) {
      List<Endpoint> advertised = settings.advertisedListeners();
      if (advertised.isEmpty()) {
        throw new IllegalArgumentException("this node advertises no listener: set margay.quorum.listener to host:port");
      }
      try (ServerSocket free = new ServerSocket(0)) {
        address = advertised.get(0).host() + ":" + free.getLocalPort();
      }
      Files.writeString(file, address + "\n");
    }
    return QuorumNode.parse(settings.nodeId().value() + "@" + address);
  }

  int nodeId() {
    return self.id();
  }

  QuorumConfig withVoters(List<QuorumNode> found) {
    return new QuorumConfig(identity, self, found, directory, timings, snapshotEntries, queueBytes);
  }

  /** Whether this node is a voter of a new cluster. */
  boolean votes() {
    return voters.contains(self);
  }

  /** Whether this node gives a new log its first state. There is one such node, so that there cannot be two first states. */
  boolean founds() {
    return !voters.isEmpty() && voters.get(0).id() == nodeId();
  }

  /** What the nodes of one cluster have in common on the wire, so that those of another are refused. */
  UUID groupId() {
    return UUID.nameUUIDFromBytes(("margay-metadata " + identity.clusterId()).getBytes(StandardCharsets.UTF_8));
  }
}
