package io.margay.consensus.ratis.internal;

import io.margay.model.Endpoint;
import io.margay.spi.config.NodeSettings;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.client.RaftClientRpc;
import org.apache.ratis.client.api.GroupManagementApi;
import org.apache.ratis.conf.Parameters;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.grpc.GrpcUtil;
import org.apache.ratis.netty.NettyConfigKeys;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.util.ExitUtils;
import org.apache.ratis.util.SizeInBytes;

/**
 * How nodes of the quorum talk to each other: over Ratis' small protocol on Netty when the port is open, over gRPC when it has TLS, which that small
 * protocol does not know. All nodes of a quorum have the same. Immutable.
 */
final class QuorumTransport {
  /** Without TLS. */
  static final QuorumTransport OPEN = new QuorumTransport(null);

  private static final long MESSAGE_OVERHEAD_BYTES = 2 << 20;
  private static final long SMALLEST_MESSAGE_LIMIT_BYTES = 32 << 20;
  /** Pauses of a leader that does not reach a node, and how many: a node that comes back hears of it soon. By default they are 5 s, 1,000 times. */
  private static final String RETRIES = "10ms,10, 200ms,1000000000";

  static {
    // Otherwise a port that is in use, and any exception that no thread catches, makes Ratis end the process.
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit();
    Thread.setDefaultUncaughtExceptionHandler(before);
  }

  private final QuorumTls tls;

  private QuorumTransport(QuorumTls tls) {
    this.tls = tls;
  }

  /** With TLS. */
  static QuorumTransport with(QuorumTls tls) {
    return new QuorumTransport(tls);
  }

  /**
   * What the settings want. Reads keys, so it may block.
   *
   * @throws IOException when the keys cannot be used
   * @throws IllegalArgumentException when the protocol is one that the quorum does not have
   */
  static QuorumTransport of(NodeSettings settings) throws IOException {
    Endpoint listener = settings.quorumListener();
    if (listener == null || listener.protocol().equals("PLAINTEXT")) {
      return OPEN;
    }
    if (!listener.protocol().equals("SSL")) {
      throw new IllegalArgumentException("the listener " + listener.listener() + " of controller.listener.names has the protocol " + listener.protocol()
          + " in listener.security.protocol.map; the metadata quorum knows PLAINTEXT and SSL, where nodes log in with their certificates");
    }
    return with(new QuorumTls(settings, listener.listener()));
  }

  /** Whether others can read what passes, and take part. */
  boolean isOpen() {
    return tls == null;
  }

  /** Warns in the log when this node's certificate expires soon; without TLS there is none. May block. */
  void warnOfExpiry() {
    if (tls != null) {
      tls.warnOfExpiry();
    }
  }

  /** The settings of Ratis for a node. */
  RaftProperties properties(QuorumConfig config) {
    RaftProperties p = RatisProperties.of(config);
    String rpc = isOpen() ? "NETTY" : "GRPC";
    p.set("raft.rpc.type", rpc);
    p.set("raft.server.rpc.type", rpc);
    if (isOpen()) {
      NettyConfigKeys.Server.setHost(p, config.self().host());
      NettyConfigKeys.Server.setPort(p, config.self().port());
      NettyConfigKeys.Server.setUseEpoll(p, false);
      NettyConfigKeys.Client.setUseEpoll(p, false);
    } else {
      GrpcConfigKeys.Server.setHost(p, config.self().host());
      GrpcConfigKeys.Server.setPort(p, config.self().port());
      GrpcConfigKeys.setUseEpoll(p, false);
      GrpcConfigKeys.setMessageSizeMax(p, SizeInBytes.valueOf(
          Math.max(SMALLEST_MESSAGE_LIMIT_BYTES, config.queueBytes() + MESSAGE_OVERHEAD_BYTES)));
      RaftServerConfigKeys.Log.Appender.setRetryPolicy(p, RETRIES);
    }
    return p;
  }

  /** What Ratis gets besides: the keys. */
  Parameters parameters() {
    Parameters parameters = new Parameters();
    if (!isOpen()) {
      GrpcConfigKeys.TLS.setConf(parameters, tls.config());
    }
    return parameters;
  }

  /** Sends a request whose order among others does not matter. */
  CompletableFuture<RaftClientReply> send(RaftClientRpc rpc, RaftClientRequest request) {
    return isOpen() ? rpc.sendRequestAsync(request) : rpc.sendRequestAsyncUnordered(request);
  }

  /** A question about the group. */
  interface Question<T> {
    T to(GroupManagementApi node) throws IOException;
  }

  /**
   * Asks a node. Blocks.
   *
   * @throws IOException when it does not answer, or answers with that. gRPC wraps it in an exception of its own, and would wait before it connects again
   */
  static <T> T ask(RaftClient client, RaftPeerId node, Question<T> question) throws IOException {
    try {
      return question.to(client.getGroupManagementApi(node));
    } catch (RuntimeException e) {
      client.getClientRpc().handleException(node, e, true);
      throw GrpcUtil.unwrapIOException(e);
    }
  }
}
