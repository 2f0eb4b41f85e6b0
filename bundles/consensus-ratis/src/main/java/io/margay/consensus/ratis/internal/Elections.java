package io.margay.consensus.ratis.internal;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.TransferLeadershipRequest;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.util.ProtoUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes of the leader that do not wait for a timeout: when its process is gone, and when it hands over. */
final class Elections {
  private static final Logger LOG = LoggerFactory.getLogger(Elections.class);
  /** Between the elections that two voters start: the first one is over by then, so they do not split the votes. */
  private static final long TURN_MS = 100;

  private final RaftServer server;
  private final RaftGroupId group;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  Elections(RaftServer server, RaftGroupId group) {
    this.server = server;
    this.group = group;
  }

  /** Starts an election in place of a leader whose process is gone, unless a voter with a lower id has been faster. */
  void replace(RaftPeerId gone) throws InterruptedException {
    try {
      RaftServer.Division division = server.getDivision(group);
      List<RaftPeerId> voters = voters(division).filter(id -> !id.equals(gone)).toList();
      int turn = voters.indexOf(server.getId());
      if (turn < 0) {
        return;
      }
      TimeUnit.MILLISECONDS.sleep(turn * TURN_MS);
      if (!gone.equals(division.getInfo().getLeaderId()) || !division.getInfo().isFollower()) {
        return;
      }
      TermIndex last = division.getRaftLog().getLastEntryTermIndex();
      if (last != null) {
        server.startLeaderElection(StartLeaderElectionRequestProto.newBuilder()
            .setServerRequest(RaftRpcRequestProto.newBuilder().setRequestorId(gone.toByteString())
                .setReplyId(server.getId().toByteString()).setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
            .setLeaderLastEntry(last.toProto()).build());
      }
    } catch (IOException e) {
      LOG.info("No election could be started; the election timeout will start one why={}", e.getMessage());
    }
  }

  private static Stream<RaftPeerId> voters(RaftServer.Division division) {
    return division.getRaftConf().getCurrentPeers().stream().map(RaftPeer::getId)
        .sorted(Comparator.comparingInt(id -> Integer.parseInt(id.toString())));
  }

  /**
   * Hands over to the voter that has most of the log, if this node leads and there is another voter.
   *
   * @return completes when that has been done, or failed
   */
  CompletableFuture<Void> handOver(long timeoutMs) {
    try {
      RaftServer.Division division = server.getDivision(group);
      if (!division.getInfo().isLeader()) {
        return CompletableFuture.completedFuture(null);
      }
      List<RaftPeerId> others = voters(division).filter(id -> !id.equals(server.getId())).toList();
      RaftPeerId best = division.getCommitInfos().stream().sorted(Comparator.comparingLong(CommitInfoProto::getCommitIndex).reversed())
          .map(info -> RaftPeerId.valueOf(info.getServer().getId())).filter(others::contains).findFirst().orElse(null);
      if (best == null) {
        return CompletableFuture.completedFuture(null);
      }
      return transfer(best, timeoutMs).handle((reply, e) -> {
        boolean done = e == null && reply.isSuccess();
        LOG.info("{} the lead of the metadata quorum nodeId={}", done ? "Handed over" : "Could not hand over", best);
        return null;
      });
    } catch (IOException | RuntimeException e) {
      LOG.info("Could not hand over the lead of the metadata quorum why={}", e.getMessage());
      return CompletableFuture.completedFuture(null);
    }
  }

  private CompletableFuture<RaftClientReply> transfer(RaftPeerId to, long timeoutMs) throws IOException {
    return server.transferLeadershipAsync(new TransferLeadershipRequest(clientId, server.getId(), group, calls.incrementAndGet(), to,
        timeoutMs));
  }
}
