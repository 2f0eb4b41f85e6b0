package io.margay.consensus.ratis.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.retry.ExponentialBackoffRetry;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.util.TimeDuration;

/**
 * The metadata log, replicated by Ratis. A proposal of the leader goes into the log in process; one of another node is sent to the
 * leader, and sent again when the leader changes. Ratis recognises what it has seen before, so it is applied once.
 *
 * <p>When this bundle is updated, this node leaves the quorum for as long as that takes. Its open proposals fail with
 * {@link MetadataLog.NotLeaderException}, which clients retry; another voter leads meanwhile.
 */
final class RatisMetadataLog implements MetadataLog, AutoCloseable {
  private static final long CATCH_UP_MS = 10_000;
  private static final int PROPOSAL_OVERHEAD_BYTES = 256;
  private static final int RETRIES = 30;

  private final QuorumConfig config;
  private final MachineSlot slot = new MachineSlot();
  private final RaftServer server;
  private final RaftClient client;
  private final RaftGroupId groupId;
  private final RaftPeerId self;
  private final ClientId clientId = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();
  private final AtomicLong openBytes = new AtomicLong();
  private volatile boolean closed;

  /**
   * Takes part in the quorum from now on.
   *
   * @throws IOException when the files cannot be read or the port not be bound
   */
  RatisMetadataLog(QuorumConfig config, Clock clock, FaultHandler faults) throws IOException {
    this.config = config;
    Files.createDirectories(config.directory());
    RaftProperties properties = RatisProperties.of(config);
    List<RaftPeer> peers = config.voters().stream().map(v -> RaftPeer.newBuilder().setId(Integer.toString(v.id()))
        .setAddress(v.host() + ":" + v.port()).build()).toList();
    groupId = RaftGroupId.valueOf(config.groupId());
    self = RaftPeerId.valueOf(Integer.toString(config.nodeId()));
    RaftGroup group = RaftGroup.valueOf(groupId, peers);
    server = RaftServer.newBuilder().setServerId(self).setGroup(group).setProperties(properties).setOption(StartupOption.RECOVER)
        .setStateMachine(new ReplicatedMachine(slot, clock, faults, self, this::stop)).build();
    client = RaftClient.newBuilder().setProperties(properties).setRaftGroup(group).setRetryPolicy(ExponentialBackoffRetry.newBuilder()
        .setBaseSleepTime(TimeDuration.valueOf(20, TimeUnit.MILLISECONDS))
        .setMaxSleepTime(TimeDuration.valueOf(500, TimeUnit.MILLISECONDS)).setMaxAttempts(RETRIES).build()).build();
    server.start();
  }

  @Override
  public void attach(StateMachine machine) {
    slot.attach(machine);
    long committed;
    try {
      committed = server.getDivision(groupId).getRaftLog().getLastCommittedIndex();
    } catch (IOException e) {
      slot.detach(machine);
      throw new IllegalStateException("the metadata log cannot be read: " + e.getMessage(), e);
    }
    slot.catchUp(committed, CATCH_UP_MS);
  }

  @Override
  public void detach(StateMachine machine) {
    slot.detach(machine);
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
    CompletableFuture<RaftClientReply> sent;
    try {
      sent = slot.leads() ? submit(command) : client.async().send(message(command));
    } catch (IOException | RuntimeException e) {
      sent = CompletableFuture.failedFuture(e);
    }
    return sent.handle((reply, failure) -> {
      openBytes.addAndGet(-bytes);
      return result(reply, failure);
    });
  }

  private static Message message(byte[] command) {
    return Message.valueOf(ByteString.copyFrom(command));
  }

  private CompletableFuture<RaftClientReply> submit(byte[] command) throws IOException {
    return server.submitClientRequestAsync(RaftClientRequest.newBuilder().setClientId(clientId).setServerId(self).setGroupId(groupId)
        .setCallId(calls.incrementAndGet()).setMessage(message(command)).setType(RaftClientRequest.writeRequestType()).build());
  }

  private byte[] result(RaftClientReply reply, Throwable failure) {
    if (closed) {
      throw stopped();
    }
    if (failure != null) {
      throw new CompletionException(failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure);
    }
    if (!reply.isSuccess()) {
      throw new NotLeaderException("the metadata change was not taken: " + reply.getException());
    }
    byte[] content = reply.getMessage().getContent().toByteArray();
    if (content[0] != 0) {
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
    return config.clusterId();
  }

  private void stop() {
    Thread closer = new Thread(() -> {
      try {
        close();
      } catch (IOException e) {
        // it is stopping because of a fault that was told already
        slot.close();
      }
    }, "metadata-quorum-close");
    closer.setDaemon(true);
    closer.start();
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    slot.close();
    try (client) {
      server.close();
    }
  }
}
