package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.consensus.MetadataLog.NotLeaderException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class ProposalsTest {
  private static final RaftPeerId SELF = RaftPeerId.valueOf("1");
  private static final RaftPeerId LEADER = RaftPeerId.valueOf("2");
  private final ArrayDeque<Function<RaftClientRequest, RaftClientReply>> replies = new ArrayDeque<>();

  private final AtomicInteger resets = new AtomicInteger();
  private volatile boolean connected = true;

  private Proposals proposals(int proposalMs) {
    RaftServer server = proxy(RaftServer.class, (method, args) -> {
      assertThat(method).isEqualTo("getId");
      return SELF;
    });
    RaftClientRpc rpc = proxy(RaftClientRpc.class, (method, args) -> {
      if (method.equals("handleException")) {
        connected = true;
        resets.incrementAndGet();
        return true;
      }
      assertThat(method).isEqualTo("sendRequestAsync");
      if (!connected) {
        return CompletableFuture.failedFuture(new IOException("the connection is closed"));
      }
      return CompletableFuture.completedFuture(replies.size() > 1 ? replies.poll().apply((RaftClientRequest) args[0])
          : replies.peek().apply((RaftClientRequest) args[0]));
    });
    return new Proposals(server, QuorumTransport.OPEN, rpc, RaftGroupId.randomId(), () -> LEADER, new QuorumConfig.Timings(1_000, 1_000, proposalMs));
  }

  private interface Call {
    Object of(String method, Object[] args);
  }

  private static <T> T proxy(Class<T> type, Call call) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
        (self, method, args) -> call.of(method.getName(), args)));
  }

  private static RaftClientReply success(RaftClientRequest request, byte... content) {
    return RaftClientReply.newBuilder().setRequest(request).setSuccess().setMessage(Message.valueOf(ByteString.copyFrom(content))).build();
  }

  private static byte[] await(CompletableFuture<byte[]> proposed) throws Exception {
    return proposed.get(60, TimeUnit.SECONDS);
  }

  @Test
  void aReplyWithoutAResultEndsTheProposal() {
    replies.add(request -> RaftClientReply.newBuilder().setRequest(request).setSuccess().build());
    assertThatThrownBy(() -> await(proposals(60_000).send(Message.valueOf("x")))).isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(NotLeaderException.class);
  }

  @Test
  void afterAReplyThatCannotBeReadItIsSentAgain() throws Exception {
    replies.add(request -> null);
    replies.add(request -> success(request, (byte) ReplicatedMachine.DONE, (byte) 7));
    assertThat(await(proposals(60_000).send(Message.valueOf("x")))).containsExactly(ReplicatedMachine.DONE, 7);
  }

  /** As when the leader's process was started again. */
  @Test
  void aConnectionThatBrokeIsReplaced() throws Exception {
    connected = false;
    replies.add(request -> success(request, (byte) ReplicatedMachine.DONE, (byte) 7));
    assertThat(await(proposals(60_000).send(Message.valueOf("x")))).containsExactly(ReplicatedMachine.DONE, 7);
    assertThat(resets).hasValue(1);
  }

  @Test
  void aProposalThatIsNeverAnsweredWellEnds() {
    replies.add(request -> null);
    assertThatThrownBy(() -> await(proposals(100).send(Message.valueOf("x")))).isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(TimeoutException.class);
  }
}
