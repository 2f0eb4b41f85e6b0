package io.margay.consensus.ratis.internal;

import java.nio.charset.StandardCharsets;
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

  Voter self() {
    return voters.stream().filter(v -> v.id() == nodeId).findFirst().orElseThrow();
  }

  /** What the nodes of one cluster have in common on the wire, so that those of another are refused. */
  UUID groupId() {
    return UUID.nameUUIDFromBytes(("margay-metadata " + clusterId).getBytes(StandardCharsets.UTF_8));
  }
}
