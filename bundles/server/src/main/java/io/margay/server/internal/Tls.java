package io.margay.server.internal;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.stream.ChunkedWriteHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The part of a TLS connection that is Netty's. Its handlers stay in the channel when the server is replaced, so the keys of a connection
 * never leave them. Apart from the connection, so that nothing of it is loaded where all listeners are plaintext. Stateless.
 */
final class Tls {
  private static final int MAX_WORKERS = Math.max(1, Runtime.getRuntime().availableProcessors());
  private static final int MAX_QUEUED = 1_000;
  /**
   * What signs and checks signatures in handshakes, a millisecond or more each, so that the requests of other connections of the event loop
   * do not wait for it. When it has too much to do, the event loop does it itself. It is never shut down: a channel keeps it when the server is
   * replaced, so nothing in it is of this bundle, and its threads end by themselves.
   */
  private static final Executor WORKERS = workers();

  private Tls() { }

  private static Executor workers() {
    ThreadPoolExecutor workers = new ThreadPoolExecutor(MAX_WORKERS, MAX_WORKERS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MAX_QUEUED),
        new DefaultThreadFactory("margay-tls", true), new ThreadPoolExecutor.CallerRunsPolicy());
    workers.allowCoreThreadTimeOut(true);
    return workers;
  }

  /**
   * Adds what encrypts, unless it is there already.
   *
   * @return false when the connection has to be closed
   */
  static boolean secure(Channel channel, Security security, String listener) {
    ChannelPipeline pipeline = channel.pipeline();
    if (pipeline.get(SslHandler.class) != null) {
      return true;
    }
    SslContext context = security.tls(listener);
    if (context == null || Handover.hasRest(channel)) {
      return false; // The client closed its side while the connection waited for a server.
    }
    SslHandler handler = context.newHandler(channel.alloc(), WORKERS);
    handler.setHandshakeTimeoutMillis(security.rules(listener).preauthMs());
    pipeline.addLast(handler, new ChunkedWriteHandler());
    return true;
  }

  /** Whether the handshake was done before a handler was there to hear of it. */
  static boolean shaken(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    return handler != null && handler.handshakeFuture().isSuccess();
  }

  /** The name in the client's certificate, or null when it has shown none. */
  static String peer(Channel channel) {
    SslHandler handler = channel.pipeline().get(SslHandler.class);
    try {
      return handler == null ? null : handler.engine().getSession().getPeerPrincipal().getName();
    } catch (SSLPeerUnverifiedException e) {
      return null; // as ssl.client.auth allows
    }
  }

  /** Whether a failure is one of TLS; other parts of the connection have failures of their own. */
  static boolean concerns(Throwable cause) {
    return cause instanceof DecoderException && cause.getCause() instanceof SSLException || cause instanceof SSLException;
  }

  /** @return whether TLS says that a handshake succeeded */
  static boolean isHandshake(Object event) {
    return event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess();
  }

  /** @return why a handshake failed, or null when that is not what TLS says */
  static Throwable failure(Object event) {
    return event instanceof SslHandshakeCompletionEvent handshake ? handshake.cause() : null;
  }

  /** Why TLS failed, in one sentence; empty when the client just went away. */
  static String reason(Throwable failure) {
    Throwable cause = failure instanceof DecoderException && failure.getCause() != null ? failure.getCause() : failure;
    if (cause instanceof ClosedChannelException) {
      return "";
    }
    // The message of a record that is not TLS would show what was received.
    return cause instanceof NotSslRecordException ? "it does not speak TLS, on a listener with TLS" : "TLS failed: " + cause.getMessage();
  }
}
