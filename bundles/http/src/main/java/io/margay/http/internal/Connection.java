package io.margay.http.internal;

import io.margay.model.LineLimit;
import io.margay.spi.handler.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection, on its event loop. It serves one request after the other; what a client sends ahead stays in its socket, apart from
 * one buffer. It is read only when this object asks for the next head, or the exchange for more of the body.
 *
 * <pre>
 *   IDLE --first byte--> HEAD --head--> [LOGIN] --> SERVING --response written--> IDLE
 *                          |               |            |
 *                       refused         refused    cannot be kept
 *                          v               v            v
 *                            FLUSHING --response sent--> LINGERING --end of input--> CLOSED
 * </pre>
 *
 * <p>Each state but SERVING has a deadline; an exchange has its own. In LINGERING, input is discarded: if the socket were closed with
 * unread bytes, the client could lose the response.
 *
 * <p>It is the first handler of the pipeline: it passes bytes to the decoder behind it, and gets back what was decoded.
 */
final class Connection extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
  private static final int LINGER_MS = 2_000;
  private static final long LINGER_BYTES = 8L * 1024 * 1024;

  private enum State { IDLE, HEAD, LOGIN, SERVING, FLUSHING, LINGERING, CLOSED }

  /** The last handler of the pipeline. */
  private final class Decoded extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (state == State.CLOSED || !(message instanceof HttpObject object)) {
        ReferenceCountUtil.release(message);
      } else {
        decoded.add(object);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      failed(cause);
    }
  }

  private final RecordsService service;
  private final ConnectionLimits limits;
  private final LineLimit lines;
  private final Entrance entrance;
  /** At most what one step of the decoder gives: a head, or a piece of a body, and the end. */
  private final Deque<HttpObject> decoded = new ArrayDeque<>(2);
  private ChannelHandlerContext ctx;
  private State state = State.HEAD;
  private RequestStream stream;
  private Exchange exchange;
  private Future<?> deadline;
  private boolean received;
  private boolean inputShut;
  private boolean decoding;
  private boolean proceeding;
  private long discardedBytes;

  Connection(RecordsService service, ConnectionLimits limits, LineLimit lines, Entrance entrance) {
    this.entrance = entrance;
    this.service = service;
    this.limits = limits;
    this.lines = lines;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
    context.pipeline().addLast(new RequestDecoder(limits.maxHeaderBytes()), new HttpResponseEncoder(), new Decoded());
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    deadline(limits.headerTimeoutMs());
    context.read();
  }

  // reading

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    if (state == State.CLOSED || state == State.FLUSHING || state == State.LINGERING) {
      discard(bytes);
      return;
    }
    received = true;
    if (state == State.IDLE) {
      state = State.HEAD;
      deadline(limits.headerTimeoutMs());
    }
    decode(bytes);
    proceed();
  }

  /** Whether to read on is decided here alone, and not by the decoder. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) { }

  private void discard(ByteBuf bytes) {
    discardedBytes += bytes.readableBytes();
    bytes.release();
    if (discardedBytes > LINGER_BYTES) {
      ctx.close();
    } else if (state == State.LINGERING) {
      ctx.read();
    }
  }

  private void decode(ByteBuf bytes) {
    decoding = true;
    try {
      ctx.fireChannelRead(bytes);
    } finally {
      decoding = false;
    }
  }

  /** @return what was decoded next, or null; then more is read, and {@link Exchange#onReadable} is called */
  HttpObject poll() {
    if (decoded.isEmpty() && !decoding) {
      decode(Unpooled.EMPTY_BUFFER);
    }
    HttpObject next = decoded.poll();
    if (next == null && !inputShut) {
      ctx.read();
    }
    return next;
  }

  /** Begins requests as long as there are any whose turn has come. */
  private void proceed() {
    if (proceeding) {
      return;
    }
    proceeding = true;
    try {
      while (state == State.IDLE || state == State.HEAD) {
        HttpObject next = poll();
        if (next == null) {
          return;
        }
        if (next instanceof HttpRequest request) {
          begin(request);
        }
        ReferenceCountUtil.release(next);
      }
    } finally {
      proceeding = false;
    }
    if (state == State.SERVING && !decoded.isEmpty()) {
      exchange.onReadable();
    }
  }

  private void begin(HttpRequest request) {
    cancelDeadline();
    state = State.SERVING;
    stream = new RequestStream(this, ctx.channel(), request);
    String shown = request.headers().get(HttpHeaderNames.AUTHORIZATION);
    try {
      String checks = HealthService.tag(request);
      if (checks != null && service.probesOpen() || shown == null && !entrance.loginRequired().getAsBoolean()) {
        serve(request, checks, Principal.ANONYMOUS);
        return;
      }
      state = State.LOGIN;
      deadline(limits.idleMs());
      service.logins().login(shown, entrance.client(), entrance.listener()).whenComplete((who, failure) -> {
        if (ctx.channel().eventLoop().inEventLoop()) {
          onLogin(request, checks, who, failure);
        } else {
          ctx.channel().eventLoop().execute(() -> onLogin(request, checks, who, failure));
        }
      });
    } catch (RefusedException e) {
      refuse(e.error(), request.method());
    }
  }

  private void onLogin(HttpRequest request, String checks, Principal who, Throwable failure) {
    if (state != State.LOGIN) {
      return;
    }
    if (failure != null) {
      HttpError error = failure instanceof RefusedException refused ? refused.error() : HttpError.unavailable("the login could not be checked");
      // Passwords cannot be tried fast; the deadline still counts.
      ctx.channel().eventLoop().schedule(() -> {
        if (state == State.LOGIN) {
          refuse(error, request.method());
        }
      }, error.status() == HttpError.UNAUTHORIZED && shown(request) ? service.failureDelayMs() : 0, TimeUnit.MILLISECONDS);
      return;
    }
    cancelDeadline();
    state = State.SERVING;
    serve(request, checks, who);
    if (state == State.SERVING && !proceeding && (!decoded.isEmpty() || inputShut)) {
      if (inputShut && !stream.bodyEnded() && decoded.isEmpty()) {
        exchange.onBroken("the body ends too early");
      } else {
        exchange.onReadable();
      }
    }
  }

  private static boolean shown(HttpRequest request) {
    return request.headers().contains(HttpHeaderNames.AUTHORIZATION);
  }

  private void refuse(HttpError error, HttpMethod method) {
    FullHttpResponse response = Responses.refusal(error, method);
    if (error.status() == HttpError.UNAUTHORIZED) {
      response.headers().set(HttpHeaderNames.WWW_AUTHENTICATE, service.logins().challenge());
    }
    closeAfter(ctx.channel().writeAndFlush(response));
  }

  private void serve(HttpRequest request, String checks, Principal who) {
    if (checks != null) {
      answerHealth(checks, request.method());
      return;
    }
    try {
      exchange = service.open(request, stream, who, entrance.client());
    } catch (RefusedException e) {
      refuse(e.error(), request.method());
      return;
    }
    service.start(exchange);
  }

  /** The request is read no further, and the connection closed after the response. */
  private void answerHealth(String checks, HttpMethod method) {
    state = State.FLUSHING;
    stream = null;
    deadline(limits.idleMs());
    service.health().run(checks).whenComplete((answer, failure) -> ctx.channel().eventLoop().execute(() -> {
      if (state == State.FLUSHING) {
        closeAfter(ctx.channel().writeAndFlush(failure == null ? Responses.health(answer, method)
            : Responses.refusal(failure instanceof RefusedException e ? e.error() : HttpError.of(failure), method)));
      }
    }));
  }

  /** The rest of the body cannot be read. */
  void bodyBroken(String why) {
    exchange.onBroken(why);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputShut = true;
      if (state == State.LOGIN) {
        return; // what has arrived is served if the login succeeds
      }
      if (state != State.SERVING) {
        // in FLUSHING as well: the client has closed its side, and what was written is with the socket or lost
        context.close();
      } else if (!stream.bodyEnded()) {
        exchange.onBroken("the body ends too early");
      }
    }
  }

  // responding

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (state == State.SERVING && context.channel().isWritable()) {
      exchange.onWritable();
    }
  }

  /** @return whether the connection should not be kept, because the server stops */
  boolean closing() {
    return service.closed();
  }

  /**
   * A response is written to its end.
   *
   * @param keep whether another request may follow
   * @param sent completes when the response is sent
   */
  void responded(boolean keep, ChannelFuture sent) {
    if (state != State.SERVING) {
      return;
    }
    if (keep && !inputShut) {
      exchange = null;
      stream = null;
      received = false;
      state = State.IDLE;
      deadline(limits.idleMs());
      proceed();
    } else {
      closeAfter(sent);
    }
  }

  private void closeAfter(ChannelFuture sent) {
    state = State.FLUSHING;
    exchange = null;
    stream = null;
    releaseDecoded();
    deadline(limits.idleMs());
    sent.addListener(f -> {
      if (state == State.FLUSHING) {
        linger();
      }
    });
  }

  private void linger() {
    Channel channel = ctx.channel();
    if (inputShut || !(channel instanceof DuplexChannel duplex)) {
      ctx.close();
      return;
    }
    state = State.LINGERING;
    deadline(LINGER_MS);
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (tls == null) {
      duplex.shutdownOutput();
    } else {
      tls.closeOutbound(); // the client sees that nothing is missing
    }
    ctx.read();
  }

  // the end

  /** Closes the connection at once. */
  void abort() {
    ctx.close();
  }

  /** Closes the connection if it is between two requests. One that is new gets to say what it wants. From any thread. */
  void closeWhenIdle() {
    ctx.channel().eventLoop().execute(() -> {
      if (state == State.IDLE) {
        ctx.close();
      }
    });
  }

  private void deadline(int ms) {
    cancelDeadline();
    deadline = ctx.channel().eventLoop().schedule(this::onDeadline, ms, TimeUnit.MILLISECONDS);
  }

  private void cancelDeadline() {
    if (deadline != null) {
      deadline.cancel(false);
      deadline = null;
    }
  }

  private void onDeadline() {
    deadline = null;
    if (state == State.HEAD && received) {
      HttpError late = new HttpError(408, "the headers did not arrive within margay.http.header.timeout.ms");
      closeAfter(ctx.channel().writeAndFlush(Responses.refusal(late, null)));
    } else {
      ctx.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    state = State.CLOSED;
    cancelDeadline();
    releaseDecoded();
    if (exchange != null) {
      exchange.onGone();
    }
  }

  private void releaseDecoded() {
    decoded.forEach(ReferenceCountUtil::release);
    decoded.clear();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failed(cause);
  }

  private void failed(Throwable cause) {
    if (cause instanceof IOException || cause.getCause() instanceof IOException) { // TLS that fails is one, in an exception of the decoder
      LOG.debug("The connection broke client={} why={}", ctx.channel().remoteAddress(), cause.getMessage());
    } else if (lines.pass("failure") != LineLimit.HELD) {
      LOG.error("Closing the connection after a failure client={}", ctx.channel().remoteAddress(), cause);
    }
    ctx.close();
  }
}
