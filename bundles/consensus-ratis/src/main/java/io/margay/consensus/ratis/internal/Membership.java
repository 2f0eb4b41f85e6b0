package io.margay.consensus.ratis.internal;

import io.margay.spi.consensus.MetadataLog.NotLeaderException;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.MetadataQuorum.MembershipException.Kind;
import io.margay.spi.consensus.QuorumNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.proto.RaftProtos.RaftPeerProto;
import org.apache.ratis.protocol.GroupInfoReply;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.protocol.SetConfigurationRequest;

/**
 * Asks the leader for the members, and changes them. Ratis does that with calls that block, so one thread makes them, for a bounded
 * number of callers. A change is made only to the members that were read before (compare and set), so that two at once lose nothing.
 */
final class Membership implements MetadataQuorum, AutoCloseable {
  private static final int WAITING_CALLS = 32;
  private static final int ATTEMPTS = 5;

  private final RaftClient client;
  private final RaftGroupId group;
  private final Supplier<List<RaftPeerId>> known;
  private final long timeoutMs;
  private final ThreadPoolExecutor executor;

  /**
   * @param known whom to ask for the leader: the node that leads as far as this node knows, then all others
   * @param timeoutMs how long a caller waits at most
   */
  Membership(RaftClient client, RaftGroupId group, Supplier<List<RaftPeerId>> known, long timeoutMs) {
    this.client = client;
    this.group = group;
    this.known = known;
    this.timeoutMs = timeoutMs;
    this.executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING_CALLS), task -> {
      Thread thread = new Thread(task, "metadata-quorum-members");
      thread.setDaemon(true);
      return thread;
    });
    executor.allowCoreThreadTimeOut(true);
  }

  private <T> CompletionStage<T> call(Callable<T> call) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      executor.execute(() -> {
        try {
          result.complete(call.call());
        } catch (IOException e) {
          result.completeExceptionally(new NotLeaderException("the leader of the metadata quorum did not answer: " + e.getMessage()));
        } catch (Exception e) {
          result.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(new RejectedExecutionException(WAITING_CALLS + " questions about the metadata quorum wait", e));
    }
    return result.orTimeout(timeoutMs, TimeUnit.MILLISECONDS);
  }

  @Override
  public CompletionStage<Status> describe() {
    return call(this::ask);
  }

  /** Blocks; the leader's view. */
  private Status ask() throws IOException {
    String why = "no node is known";
    for (RaftPeerId node : known.get()) {
      try {
        GroupInfoReply info = QuorumTransport.ask(client, node, asked -> asked.info(group));
        if (info.isSuccess() && info.getConf().isPresent() && info.getRoleInfoProto().hasLeaderInfo()) {
          return status(Integer.parseInt(node.toString()), info);
        }
        why = "node " + node + " does not lead it";
      } catch (IOException e) {
        why = "node " + node + " does not answer: " + e.getMessage();
      }
    }
    throw new NotLeaderException("the leader of the metadata quorum was not found: " + why);
  }

  private static Status status(int leaderId, GroupInfoReply info) {
    Map<Integer, Long> indexes = new HashMap<>();
    info.getCommitInfos().forEach(c -> indexes.put(id(c.getServer()), c.getCommitIndex()));
    Map<Integer, Long> contacts = new HashMap<>();
    info.getRoleInfoProto().getLeaderInfo().getFollowerInfoList().forEach(f -> contacts.put(id(f.getId()), f.getLastRpcElapsedTimeMs()));
    contacts.put(leaderId, 0L);
    List<Member> members = new ArrayList<>();
    info.getConf().get().getPeersList().forEach(p -> members.add(member(p, true, indexes, contacts)));
    info.getConf().get().getListenersList().forEach(p -> members.add(member(p, false, indexes, contacts)));
    members.sort(Comparator.comparing((Member m) -> !m.voter()).thenComparing(m -> m.node().id()));
    return new Status(leaderId, info.getRoleInfoProto().getLeaderInfo().getTerm(), indexes.getOrDefault(leaderId, -1L), List.copyOf(members));
  }

  private static int id(RaftPeerProto peer) {
    return Integer.parseInt(peer.getId().toStringUtf8());
  }

  private static Member member(RaftPeerProto peer, boolean voter, Map<Integer, Long> indexes, Map<Integer, Long> contacts) {
    int id = id(peer);
    return new Member(QuorumNode.parse(id + "@" + peer.getAddress()), voter, indexes.getOrDefault(id, -1L), contacts.getOrDefault(id, -1L));
  }

  /** How members become other members. */
  private interface Change {
    /** Changes the lists; returns whether there is anything to do. */
    boolean apply(List<QuorumNode> voters, List<QuorumNode> observers);
  }

  private Void change(Change change) throws IOException {
    for (int attempt = 1; ; attempt++) {
      Status status = ask();
      List<QuorumNode> voters = nodes(status, true);
      List<QuorumNode> observers = nodes(status, false);
      if (!change.apply(voters, observers)) {
        return null;
      }
      RaftClientReply reply = client.admin().setConfiguration(SetConfigurationRequest.Arguments.newBuilder()
          .setMode(SetConfigurationRequest.Mode.COMPARE_AND_SET).setServersInCurrentConf(peers(nodes(status, true)))
          .setListenersInCurrentConf(peers(nodes(status, false))).setServersInNewConf(peers(voters))
          .setListenersInNewConf(peers(observers)).build());
      if (reply.isSuccess()) {
        return null;
      }
      if (attempt == ATTEMPTS) {
        throw new MembershipException(Kind.OTHER, "the members of the metadata quorum were not changed: " + reply.getException());
      }
    }
  }

  private static List<QuorumNode> nodes(Status status, boolean voters) {
    return new ArrayList<>(status.members().stream().filter(m -> m.voter() == voters).map(Member::node).toList());
  }

  static List<RaftPeer> peers(List<QuorumNode> nodes) {
    return nodes.stream().map(n -> peer(n).build()).toList();
  }

  static RaftPeer.Builder peer(QuorumNode node) {
    return RaftPeer.newBuilder().setId(Integer.toString(node.id())).setAddress(node.address());
  }

  @Override
  public CompletionStage<Void> addVoter(QuorumNode node) {
    return call(() -> change((voters, observers) -> {
      if (voters.stream().anyMatch(v -> v.id() == node.id())) {
        throw new MembershipException(Kind.DUPLICATE_VOTER, "node " + node.id() + " is a voter already");
      }
      observers.removeIf(o -> o.id() == node.id());
      return voters.add(node);
    }));
  }

  @Override
  public CompletionStage<Void> removeVoter(int nodeId) {
    return call(() -> change((voters, observers) -> {
      QuorumNode removed = voters.stream().filter(v -> v.id() == nodeId).findFirst().orElseThrow(
          () -> new MembershipException(Kind.VOTER_NOT_FOUND, "node " + nodeId + " is no voter"));
      if (voters.size() == 1) {
        throw new MembershipException(Kind.OTHER, "node " + nodeId + " is the only voter");
      }
      voters.remove(removed);
      return observers.add(removed);
    }));
  }

  /** Makes this node an observer, if it is no member, or a member at another address. Blocks. */
  void join(QuorumNode node) throws IOException {
    change((voters, observers) -> {
      if (voters.contains(node) || observers.contains(node)) {
        return false;
      }
      if (voters.removeIf(v -> v.id() == node.id())) {
        return voters.add(node);
      }
      observers.removeIf(o -> o.id() == node.id());
      return observers.add(node);
    });
  }

  @Override
  public CompletionStage<Void> transferLeadership(int nodeId) {
    return call(() -> {
      if (ask().members().stream().noneMatch(m -> m.voter() && m.node().id() == nodeId)) {
        throw new MembershipException(Kind.VOTER_NOT_FOUND, "node " + nodeId + " is no voter");
      }
      RaftClientReply reply = client.admin().transferLeadership(RaftPeerId.valueOf(Integer.toString(nodeId)), timeoutMs);
      if (!reply.isSuccess()) {
        throw new MembershipException(Kind.OTHER, "node " + nodeId + " does not lead the metadata quorum: " + reply.getException());
      }
      return null;
    });
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
