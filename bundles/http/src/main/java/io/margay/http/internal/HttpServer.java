package io.margay.http.internal;

import io.margay.model.LineLimit;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The listeners, their event loops and their connections. Used by one thread at a time. */
final class HttpServer {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final int THREADS = 2;
  private static final int BACKLOG = 128;
  private static final int READ_BYTES = 8 * 1024;
  private static final int LOW_WATER_BYTES = 8 * 1024;
  private static final int HIGH_WATER_BYTES = 32 * 1024;
  private static final long DRAIN_MS = 1_000;
  private static final HttpError TOO_MANY = HttpError.unavailable("too many open connections; try again");

  private final RecordsService service;
  private final ConnectionLimits limits;
  private final LineLimit lines;
  private final HttpTls tls;
  private final OpenConnections connections;
  private final EventLoopGroup loops;
  private final List<Channel> bound = new ArrayList<>();

  /** @param tls the keys of listeners with TLS; null when there is none */
  HttpServer(RecordsService service, ConnectionLimits limits, LineLimit lines, HttpTls tls) {
    this.tls = tls;
    this.service = service;
    this.limits = limits;
    this.lines = lines;
    this.connections = new OpenConnections(limits, lines);
    this.loops = new MultiThreadIoEventLoopGroup(THREADS, new DefaultThreadFactory("margay-http", true), NioIoHandler.newFactory());
  }

  /**
   * Binds every listener.
   *
   * @throws IOException when one cannot be bound; the message names the address and why
   */
  void open(List<HttpListener> listeners) throws IOException {
    for (HttpListener l : listeners) {
      InetSocketAddress address = new InetSocketAddress(l.host(), l.port());
      boolean loopback = address.getAddress() != null && address.getAddress().isLoopbackAddress();
      warn(l, loopback);
      bind(l, address, client -> new Entrance(l.name(), client, () -> service.logins().required(loopback)));
    }
  }

  /** A listener that others can reach without protection was set so, and is worth a line. */
  private void warn(HttpListener l, boolean loopback) {
    if (!loopback && !service.logins().required(false)) {
      LOG.warn("HTTP is open to everybody who reaches it, without a login listener={}; see margay.http.authentication", l);
    } else if (!loopback && !l.tls()) {
      LOG.warn("Passwords are sent to HTTP without encryption listener={}; use HTTPS:// in margay.http.listeners", l);
    }
  }

  private void bind(HttpListener l, InetSocketAddress address, Function<InetAddress, Entrance> entrance) throws IOException {
    ServerBootstrap b = new ServerBootstrap().group(loops).channel(NioServerSocketChannel.class)
        .option(ChannelOption.SO_BACKLOG, BACKLOG).option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.AUTO_READ, false).childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES))
        .childHandler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel c) {
            admit(c, l.tls(), entrance);
          }
        });
    try {
      bound.add(b.bind(address).sync().channel());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while binding " + l, e);
    } catch (Exception e) { // sync() throws what the bind failed with, unchecked
      throw new IOException("cannot listen on " + l.host() + ":" + l.port() + ": " + e.getMessage()
          + "; set margay.http.listeners to a free address of this machine", e);
    }
  }

  private void admit(SocketChannel channel, boolean secured, Function<InetAddress, Entrance> entrance) {
    InetSocketAddress remote = channel.remoteAddress();
    if (remote == null) {
      // the client has gone already
      channel.close();
      return;
    }
    InetAddress client = remote.getAddress();
    Connection connection = new Connection(service, limits, lines, entrance.apply(client));
    if (connections.add(connection, client)) {
      if (secured) {
        SslHandler handler = tls.context().newHandler(channel.alloc());
        handler.setHandshakeTimeoutMillis(limits.headerTimeoutMs());
        channel.pipeline().addLast(handler);
      }
      channel.closeFuture().addListener(f -> connections.remove(connection, client));
      channel.pipeline().addLast(connection);
    } else if (secured) {
      channel.close(); // a handshake would be work for a client that gets nothing
    } else {
      channel.pipeline().addLast(new HttpResponseEncoder());
      channel.writeAndFlush(Responses.refusal(TOO_MANY, null)).addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Closes the listeners, the connections between two requests, and, after a bounded time, the others; then ends the event loops. */
  void close() {
    bound.forEach(c -> c.close().awaitUninterruptibly(DRAIN_MS));
    connections.forEach(Connection::closeWhenIdle);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(DRAIN_MS);
    while (!connections.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    connections.forEach(Connection::abort);
    loops.shutdownGracefully(0, DRAIN_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(3 * DRAIN_MS);
  }
}
