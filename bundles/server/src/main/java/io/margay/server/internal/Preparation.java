package io.margay.server.internal;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Loads what the network needs, its native library above all, before the {@link Server} asks for it: that is a fifth of what the
 * bundles need to start. Named in the manifest, and run by the launcher at the same time as other bundles start. Leaves nothing
 * behind, and a server that starts without it, or at the same time, is as good, only later.
 */
public final class Preparation implements Runnable {
  /** What the first connection needs; naming a class loads it. */
  static final List<Class<?>> FIRST_NEEDED = List.of(Server.class, Connection.class, FrameSource.class, NetworkRequest.class,
      ResponseEncoder.class);

  /** Called by the launcher. */
  public Preparation() { }

  @Override
  public void run() {
    PooledByteBufAllocator.DEFAULT.directBuffer(1).release();
    if (!Epoll.isAvailable()) {
      return;
    }
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    loops.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    for (Channel unused : new Channel[] {new EpollServerSocketChannel(), new EpollSocketChannel()}) {
      unused.unsafe().closeForcibly();
    }
  }
}
