package io.margay.shell.internal;

import io.margay.protocol.message.DescribeQuorumRequest;
import io.margay.protocol.message.DescribeQuorumResponse;
import java.util.Comparator;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The commands of scope quorum. */
@Command(name = "quorum")
final class QuorumCommands {
  static final String SCOPE = "quorum";
  private static final String METADATA = "__cluster_metadata";
  private static final String FAILED = "cannot describe the quorum";
  private final Requests requests;
  private final CommandFunction.Io io;

  QuorumCommands(Requests requests, CommandFunction.Io io) {
    this.requests = requests;
    this.io = io;
  }

  @Needs(Role.VIEW)
  @Command(name = "status", description = "Show the metadata quorum: its leader, its voters and observers, and how far behind they are.")
  void status(@Option(names = "--json", description = "Print JSON.") boolean json) throws InterruptedException {
    DescribeQuorumResponse.PartitionData quorum = describe();
    Table nodes = new Table("node", "role", "address", "lastIndex", "lag", "caughtUpMsAgo");
    DescribeQuorumResponse.ReplicaState leader = quorum.currentVoters().stream()
        .filter(voter -> voter.replicaId() == quorum.leaderId()).findFirst().orElse(null);
    for (DescribeQuorumResponse.ReplicaState voter : sorted(quorum.currentVoters())) {
      row(nodes, voter, voter == leader ? "leader" : "voter", leader);
    }
    for (DescribeQuorumResponse.ReplicaState observer : sorted(quorum.observers())) {
      row(nodes, observer, "observer", leader);
    }
    new Page(io.out(), json)
        .fact("leader", quorum.leaderId() < 0 ? null : quorum.leaderId())
        .fact("epoch", quorum.leaderEpoch())
        .fact("committedIndex", quorum.highWatermark() < 0 ? null : quorum.highWatermark())
        .fact("voters", ids(quorum.currentVoters()))
        .fact("observers", ids(quorum.observers()))
        .table("nodes", nodes)
        .print();
  }

  private DescribeQuorumResponse.PartitionData describe() throws InterruptedException {
    DescribeQuorumRequest request = new DescribeQuorumRequest().setTopics(List.of(new DescribeQuorumRequest.TopicData()
        .setTopicName(METADATA).setPartitions(List.of(new DescribeQuorumRequest.PartitionData().setPartitionIndex(0)))));
    DescribeQuorumResponse response = requests.send(DescribeQuorumRequest.API, request, new DescribeQuorumResponse());
    requests.checkController(response.errorCode(), response.errorMessage(), FAILED);
    if (response.topics().isEmpty() || response.topics().get(0).partitions().isEmpty()) {
      throw new ShellException(FAILED + ": the answer names no quorum; see the log of the controller");
    }
    DescribeQuorumResponse.PartitionData quorum = response.topics().get(0).partitions().get(0);
    requests.checkController(quorum.errorCode(), quorum.errorMessage(), FAILED);
    return quorum;
  }

  private void row(Table table, DescribeQuorumResponse.ReplicaState node, String role, DescribeQuorumResponse.ReplicaState leader) {
    Long last = node.logEndOffset() < 0 ? null : (Long) node.logEndOffset();
    Long lag = leader == null || last == null ? null : (Long) Math.max(0, leader.logEndOffset() - last);
    // the leader's own time is that of its answer, so the clock of this node does not matter
    boolean known = leader != null && leader.lastCaughtUpTimestamp() >= 0 && node.lastCaughtUpTimestamp() >= 0;
    Long caughtUp = known ? (Long) Math.max(0, leader.lastCaughtUpTimestamp() - node.lastCaughtUpTimestamp()) : null;
    table.row(node.replicaId(), role, requests.address(node.replicaId()), last, lag, caughtUp);
  }

  private static List<DescribeQuorumResponse.ReplicaState> sorted(List<DescribeQuorumResponse.ReplicaState> nodes) {
    return nodes.stream().sorted(Comparator.comparingInt(DescribeQuorumResponse.ReplicaState::replicaId)).toList();
  }

  private static List<Integer> ids(List<DescribeQuorumResponse.ReplicaState> nodes) {
    return sorted(nodes).stream().map(DescribeQuorumResponse.ReplicaState::replicaId).toList();
  }
}
