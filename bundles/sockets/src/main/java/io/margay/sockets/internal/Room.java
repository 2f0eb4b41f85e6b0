package io.margay.sockets.internal;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * Where sockets and event loops stay while the server, which knows what is said on them, is replaced.
 *
 * <p>Each connection has one handler at a time: the one that the server adds, or {@link Held} while there is no server. The
 * <em>entrance</em> decides which. Accepted connections go through it, and the server puts it in the place of its own handler to give a
 * connection back. Between two servers no connection is accepted: clients wait in the accept queue. When no server comes in time, all
 * is closed.
 *
 * <pre>
 *   accepted -> entrance -> server's handler -> entrance -> server's handler ...
 *                        \-> Held, not read -/
 * </pre>
 *
 * <p>Safe for all threads. Handlers of a channel change on its event loop.
 */
public final class Room implements AutoCloseable {
  private static final int MAX_READ_BYTES = 1 << 18;
  private static final int LOW_WATER_BYTES = 1 << 18;
  private static final int HIGH_WATER_BYTES = 1 << 20;

  private final ChannelGroup listeners = new DefaultChannelGroup("margay-listeners", ImmediateEventExecutor.INSTANCE);
  private final ChannelGroup held = new DefaultChannelGroup("margay-held", ImmediateEventExecutor.INSTANCE);
  private final Loops loops = new Loops();
  private final Entrance entrance = new Entrance();
  /**
   * Completes when the server has the connections that the one before had: it may have a limit for the others, which wait until then. Set
   * before {@link #server}.
   */
  private volatile CompletableFuture<?> servedGiven = CompletableFuture.completedFuture(null);
  /** Null while there is no server. */
  private volatile ChannelHandler server;
  private volatile BooleanSupplier scarce = () -> false;
  /** Whether connections may wait for a server. */
  private volatile boolean waits = true;
  /** Counts the changes of {@link #server}; guarded by this. */
  private int changes;

  /** Each connection passes here when it is accepted, and when a server gives it back. */
  @ChannelHandler.Sharable
  private final class Entrance extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel connection) {
      ChannelHandler now = server;
      if (now != null && (servedGiven.isDone() || Held.wasServed(connection))) {
        connection.pipeline().addLast(now);
      } else {
        hold(connection);
      }
    }
  }

  /**
   * What a server binds its listeners with. It makes a clone for each, and may add options and attributes; handlers, classes and event
   * loops are set.
   *
   * @param threads how many event loops there are; counts at the first call only
   */
  public ServerBootstrap bootstrap(int threads) {
    EventLoopGroup group = loops.start(threads);
    return new ServerBootstrap().group(group)
        .channel(Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true).childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(LOW_WATER_BYTES, HIGH_WATER_BYTES))
        .childOption(ChannelOption.RECVBUF_ALLOCATOR, new ScarceReads(() -> scarce.getAsBoolean(), MAX_READ_BYTES))
        .handler(new ChannelInitializer<>() {
          @Override
          protected void initChannel(Channel listener) {
            listeners.add(listener);
          }
        })
        .childHandler(entrance);
  }

  /** The sockets that listen. */
  public ChannelGroup listeners() {
    return listeners;
  }

  /** @return how many connections wait for a server */
  public int heldCount() {
    return held.size();
  }

  /**
   * A server is there: it gets the connections that wait, and those that come.
   *
   * @param handler is added to their pipelines; sharable
   * @param memoryIsScarce whether little is to be read at a time
   */
  public synchronized void take(ChannelHandler handler, BooleanSupplier memoryIsScarce) {
    int change = ++changes;
    scarce = memoryIsScarce;
    waits = true;
    CompletableFuture<Void> given = new CompletableFuture<>();
    servedGiven = given;
    server = handler;
    // Clients are accepted also when one of those that a server had cannot be given.
    give(Held::wasServed).whenComplete((done, failure) -> given.complete(null));
    given.thenCompose(done -> give(connection -> true)).whenComplete((done, failure) -> accept(change));
  }

  private CompletableFuture<Void> give(Predicate<Channel> which) {
    return CompletableFuture.allOf(held.stream().filter(which).map(this::giveSoon).toArray(CompletableFuture[]::new));
  }

  private synchronized void accept(int change) {
    if (change == changes) {
      listeners.forEach(listener -> listener.config().setAutoRead(true));
    }
  }

  /**
   * The server goes, and gives its connections back from now on.
   *
   * @param handler what {@link #take} was called with; nothing happens when another one has come since
   * @param waitMs how long they wait for the next one before they are closed, and the listeners with them; in milliseconds
   */
  public synchronized void leave(ChannelHandler handler, long waitMs) {
    if (server != handler) {
      return;
    }
    int change = ++changes;
    listeners.forEach(listener -> listener.config().setAutoRead(false));
    server = null;
    scarce = () -> false;
    if (waitMs <= 0) {
      giveUp(change);
    } else {
      loops.after(waitMs, () -> giveUp(change));
    }
  }

  private synchronized void giveUp(int change) {
    if (change == changes) {
      waits = false;
      listeners.close();
      held.close();
    }
  }

  /** On the event loop. */
  private void hold(Channel connection) {
    connection.config().setAutoRead(false);
    connection.pipeline().addLast(Held.INSTANCE);
    held.add(connection);
    if (server != null) { // it came meanwhile
      servedGiven.thenRun(() -> giveSoon(connection));
    } else if (!waits) {
      connection.close();
    }
  }

  private CompletableFuture<Void> giveSoon(Channel connection) {
    return CompletableFuture.runAsync(() -> {
      if (held.remove(connection)) {
        connection.pipeline().remove(Held.INSTANCE);
        connection.pipeline().addLast(entrance);
      }
    }, connection.eventLoop());
  }

  /** Closes all sockets and ends the event loops. */
  @Override
  public void close() {
    synchronized (this) {
      changes++;
      waits = false;
      server = null;
      listeners.close().awaitUninterruptibly(1, TimeUnit.SECONDS);
      held.close();
    }
    loops.close();
  }
}
