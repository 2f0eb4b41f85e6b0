package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.QuorumNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.protocol.GroupListReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says why there is no leader after a start: asks the other voters whether they are there, and of the same cluster. When all that
 * answer are of another one, and they are a majority, this node is the one that is wrong, and is refused.
 */
final class QuorumCheck {
  private static final Logger LOG = LoggerFactory.getLogger(QuorumCheck.class);
  private static final long FIRST_MS = 3_000;
  private static final long PAUSE_MS = 30_000;

  private final QuorumConfig config;
  private final RaftClient client;
  private final RaftGroupId group;
  private final BooleanSupplier leaderKnown;
  private final Consumer<String> refuse;
  private final RetryThread retries;

  /** @param refuse called with the reason when this node cannot be of this cluster */
  QuorumCheck(QuorumConfig config, RaftClient client, RaftGroupId group, BooleanSupplier leaderKnown, Consumer<String> refuse) {
    this.config = config;
    this.client = client;
    this.group = group;
    this.leaderKnown = leaderKnown;
    this.refuse = refuse;
    this.retries = new RetryThread("metadata-quorum-check", this::checkOnce);
  }

  void start() {
    retries.start(FIRST_MS);
  }

  private long checkOnce() {
    if (leaderKnown.getAsBoolean()) {
      return RetryThread.DONE;
    }
    String foreign = check();
    if (foreign == null) {
      return PAUSE_MS;
    }
    refuse.accept(foreign);
    return RetryThread.DONE;
  }

  /** Logs what is wrong. @return why this node is refused, null when it is not */
  private String check() {
    List<QuorumNode> silent = new ArrayList<>();
    List<QuorumNode> foreign = new ArrayList<>();
    int same = 0;
    for (QuorumNode voter : config.voters()) {
      if (voter.id() != config.nodeId()) {
        try {
          GroupListReply reply = QuorumTransport.ask(client, RaftPeerId.valueOf(Integer.toString(voter.id())), node -> node.list());
          boolean ours = reply.getGroupIds().contains(group);
          same += ours ? 1 : 0;
          if (!ours) {
            foreign.add(voter);
          }
        } catch (IOException e) {
          silent.add(voter);
        }
      }
    }
    if (leaderKnown.getAsBoolean()) {
      return null; // elected while the others were asked
    }
    if (same == 0 && foreign.size() * 2 > config.voters().size()) {
      return "the voters " + foreign + " are of another cluster: margay.cluster.id=" + config.identity().clusterId()
          + " of this node is not theirs";
    }
    if (!foreign.isEmpty()) {
      LOG.error("Voters are of another cluster: their margay.cluster.id is not that of this node voters={} clusterId={}", foreign,
          config.identity().clusterId());
    }
    LOG.warn("The metadata quorum has no leader notReached={} reached={} of={}", silent, same, config.voters());
    return null;
  }

  void close() {
    retries.close();
  }
}
