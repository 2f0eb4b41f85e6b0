package io.margay.consensus.ratis.internal;

import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * Who keeps the metadata, and where.
 *
 * @param nodeId this node
 * @param voters all voters, in the order of the setting
 * @param clusterId 22 characters, the same on all nodes
 * @param directory where this node keeps its copy; made when missing
 * @param electionTimeoutMs milliseconds without a leader after which a voter stands for election, up to twice that
 * @param requestTimeoutMs milliseconds that a request between voters may take
 * @param snapshotEntries entries of the log after which a snapshot is written
 * @param queueBytes bytes that proposals which are not answered yet may have together
 */
record QuorumConfig(int nodeId, List<Voter> voters, String clusterId, Path directory, int electionTimeoutMs, int requestTimeoutMs,
    long snapshotEntries, long queueBytes) {
  /** Below {@code metadata.log.dir}. */
  private static final String DIRECTORY = "quorum";
  private static final int SNAPSHOT_ENTRIES = 20_000;

  QuorumConfig {
    voters = List.copyOf(voters);
    if (voters.stream().noneMatch(v -> v.id() == nodeId)) {
      throw new IllegalArgumentException("node " + nodeId + " is no voter of " + voters);
    }
  }

  /**
   * A node that votes.
   *
   * @param id its node id
   * @param host its name or address
   * @param port its port for the quorum
   */
  record Voter(int id, String host, int port) {
    /**
     * Reads one element of {@code controller.quorum.voters}.
     *
     * @param text {@code id@host:port}
     * @throws IllegalArgumentException when it is something else
     */
    static Voter parse(String text) {
      int at = text.indexOf('@');
      int colon = text.lastIndexOf(':');
      try {
        if (at > 0 && colon > at + 1) {
          return new Voter(Integer.parseInt(text.substring(0, at)), text.substring(at + 1, colon),
              Integer.parseInt(text.substring(colon + 1)));
        }
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("id@host:port expected, not " + text, e);
      }
      throw new IllegalArgumentException("id@host:port expected, not " + text);
    }

    @Override
    public String toString() {
      return id + "@" + host + ":" + port;
    }
  }

  /**
   * Reads the settings, and the identity of the node in {@code metadata.log.dir}.
   *
   * @throws IllegalArgumentException when they are not enough for a quorum
   * @throws ClusterIdentity.MismatchException when the data belong to another node or cluster
   */
  static QuorumConfig of(NodeSettings settings) throws IOException {
    String clusterId = settings.get(ConsensusSettings.MARGAY_CLUSTER_ID);
    if (clusterId == null || clusterId.isBlank()) {
      throw new IllegalArgumentException("controller.quorum.voters names other nodes, but margay.cluster.id is not set. Set it to the same "
          + "22 characters on all nodes; an existing cluster keeps its id, see meta.properties in metadata.log.dir");
    }
    List<Voter> voters = settings.get(ConsensusSettings.CONTROLLER_QUORUM_VOTERS).stream().map(Voter::parse).toList();
    Path directory = Path.of(settings.get(ConsensusSettings.METADATA_LOG_DIR));
    Files.createDirectories(directory);
    ClusterIdentity identity = ClusterIdentity.loadOrCreate(directory, settings.nodeId().value(), clusterId);
    return new QuorumConfig(identity.nodeId(), voters, identity.clusterId(), directory.resolve(DIRECTORY),
        settings.get(ConsensusSettings.CONTROLLER_QUORUM_ELECTION_TIMEOUT_MS),
        settings.get(ConsensusSettings.CONTROLLER_QUORUM_REQUEST_TIMEOUT_MS), SNAPSHOT_ENTRIES,
        settings.get(ConsensusSettings.MARGAY_METADATA_QUEUE_BYTES));
  }

  Voter self() {
    return voters.stream().filter(v -> v.id() == nodeId).findFirst().orElseThrow();
  }

  /** What the nodes of one cluster have in common on the wire, so that those of another are refused. */
  UUID groupId() {
    return UUID.nameUUIDFromBytes(("margay-metadata " + clusterId).getBytes(StandardCharsets.UTF_8));
  }
}
