package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.QuorumNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.exceptions.GroupMismatchException;
import org.apache.ratis.retry.RetryPolicies;

/** Asks the nodes of {@code controller.quorum.bootstrap.servers} for the voters. */
final class Discovery {
  private Discovery() { }

  /**
   * Asks each server once. Blocks.
   *
   * @param servers {@code host:port} each
   * @return the voters, as the first server that answers knows them
   * @throws IllegalArgumentException when a server is of another cluster
   * @throws IOException when none answers
   */
  static List<QuorumNode> voters(QuorumConfig config, QuorumTransport transport, List<String> servers) throws IOException {
    RaftGroupId group = RaftGroupId.valueOf(config.groupId());
    List<RaftPeer> peers = new ArrayList<>();
    for (String server : servers) {
      // Its real id is not known, and not needed for this question.
      peers.add(RaftPeer.newBuilder().setId("server-" + peers.size()).setAddress(server).build());
    }
    String why = "no server is given";
    try (RaftClient client = RaftClient.newBuilder().setProperties(transport.properties(config)).setParameters(transport.parameters())
        .setRaftGroup(RaftGroup.valueOf(group, peers)).setRetryPolicy(RetryPolicies.noRetry()).build()) {
      for (RaftPeer peer : peers) {
        try {
          GroupInfoReply info = QuorumTransport.ask(client, peer.getId(), node -> node.info(group));
          if (info.isSuccess() && info.getConf().isPresent() && info.getConf().get().getPeersCount() > 0) {
            return info.getConf().get().getPeersList().stream()
                .map(p -> QuorumNode.parse(p.getId().toStringUtf8() + "@" + p.getAddress())).toList();
          }
          why = peer.getAddress() + " answers " + info.getException();
        } catch (GroupMismatchException e) {
          throw new IllegalArgumentException(peer.getAddress() + " is of another cluster: margay.cluster.id="
              + config.identity().clusterId() + " of this node is not its own", e);
        } catch (IOException e) {
          why = peer.getAddress() + " does not answer: " + e.getMessage();
        }
      }
    }
    throw new IOException("no voter was found: " + why);
  }
}
