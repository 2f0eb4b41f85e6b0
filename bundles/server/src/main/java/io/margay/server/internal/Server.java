package io.margay.server.internal;

import io.margay.metadata.ClusterImage;
import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.LineLimit;
import io.margay.spi.quota.ClientQuotas;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners and their connections. Bound first, so that clients can connect; requests start when {@link #markReady} was called.
 * Closing stops accepting, lets what is under way finish, bounded, and then closes the connections.
 *
 * <p>{@link #listen}, {@link #markReady} and {@link #close} are called by the component's life cycle, all else by event loops.
 */
final class Server implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  /** For what is under way when the server leaves; what takes longer leaves later. */
  private static final long LEAVE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ServerConfig config;
  private final Authorization authorization;
  private final HandlerTable handlers;
  private final RequestMemory memory;
  private final LineLimit lines = new LineLimit(Clock.SYSTEM);
  private final SocketRoom room;
  private final ServerBootstrap bootstrap;
  private final ConcurrentHashMap<EventLoop, LoopState> states = new ConcurrentHashMap<>();
  private final ListenerSockets sockets;
  private final ConnectionCounts counts;
  private final LocalRequests local;
  private volatile boolean ready;
  private volatile boolean closing;
  private volatile boolean leaving;
  /** When connections that have not left are closed; set before {@link #leaving}. */
  private long leaveByNanos;
  private volatile List<Endpoint> advertised = List.of();
  private final AtomicReference<ClientQuotas> quotas = new AtomicReference<>();

  /**
   * @param config the settings
   * @param image tells the features of the cluster
   * @param room where sockets are and stay
   */
  Server(ServerConfig config, Supplier<ClusterImage> image, SocketRoom room) {
    this.config = config;
    this.authorization = new Authorization(config.handlerWaitMs(), lines);
    this.handlers = new HandlerTable(config.handlerWaitMs(), authorization, lines, config.security().audit());
    this.memory = new RequestMemory(config.requests().memoryBytes());
    this.counts = new ConnectionCounts(config.limits());
    this.room = room;
    this.bootstrap = room.bootstrap(config.sockets().threads());
    this.sockets = new ListenerSockets(this::bootstrap, room.listeners());
    EventLoopGroup loops = bootstrap.config().childGroup();
    this.local = new LocalRequests(handlers, loops::next, config.firstListener(), memory, authorization, config.security().audit(),
        this::newKnownQuota);
    handlers.bind(new ApiVersionsHandler(handlers, image));
    handlers.bind(new SaslHandshakeHandler());
    handlers.bind(new SaslAuthenticateHandler(config.requests().maxSaslBytes()));
  }

  /**
   * Listens on these addresses from now on. Those that stay the same are not touched. Connections of those that go finish what is under
   * way, bounded, and are closed; the caller is blocked for that.
   *
   * @param listeners what to bind
   * @param addresses what clients are told, by the same listener names; port 0 means the bound one
   * @throws IOException when one cannot be bound; the message names the address and why, and all is as before
   */
  synchronized void listen(List<Endpoint> listeners, List<Endpoint> addresses) throws IOException {
    List<Channel> gone = sockets.change(listeners);
    List<Endpoint> told = new ArrayList<>();
    for (Endpoint listener : listeners) {
      told.add(advertised(listener, addresses, sockets.port(listener)));
    }
    advertised = List.copyOf(told);
    if (!gone.isEmpty()) {
      drain(connection -> gone.contains(connection.channel().parent()));
    }
  }

  private static Endpoint advertised(Endpoint listener, List<Endpoint> addresses, int port) {
    for (Endpoint a : addresses) {
      if (a.listener().equals(listener.listener())) {
        return a.port() != 0 ? a : new Endpoint(a.listener(), a.protocol(), a.host(), port);
      }
    }
    return new Endpoint(listener.listener(), listener.protocol(), listener.host(), port);
  }

  /** Tries whether other listeners could be bound. @return null, or why not; may be blocked */
  String trial(List<Endpoint> listeners) {
    return sockets.trial(listeners);
  }

  /** Takes the connections that come, and those that the server before has left. */
  void open() {
    room.open(new Connections(this));
  }

  private ServerBootstrap bootstrap() {
    ServerBootstrap b = bootstrap.clone().option(ChannelOption.SO_BACKLOG, config.sockets().backlog());
    if (config.sockets().receiveBufferBytes() > 0) {
      b.childOption(ChannelOption.SO_RCVBUF, config.sockets().receiveBufferBytes());
    }
    if (config.sockets().sendBufferBytes() > 0) {
      b.childOption(ChannelOption.SO_SNDBUF, config.sockets().sendBufferBytes());
    }
    return b;
  }

  /** @return what clients are told, with real ports */
  List<Endpoint> advertised() {
    return advertised;
  }

  /** @return the names of the APIs that the version before served: its clients know of them */
  List<String> servedBefore() {
    return sockets.servedBefore();
  }

  /** Lets requests start. */
  void markReady() {
    ready = true;
    states.values().forEach(s -> s.forEach(Connection::drain));
  }

  boolean ready() {
    return ready;
  }

  Authorization authorization() {
    return authorization;
  }

  /** @return a memory for the limits of one client */
  KnownQuota newKnownQuota() {
    return new KnownQuota(this::quotas, lines);
  }

  /** @return what limits clients, or null while nothing does */
  ClientQuotas quotas() {
    return quotas.get();
  }

  /** @param limits count from now on */
  void limit(ClientQuotas limits) {
    quotas.set(limits);
  }

  /** @param limits count no more; others that have come meanwhile do */
  void endLimits(ClientQuotas limits) {
    quotas.compareAndSet(limits, null);
  }

  HandlerTable handlers() {
    return handlers;
  }

  /** @return what listeners ask of their clients */
  Security security() {
    return config.security();
  }

  LocalRequests local() {
    return local;
  }

  RequestMemory memory() {
    return memory;
  }

  /** @return limits log lines that clients can cause */
  LineLimit lines() {
    return lines;
  }

  /** @return the largest frame that is taken, in bytes */
  long maxFrameBytes() {
    return Math.min(config.requests().maxFrameBytes(), memory.maxFrameBytes());
  }

  long minBytesPerSecond() {
    return config.requests().minBytesPerSecond().getAsLong();
  }

  long maxIdleMs() {
    return config.maxIdleMs().getAsLong();
  }

  /** @return what the connections of an event loop share */
  LoopState loop(EventLoop loop) {
    LoopState known = states.get(loop);
    return known != null ? known : states.computeIfAbsent(loop, l -> new LoopState(l, this));
  }

  /** @return what is counted of requests, see {@link RequestCounts}; made for the caller */
  Map<String, Long> requestCounts() {
    return RequestCounts.read(states.values().stream().map(LoopState::counts).toList(), handlers);
  }

  /**
   * Counts a connection in.
   *
   * @param known whether the server before had admitted it
   * @return false when there are too many, which was logged
   */
  boolean admit(Connection c, boolean known) {
    if (closing) {
      return false;
    }
    if (known) {
      counts.addKnown(c.listener(), c.clientAddress());
      return true;
    }
    String refusal = counts.add(c.listener(), c.clientAddress());
    if (refusal != null) {
      long held = lines.pass("too many connections");
      if (held != LineLimit.HELD) {
        LOG.warn("Refusing a connection: {} client={} sinceLast={}", refusal, c.channel().remoteAddress(), held);
      }
      return false;
    }
    long pauseNanos = config.limits().pauseNanos(System.nanoTime());
    if (pauseNanos > 0) {
      pauseAccepting(pauseNanos);
    }
    return true;
  }

  /** @return how many connections there are */
  int connectionCount() {
    return counts.all();
  }

  /** Clients wait in the accept queue meanwhile. */
  private void pauseAccepting(long nanos) {
    for (Channel c : sockets.channels()) {
      c.config().setAutoRead(false);
      c.eventLoop().schedule(() -> {
        if (!leaving) {
          c.config().setAutoRead(true);
        }
      }, nanos, TimeUnit.NANOSECONDS);
    }
  }

  void forget(Connection c) {
    counts.remove(c.listener(), c.clientAddress());
  }

  @Override
  public void close() {
    closing = true;
    sockets.close();
    local.close();
    drain(connection -> true);
    room.close();
  }

  /** What gives a connection back to the room. */
  ChannelHandler entrance() {
    return bootstrap.config().childHandler();
  }

  /**
   * Leaves the connections and listeners to the next version of this bundle. Connections on which nothing is under way leave at once. A
   * short time is given to the others; those that have to wait longer leave later, when this object is used by nobody else any more.
   *
   * @param handoverMs after which time connections are closed that have not left
   */
  void leave(long handoverMs) {
    long now = System.nanoTime();
    leaveByNanos = now + TimeUnit.MILLISECONDS.toNanos(handoverMs);
    leaving = true;
    List<String> served = new ArrayList<>(handlers.served());
    if (!ready) {
      served.addAll(sockets.servedBefore()); // clients have not got to know this server
    }
    sockets.leave(served);
    room.close();
    local.close();
    long deadline = now + LEAVE_NANOS;
    forEach(deadline, this::whenLeaving);
    handlers.handBack();
    while (counts.all() > 0 && System.nanoTime() < deadline) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** A connection may have come just when the server left. */
  void whenLeaving(Connection c) {
    if (leaving) {
      c.leave(leaveByNanos);
    }
  }

  /** Closes connections when they are idle, and after two seconds in any case. */
  private void drain(Predicate<Connection> which) {
    AtomicInteger left = new AtomicInteger();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
    while (counts.all() > 0 && System.nanoTime() < deadline) {
      left.set(0);
      boolean looked = forEach(deadline, connection -> {
        if (which.test(connection)) {
          left.incrementAndGet();
          connection.closeWhenIdle();
        }
      });
      if (looked && left.get() == 0) {
        return;
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }
    states.values().forEach(state -> state.forEach(connection -> {
      if (which.test(connection)) {
        connection.channel().close();
      }
    }));
  }

  /** @return whether it was done for all connections before the deadline */
  private boolean forEach(long deadlineNanos, Consumer<Connection> action) {
    try {
      CompletableFuture.allOf(states.values().stream().map(state -> state.forEach(action)).toArray(CompletableFuture[]::new))
          .get(Math.max(1, deadlineNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
