package io.margay.client.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageWriter;
import io.margay.spi.client.RemoteClient.Target;
import io.margay.spi.client.RemoteConnection;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection. Requests are encoded on the caller's thread, and wait in {@link #early} until the channel is active.
 *
 * <p>Everything below {@link #channel} belongs to the event loop, but for {@link #early}, which is guarded by itself. Invariant: the
 * open requests are in the order in which they were written, so an answer belongs to the first of them.
 */
final class NettyConnection extends ChannelInboundHandlerAdapter implements RemoteConnection {
  private static final Logger LOG = LoggerFactory.getLogger(NettyConnection.class);
  private static final int INITIAL_BYTES = 256;

  private record Range(short lowest, short highest) { }

  private final Target target;
  private final byte[] clientId;
  private final ConcurrentHashMap<Short, Range> versions = new ConcurrentHashMap<>();
  private final AtomicInteger openCount = new AtomicInteger();
  private final AtomicInteger lastCorrelationId = new AtomicInteger();
  private final CompletableFuture<Void> closed = new CompletableFuture<>();
  private final ArrayDeque<Runnable> early = new ArrayDeque<>();
  private volatile Throwable failure;
  private volatile Channel channel;
  private final ArrayDeque<OpenRequest<?>> open = new ArrayDeque<>();
  /** What waits until the login is renewed, or null when it is not being renewed. */
  private ArrayDeque<Runnable> held;
  /** Why the connection ends when nothing is open on it, or soon; null while it need not. */
  private IOException leaving;

  NettyConnection(Target target) {
    this.target = target;
    this.clientId = target.clientId().getBytes(StandardCharsets.UTF_8);
  }

  Target target() {
    return target;
  }

  void learned(short key, short lowest, short highest) {
    versions.put(key, new Range(lowest, highest));
  }

  @Override
  public short version(Api api) {
    Range theirs = versions.get(api.key());
    if (theirs == null) {
      return -1;
    }
    short highest = (short) Math.min(theirs.highest, api.highest());
    return highest < Math.max(theirs.lowest, api.lowest()) ? -1 : highest;
  }

  @Override
  public <R extends Message> CompletionStage<Reply<R>> send(Api api, short version, Message request, R response, long timeoutMs) {
    OpenRequest<R> sent = new OpenRequest<>(lastCorrelationId.incrementAndGet(), api, version, response, openCount::decrementAndGet);
    if (openCount.incrementAndGet() > target.maxInFlight() && !sent.isLogin()) {
      sent.fail(new RejectedExecutionException(target.maxInFlight() + " requests to " + target + " are open already"));
      return sent.result;
    }
    ByteBuf frame = io.netty.buffer.ByteBufAllocator.DEFAULT.directBuffer(INITIAL_BYTES);
    try {
      encode(frame, api, version, sent.correlationId, request);
    } catch (RuntimeException e) {
      frame.release();
      sent.fail(e);
      return sent.result;
    }
    whenActive(() -> write(sent, frame, timeoutMs));
    return sent.result;
  }

  private void encode(ByteBuf frame, Api api, short version, int correlationId, Message request) {
    MessageWriter out = MessageWriter.copying(frame);
    out.reserveFrameSize();
    out.writeShort(api.key());
    out.writeShort(version);
    out.writeInt(correlationId);
    out.writeShort((short) clientId.length);
    frame.writeBytes(clientId);
    if (api.requestHeaderVersion(version) >= 2) {
      out.writeUnsignedVarint(0);
    }
    request.write(out, version);
    out.patchFrameSize();
  }

  /** Runs a task on the event loop once the channel is active, or at once when it never will be. */
  void whenActive(Runnable task) {
    synchronized (early) {
      if (channel == null && failure == null) {
        early.add(task);
        return;
      }
    }
    Channel c = channel;
    try {
      if (c == null) {
        task.run();
      } else {
        c.eventLoop().execute(task);
      }
    } catch (RejectedExecutionException e) {
      // the client stopped and its threads are gone: nobody else touches this connection
      fail(new IOException("the client stopped"));
      task.run();
    }
  }

  /** Logs in again after a time; requests wait meanwhile. Any thread. */
  void renewAfter(long delayMs, Login login) {
    whenActive(() -> {
      if (failure == null) {
        channel.eventLoop().schedule(() -> renew(login, delayMs / 8), delayMs, TimeUnit.MILLISECONDS);
      }
    });
  }

  /** @param graceMs how long what is open may take when the connection has to end; less than what is left of the login */
  private void renew(Login login, long graceMs) {
    if (failure != null) {
      return;
    }
    if (login.isOfAnother()) {
      leaving = new IOException("the connection to " + target + " ends, because another user is set; the next one logs in with that");
      if (open.isEmpty()) {
        fail(leaving);
      } else { // a heartbeat always waits for the next one
        channel.eventLoop().schedule(() -> fail(leaving), graceMs, TimeUnit.MILLISECONDS);
      }
      return;
    }
    held = new ArrayDeque<>();
    login.begin().whenComplete((done, why) -> {
      if (why != null) {
        fail(why);
      }
      release();
    });
  }

  private void release() {
    ArrayDeque<Runnable> waited = held;
    held = null;
    if (waited != null) {
      waited.forEach(Runnable::run);
    }
  }

  private void write(OpenRequest<?> sent, ByteBuf frame, long timeoutMs) {
    if (held != null && failure == null && !sent.isLogin()) {
      held.add(() -> write(sent, frame, timeoutMs));
      return;
    }
    if (failure != null) {
      frame.release();
      sent.fail(failure);
      return;
    }
    open.add(sent);
    sent.timeout(channel.eventLoop().schedule(
        () -> fail(new IOException("no answer to " + sent + " from " + target + " within " + timeoutMs + " ms")), timeoutMs,
        TimeUnit.MILLISECONDS));
    channel.writeAndFlush(frame, channel.voidPromise());
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    synchronized (early) {
      channel = ctx.channel();
    }
    if (failure != null) {
      ctx.close();
    }
    runEarly();
  }

  private void runEarly() {
    for (Runnable task; (task = nextEarly()) != null;) {
      task.run();
    }
  }

  private Runnable nextEarly() {
    synchronized (early) {
      return early.poll();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ByteBuf frame = (ByteBuf) msg;
    OpenRequest<?> first = open.poll();
    int correlationId = frame.readableBytes() < 4 ? -1 : frame.readInt();
    if (first == null || first.correlationId != correlationId) {
      frame.release();
      IOException wrong = new IOException(target + " answered request " + correlationId + ", expected "
          + (first == null ? "no answer" : first.correlationId + " (" + first + ")"));
      if (first != null) {
        first.fail(wrong);
      }
      fail(wrong);
      return;
    }
    boolean last = leaving != null && open.isEmpty();
    if (last) {
      failure = leaving; // before the answer is seen: what its receiver sends next is not sent here any more
    }
    try {
      first.answer(frame);
      if (last) {
        fail(leaving);
      }
    } catch (RuntimeException e) {
      IOException undecodable = new IOException("the answer of " + target + " to " + first + " cannot be decoded: " + e.getMessage(), e);
      first.fail(undecodable);
      fail(undecodable);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    fail(new IOException("the connection to " + target + " is closed"));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    LOG.debug("A connection broke target={}", target, cause);
    fail(cause instanceof IOException ? cause : new IOException("the connection to " + target + " failed: " + cause.getMessage(), cause));
  }

  /** Ends the connection: all open requests fail with this. Any thread; the first failure counts. */
  void fail(Throwable why) {
    synchronized (early) {
      if (failure == null) {
        failure = why;
      }
    }
    Channel c = channel;
    if (c == null || c.eventLoop().isShutdown() || c.eventLoop().inEventLoop()) {
      end(c);
      return;
    }
    try {
      c.eventLoop().execute(() -> end(c));
    } catch (RejectedExecutionException e) {
      end(c);
    }
  }

  private void end(Channel c) {
    runEarly();
    release();
    for (OpenRequest<?> request; (request = open.poll()) != null;) {
      request.fail(failure);
    }
    if (c != null) {
      c.close();
    }
    closed.complete(null);
  }

  @Override
  public Executor executor() {
    return task -> {
      Channel c = channel;
      if (c != null) {
        try {
          c.eventLoop().execute(task);
        } catch (RejectedExecutionException e) {
          LOG.debug("The client stopped target={}", target);
        }
      }
    };
  }

  @Override
  public CompletionStage<Void> closed() {
    return closed;
  }

  @Override
  public void close() {
    fail(new IOException("the connection to " + target + " was closed here"));
  }
}
