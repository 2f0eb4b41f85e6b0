package io.margay.sockets.internal;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The event loops. Their threads are started by a thread of this bundle that waits until their number is known: a thread keeps the class
 * loaders of all that is on the stack when it is made, and those of the server that asks must be free to go. Safe for all threads.
 */
final class Loops implements AutoCloseable {
  private final CompletableFuture<Integer> number = new CompletableFuture<>();
  private final CompletableFuture<EventLoopGroup> group = new CompletableFuture<>();

  Loops() {
    Thread starter = new Thread(this::begin, "margay-network-start");
    starter.setDaemon(true);
    starter.start();
  }

  private void begin() {
    int threads = number.join();
    if (threads == 0) {
      return;
    }
    try {
      EventLoopGroup made = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("margay-network", true),
          Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
      for (EventExecutor loop : made) {
        loop.execute(() -> { });
      }
      group.complete(made);
    } catch (Throwable e) { // the caller of start() waits
      group.completeExceptionally(e);
    }
  }

  /** @return the event loops; as many as the first caller asked for */
  EventLoopGroup start(int threads) {
    if (!number.complete(threads) && number.join() == 0) {
      throw new IllegalStateException("the sockets are closed");
    }
    return group.join();
  }

  /** Runs a task later, unless the event loops have ended. */
  void after(long delayMs, Runnable task) {
    EventLoopGroup started = group.getNow(null);
    if (started == null) {
      return;
    }
    try {
      started.schedule(task, delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      // They have ended, and all sockets with them.
      return;
    }
  }

  @Override
  public void close() {
    if (!number.complete(0) && number.join() > 0) {
      group.join().shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(3, TimeUnit.SECONDS);
    }
  }
}
