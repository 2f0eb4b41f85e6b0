package io.margay.consensus.ratis.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.proto.RaftProtos.CommitInfoProto;
import org.apache.ratis.proto.RaftProtos.RaftRpcRequestProto;
import org.apache.ratis.proto.RaftProtos.StartLeaderElectionRequestProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupInfoReply;
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
  /** A voter that does not say by then how much it has is not waited for. */
  private static final long ANSWER_MS = 200;
  private static final long TURN_MS = 250;

  private final RaftServer server;
  private final RaftClient client;
  private final RaftGroupId group;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  Elections(RaftServer server, RaftClient client, RaftGroupId group) {
    this.server = server;
    this.client = client;
    this.group = group;
  }

  /**
   * Starts an election in place of a leader whose process is gone, if no other voter has more of the log. With the same log, the one
   * with the lowest id does it, so that the votes are not split. Blocks for a moment, to ask the others.
   */
  void replace(RaftPeerId gone) throws InterruptedException {
    try {
      RaftServer.Division division = server.getDivision(group);
      TermIndex last = division.getRaftLog().getLastEntryTermIndex();
      List<RaftPeerId> others = voters(division).filter(id -> !id.equals(gone)).toList();
      Boolean best = last == null || !others.contains(server.getId()) ? Boolean.FALSE : isBest(last, others);
      if (best == null) {
        // The silent one may just be slow. If it stands for election meanwhile, this node has a vote to give, and not to split.
        TimeUnit.MILLISECONDS.sleep(TURN_MS);
        best = gone.equals(division.getInfo().getLeaderId()) && division.getInfo().isFollower();
      }
      if (!best) {
        return;
      }
      boolean started = server.startLeaderElection(StartLeaderElectionRequestProto.newBuilder()
          .setServerRequest(RaftRpcRequestProto.newBuilder().setRequestorId(gone.toByteString())
              .setReplyId(server.getId().toByteString()).setRaftGroupId(ProtoUtils.toRaftGroupIdProtoBuilder(group)))
          .setLeaderLastEntry(last.toProto()).build()).getServerReply().getSuccess();
      LOG.info("{} an election in place of a leader that is gone leaderId={} last={}", started ? "Started" : "Could not start", gone, last);
    } catch (IOException e) {
      LOG.info("No election could be started; the election timeout will start one why={}", e.getMessage());
    }
  }

  /** Whether this voter is the one to stand for election; null when one that would come first does not say how much it has. */
  private Boolean isBest(TermIndex last, List<RaftPeerId> voters) {
    List<CompletableFuture<TermIndex>> questions = new ArrayList<>();
    for (RaftPeerId voter : voters) {
      questions.add(voter.equals(server.getId()) ? CompletableFuture.completedFuture(last)
          : CompletableFuture.supplyAsync(() -> lastOf(voter)).completeOnTimeout(null, ANSWER_MS, TimeUnit.MILLISECONDS));
    }
    int own = voters.indexOf(server.getId());
    boolean unknown = false;
    for (int i = 0; i < voters.size(); i++) {
      TermIndex other = questions.get(i).join();
      if (other != null && (other.compareTo(last) > 0 || i < own && other.equals(last))) {
        return false;
      }
      unknown |= other == null && i < own;
    }
    return unknown ? null : Boolean.TRUE;
  }

  /** The end of another voter's log, null when it does not say. */
  private TermIndex lastOf(RaftPeerId voter) {
    try {
      GroupInfoReply info = QuorumTransport.ask(client, voter, node -> node.info(group));
      return info.isSuccess() && info.getLogInfoProto().hasLastEntry() ? TermIndex.valueOf(info.getLogInfoProto().getLastEntry()) : null;
    } catch (IOException e) {
      return null;
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
