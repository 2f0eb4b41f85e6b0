package io.margay.consensus.ratis.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.consensus.FormerMetadata;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.QuorumNode;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.proto.RaftProtos.RaftPeerRole;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.util.NetUtils;
import org.apache.ratis.util.TimeDuration;

/**
 * The metadata log, replicated by Ratis. {@link Proposals} brings what is proposed to the leader, and {@link Founding} gives a new log
 * its first state. A node that is no voter joins as an observer, a listener of Ratis.
 *
 * <p>While the state machine is detached (the bundle of the controller is updated), this node keeps its part in the quorum. If it
 * leads, it hands over to another voter, so that proposals of all nodes go on there; what is on its way is sent again to the new
 * leader. With no other voter, proposals wait for the next machine, as long as they may wait at all.
 *
 * <p>When this bundle is updated, this node leaves the quorum for as long as that takes, and hands over before. Its open proposals fail
 * with {@link MetadataLog.NotLeaderException}, which clients retry.
 */
final class RatisMetadataLog implements MetadataLog, AutoCloseable {
  private static final long CATCH_UP_MS = 10_000;
  private static final long HAND_OVER_MS = 1_000;
  private static final int PROPOSAL_OVERHEAD_BYTES = 256;

  private final QuorumConfig config;
  private final MachineSlot slot = new MachineSlot();
  final RaftServer server;
  private final RaftClient client;
  private final RaftGroupId groupId;
  private final Proposals proposals;
  private final Founding founding;
  private final Elections elections;
  private final LeaderWatch watch;
  private final LeaderNews news;
  private final Membership membership;
  private final Joining joining;
  private final QuorumCheck check;
  private final Reconnects reconnects;
  private final AtomicLong openBytes = new AtomicLong();
  private final Consumer<String> refuse;
  private volatile boolean stopping;
  private volatile boolean closed;

  /**
   * Takes part in the quorum from now on.
   *
   * @param transport how the nodes talk to each other
   * @param former what this node has from the time when it was alone
   * @param refuse called with the reason when it turns out that this node cannot be of the cluster, or when Ratis ends by itself
   * @throws IOException when the files cannot be read or the port not be bound
   */
  RatisMetadataLog(QuorumConfig config, QuorumTransport transport, FormerMetadata former, Clock clock, FaultHandler faults, Consumer<String> refuse)
      throws IOException {
    this.config = config;
    this.refuse = refuse;
    founding = new Founding(config, former, slot, message -> this.proposals().send(message));
    Files.createDirectories(config.directory());
    RaftProperties properties = transport.properties(config);
    groupId = RaftGroupId.valueOf(config.groupId());
    RaftPeerId self = RaftPeerId.valueOf(Integer.toString(config.nodeId()));
    List<RaftPeer> members = new ArrayList<>(Membership.peers(config.voters()));
    if (!config.votes()) {
      members.add(Membership.peer(config.self()).setStartupRole(RaftPeerRole.LISTENER).build());
    }
    RaftGroup group = RaftGroup.valueOf(groupId, members);
    watch = new LeaderWatch(self, this::address, gone -> this.elections().replace(gone));
    news = new LeaderNews(self, watch::leader, slot);
    server = RaftServer.newBuilder().setServerId(self).setGroup(group).setProperties(properties).setParameters(transport.parameters()).setOption(StartupOption.RECOVER)
        .setStateMachine(new ReplicatedMachine(slot, clock, faults, news, this::stop, this::ended)).build();
    client = RaftClient.newBuilder().setProperties(properties).setParameters(transport.parameters()).setRaftGroup(group).setRetryPolicy(RetryPolicies
        .retryUpToMaximumCountWithFixedSleep(10, TimeDuration.valueOf(100, TimeUnit.MILLISECONDS))).build();
    proposals = new Proposals(server, transport, client.getClientRpc(), groupId, this::leader, config.timings());
    elections = new Elections(server, client, groupId);
    membership = new Membership(client, groupId, this::known, config.timings().proposalMs());
    joining = new Joining(config, membership, this::isMember);
    check = new QuorumCheck(config, client, groupId, () -> leader() != null, refuse);
    reconnects = new Reconnects(server, () -> leader() != null, this::otherVoters);
    try {
      server.start();
    } catch (IOException | RuntimeException e) {
      closeQuietly();
      throw new IOException("the port of " + config.self() + " cannot be used: " + rootMessage(e), e);
    }
    joining.start();
    check.start();
    if (!transport.isOpen()) {
      reconnects.start();
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  // The two below are used by callbacks that are created before the fields have their values, and called after.
  private Proposals proposals() {
    return proposals;
  }

  private Elections elections() {
    return elections;
  }

  private RaftPeerId leader() {
    try {
      RaftServer.Division division = server.getDivision(groupId);
      RaftPeerId leader = division.getInfo().getLeaderId();
      RaftPeer peer = leader == null ? null : division.getRaftConf().getPeer(leader);
      if (peer != null) {
        client.getClientRpc().addRaftPeers(List.of(peer)); // it may have become a member after the client was built
      }
      return leader;
    } catch (IOException e) {
      return null;
    }
  }

  /** Whom to ask for the leader. */
  private List<RaftPeerId> known() {
    Set<RaftPeerId> known = new LinkedHashSet<>();
    RaftPeerId leader = leader();
    if (leader != null) {
      known.add(leader);
    }
    config.voters().forEach(v -> known.add(RaftPeerId.valueOf(Integer.toString(v.id()))));
    try {
      Collection<RaftPeer> voters = server.getDivision(groupId).getRaftConf().getCurrentPeers();
      client.getClientRpc().addRaftPeers(voters);
      voters.forEach(p -> known.add(p.getId()));
    } catch (IOException e) {
      // the voters of the settings must do
    }
    return List.copyOf(known);
  }

  private Collection<RaftPeerId> otherVoters() {
    try {
      return server.getDivision(groupId).getRaftConf().getCurrentPeers().stream().map(RaftPeer::getId).filter(id -> !id.equals(server.getId()))
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private InetSocketAddress address(RaftPeerId node) {
    try {
      RaftPeer peer = server.getDivision(groupId).getRaftConf().getPeer(node);
      return peer == null ? null : NetUtils.createSocketAddr(peer.getAddress());
    } catch (IOException e) {
      return null;
    }
  }

  /** Whether the others know this node at its address, as far as this node can tell. A new observer knows only itself. */
  private boolean isMember() {
    if (!config.votes()) {
      return false;
    }
    try {
      RaftPeer peer = server.getDivision(groupId).getRaftConf().getPeer(server.getId(), RaftPeerRole.FOLLOWER, RaftPeerRole.LISTENER);
      return peer != null && peer.getAddress().equals(config.self().address());
    } catch (IOException e) {
      return false;
    }
  }

  /** The members, as a service of their own. */
  MetadataQuorum quorum() {
    return membership;
  }

  @Override
  public void attach(StateMachine machine) {
    slot.attach(machine, founding.prepare(machine));
    long committed;
    try {
      committed = server.getDivision(groupId).getRaftLog().getLastCommittedIndex();
    } catch (IOException e) {
      slot.detach(machine);
      throw new IllegalStateException("the metadata log cannot be read: " + e.getMessage(), e);
    }
    slot.catchUp(committed, CATCH_UP_MS);
    founding.start();
  }

  @Override
  public void detach(StateMachine machine) {
    if (slot.detach(machine) && !closed) {
      elections.handOver(HAND_OVER_MS);
    }
  }

  @Override
  public CompletionStage<byte[]> propose(byte[] command) {
    long bytes = PROPOSAL_OVERHEAD_BYTES + command.length;
    // an entry has to fit into the buffers of the log, with what Ratis puts around it
    if (bytes > config.queueBytes() / 2) {
      return CompletableFuture.failedFuture(new CommandTooLargeException("a metadata change of " + command.length
          + " bytes is larger than half of margay.metadata.queue.bytes=" + config.queueBytes()));
    }
    if (closed || !slot.attached()) {
      return CompletableFuture.failedFuture(stopped());
    }
    if (openBytes.addAndGet(bytes) > config.queueBytes()) {
      openBytes.addAndGet(-bytes);
      return CompletableFuture.failedFuture(new RejectedExecutionException("the metadata log is busy: proposals of "
          + openBytes.get() + " bytes wait"));
    }
    return send(command).handle((reply, failure) -> {
      openBytes.addAndGet(-bytes);
      return result(reply, failure);
    });
  }

  private CompletionStage<byte[]> send(byte[] command) {
    if (Thread.holdsLock(slot)) {
      // The machine proposes from a call of the slot. Ratis must not be called with its monitor held.
      return CompletableFuture.supplyAsync(() -> command).thenCompose(this::sendFounded);
    }
    return sendFounded(command);
  }

  private CompletionStage<byte[]> sendFounded(byte[] command) {
    CompletableFuture<Void> founded = slot.whenFounded().toCompletableFuture();
    return founded.isDone() ? proposals.send(LogMessage.command(command))
        : founded.orTimeout(config.timings().proposalMs(), TimeUnit.MILLISECONDS)
            .thenCompose(done -> proposals.send(LogMessage.command(command)));
  }

  private byte[] result(byte[] content, Throwable failure) {
    if (closed) {
      throw stopped();
    }
    if (failure != null) {
      Throwable cause = Proposals.cause(failure);
      throw new CompletionException(cause instanceof TimeoutException && !slot.founded()
          ? new TimeoutException("the cluster is not founded yet: node " + config.voters().get(0) + " does that") : cause);
    }
    if (content[0] != ReplicatedMachine.DONE) {
      throw new IllegalStateException(new String(content, 1, content.length - 1, StandardCharsets.UTF_8));
    }
    byte[] result = new byte[content.length - 1];
    System.arraycopy(content, 1, result, 0, result.length);
    return result;
  }

  private NotLeaderException stopped() {
    return new NotLeaderException("node " + config.nodeId() + " takes no part in the metadata quorum now");
  }

  @Override
  public boolean isLeader() {
    return slot.leads();
  }

  @Override
  public int leaderId() {
    return slot.leaderId();
  }

  @Override
  public String clusterId() {
    return config.identity().clusterId();
  }

  private void ended() {
    if (!stopping) {
      refuse.accept("the replicated log has ended without being asked to; start this node again");
    }
  }

  private void stop() {
    stopping = true;
    Thread closer = new Thread(this::closeQuietly, "metadata-quorum-close");
    closer.setDaemon(true);
    closer.start();
  }

  private void closeQuietly() {
    try {
      close();
    } catch (IOException e) {
      // it stops because of a fault that was reported already
      slot.close();
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    stopping = true;
    elections.handOver(HAND_OVER_MS).join();
    closed = true;
    founding.close();
    joining.close();
    check.close();
    reconnects.close();
    membership.close();
    proposals.close();
    watch.close();
    news.close();
    slot.close();
    try (client) {
      server.close();
    }
  }
}
