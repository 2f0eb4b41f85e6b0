package io.margay.client.internal;

import io.margay.spi.client.RemoteClient;
import io.margay.spi.client.RemoteConnection;
import io.margay.spi.config.NodeSettings;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.ConnectException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Connections over Netty, on threads of their own, which start with the first connection.
 *
 * <p>When this bundle is updated, its connections are closed in {@link #close}, so all open requests fail with an IOException.
 * Callers connect again through the next service.
 */
@Component
public final class NettyClient implements RemoteClient {
  private static final int THREADS = 2;
  private static final long CLOSE_MS = 2000;
  private static final int MAX_QUEUED = 1_000;

  private final EventLoopGroup loops;
  private final ThreadPoolExecutor workers = workers();
  private final Set<NettyConnection> connections = ConcurrentHashMap.newKeySet();
  private final ClientTls tls = new ClientTls();
  private volatile NodeSettings settings;
  private volatile boolean closed;

  /** Prepares the threads. */
  @Activate
  public NettyClient() {
    loops = new MultiThreadIoEventLoopGroup(THREADS, new DefaultThreadFactory("margay-client", true),
        Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** What hashes passwords and checks signatures. When it has too much to do or has ended, the caller does it. */
  private static ThreadPoolExecutor workers() {
    ThreadPoolExecutor workers = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_QUEUED),
        new DefaultThreadFactory("margay-client-login", true), (task, full) -> task.run());
    workers.allowCoreThreadTimeOut(true);
    return workers;
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void bindSettings(NodeSettings service) {
    settings = service;
  }

  void unbindSettings(NodeSettings service) {
    if (settings == service) {
      settings = null;
    }
  }

  @Override
  public CompletionStage<RemoteConnection> connect(Target target) {
    if (!target.access().tls()) {
      return connect(target, null);
    }
    // Files may have to be read: neither the caller's thread nor an event loop waits for that.
    return CompletableFuture.supplyAsync(() -> {
      try {
        return tls.context(target.access(), settings);
      } catch (IOException e) {
        throw new CompletionException(new IOException("cannot connect to " + target + ": " + e.getMessage(), e));
      }
    }).thenCompose(context -> connect(target, context));
  }

  /** @param encryption null for none */
  private CompletionStage<RemoteConnection> connect(Target target, SslContext encryption) {
    CompletableFuture<RemoteConnection> result = new CompletableFuture<>();
    if (closed) {
      result.completeExceptionally(new IOException("cannot connect to " + target + ": the client stops"));
      return result;
    }
    NettyConnection connection = new NettyConnection(target);
    connections.add(connection);
    connection.closed().thenRun(() -> connections.remove(connection));
    try {
      bootstrap(target, connection, encryption).connect(target.host(), target.port()).addListener(f -> {
        if (!f.isSuccess()) {
          connection.fail(unreachable(target, f.cause()));
        } else if (closed) {
          connection.close();
        }
      });
    } catch (IllegalStateException | RejectedExecutionException e) {
      // the threads have ended since the check above
      connection.fail(new IOException("cannot connect to " + target + ": the client stops", e));
    }
    CompletionStage<Void> versions = Handshake.ofVersions(connection, target.connectTimeoutMs());
    (target.access().sasl() ? versions.thenCompose(known -> new Login(connection, () -> settings, workers, target.connectTimeoutMs()).begin()) : versions)
        .whenComplete((done, failure) -> {
      if (failure == null) {
        result.complete(connection);
      } else {
        connection.close();
        result.completeExceptionally(failure);
      }
    });
    return result;
  }

  static IOException unreachable(Target target, Throwable cause) {
    String message = "cannot connect to " + target + ": " + cause.getMessage();
    // A ConnectException is also what this machine's lack of a free port, or its firewall, ends with: only the text tells them apart.
    boolean refused = cause instanceof ConnectException && String.valueOf(cause.getMessage()).contains("Connection refused");
    return refused ? (IOException) new ConnectException(message).initCause(cause) : new IOException(message, cause);
  }

  private Bootstrap bootstrap(Target target, NettyConnection connection, SslContext encryption) {
    return new Bootstrap().group(loops)
        .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
        .option(ChannelOption.TCP_NODELAY, true).option(ChannelOption.SO_KEEPALIVE, true)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, target.connectTimeoutMs())
        .handler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            if (encryption != null) {
              channel.pipeline().addLast(encryption.newHandler(channel.alloc(), target.host(), target.port(), workers));
            }
            channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(target.maxResponseBytes(), 0, 4, 0, 4), connection);
          }
        });
  }

  /** Closes all connections and ends the threads. */
  @Deactivate
  void close() {
    closed = true;
    for (NettyConnection connection : connections) {
      connection.close();
    }
    loops.shutdownGracefully(0, CLOSE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_MS);
    workers.shutdown();
    for (NettyConnection connection : connections) {
      connection.fail(new IOException("the client stopped"));
    }
  }
}
