package io.margay.server.internal;

import io.margay.model.LineLimit;
import io.margay.protocol.Errors;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.protocol.message.SaslHandshakeResponse;
import io.margay.spi.handler.Principal;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import io.netty.channel.Channel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handshake and the logins of one connection: the {@link Session} that it is in, and what leads from one to the next. On the
 * connection's event loop, except {@link #principal}.
 *
 * <p>The exchange of tokens belongs to the mechanism's bundle. When that is replaced, a login that has begun goes on with the objects of the
 * old bundle; one that begins waits for the next.
 */
final class ClientSession {
  private static final Logger LOG = LoggerFactory.getLogger(ClientSession.class);
  private static final short API_VERSIONS = ApiVersionsHandler.KEY;
  private static final short SASL_HANDSHAKE = 17;
  private static final short SASL_AUTHENTICATE = 36;

  private final Security security;
  private final LineLimit lines;
  private final String listener;
  private final boolean tls;
  private final boolean sasl;
  private final Runnable changed;
  private final Decisions decisions = new Decisions();
  private volatile Session state;
  /** A SaslHandshake whose mechanism is not there yet, or null. */
  private RoutedRequest awaiting;
  /** What the connection keeps, as long as that is counted by itself: until the client has logged in. */
  private long keptBytes;
  /** Whether the login under way was refused already, although the client still sends a token. */
  private boolean refused;
  /** By when the handshake and the login must be done; counts only while one of them is under way. */
  private long deadlineNanos;

  /**
   * @param security what the listener asks for
   * @param lines limits log lines
   * @param listener its name
   * @param protocol its security protocol
   * @param changed called when other frames may come: a login begins, or has ended
   */
  ClientSession(Security security, LineLimit lines, String listener, String protocol, Runnable changed) {
    this.security = security;
    this.lines = lines;
    this.listener = listener;
    this.tls = protocol.endsWith("SSL");
    this.sasl = protocol.startsWith("SASL");
    this.changed = changed;
    this.state = tls ? new Session.Handshake(sasl) : sasl ? new Session.Authenticating(null) : Session.ANONYMOUS;
    if (tls || sasl) {
      renewDeadline();
    }
  }

  private void renewDeadline() {
    deadlineNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(security.rules(listener).preauthMs());
  }

  /** Goes on with a client that the version of this bundle before knew; null when it has to prove all of it. */
  void resume(Handover.Known known) {
    if (known != null) {
      state = new Session.Open(known.principal(), known.mechanism(), known.endNanos());
      changed.run();
    }
  }

  /** What the next version of this bundle is to know of the client; null when it has to prove all of it. */
  Handover.Known known() {
    return (tls || sasl) && state instanceof Session.Open open ? new Handover.Known(open.principal(), open.mechanism(), open.endNanos()) : null;
  }

  boolean tls() {
    return tls;
  }

  /** What was decided for the requests of the connection; for all threads. */
  Decisions decisions() {
    return decisions;
  }

  Principal principal() {
    return state.principal();
  }

  /** Whether requests may start, of whatever kind. */
  boolean mayStart() {
    return !(state instanceof Session.Handshake);
  }

  /** Whether all requests may start. */
  boolean open() {
    return state instanceof Session.Open;
  }

  /** Whether the client has proved what the listener asks for. Until then its requests are few and small, and count for nobody. */
  boolean proven() {
    return !(state instanceof Session.Handshake || state instanceof Session.Authenticating);
  }

  /** Whether a login has begun that only this version of the bundle can end. */
  boolean inExchange() {
    return state.exchange() != null;
  }

  /** Gives a handshake that waits for its mechanism back: the next version of the bundle starts it again. */
  void handBack() {
    RoutedRequest waited = awaiting;
    if (waited != null) {
      awaiting = null;
      waited.endLease();
      waited.handBack();
    }
  }

  /** Null unless a token is to come without a request around it; then the client id. */
  String bareFrom() {
    Session.Exchange exchange = state.exchange();
    return exchange == null ? null : exchange.bareFrom();
  }

  /** How large a request may be at most. */
  long maxFrameBytes(long afterLogin) {
    return open() ? afterLogin : Math.min(afterLogin, security.rules(listener).maxReceiveBytes());
  }

  /**
   * Counts what the connection keeps of requests that have not arrived whole.
   *
   * @throws BadFrameException when all that have not logged in keep too much
   */
  void keep(long bytes) {
    Session now = state;
    if (now == Session.ANONYMOUS) {
      return;
    }
    long wanted = now instanceof Session.Open || now instanceof Session.Closing ? 0 : bytes;
    if (wanted == keptBytes) {
      return;
    }
    boolean more = wanted > keptBytes;
    boolean fits = security.keeps(wanted - keptBytes);
    keptBytes = wanted;
    if (more && !fits) {
      throw new BadFrameException("memory before login", "connections that have not logged in keep more than margay.preauth.memory.bytes");
    }
  }

  /** @throws BadFrameException when a request must not start: a login is expected first */
  void check(short key) {
    Session now = state;
    if (now == Session.ANONYMOUS) {
      return;
    }
    if (now instanceof Session.Open open) {
      if (open.expired(System.nanoTime()) && key != SASL_HANDSHAKE) {
        throw new BadFrameException("expired", "its login has expired, see connections.max.reauth.ms");
      }
      return;
    }
    if (now.exchange() != null ? key != SASL_AUTHENTICATE : key != API_VERSIONS && key != SASL_HANDSHAKE) {
      throw new BadFrameException("login", "it sends a request with API key " + key + " where a login is expected");
    }
  }

  /** Why the connection is to be closed: the handshake or the login takes too long. Null when it does not. */
  String overdue(long nowNanos) {
    return state instanceof Session.Open || state instanceof Session.Closing || nowNanos - deadlineNanos < 0 ? null
        : (state instanceof Session.Handshake ? "its TLS handshake" : "its login") + " takes longer than margay.preauth.timeout.ms";
  }

  /**
   * Goes on when the TLS handshake is done.
   *
   * @param event what TLS said, or null to see whether it is done already
   * @return null, or why the connection cannot go on: one sentence, or nothing when the client just went away
   */
  String onTls(Channel channel, Object event) {
    Throwable failure = Tls.failure(event);
    if (failure != null) {
      return tlsFailed(channel, null, Tls.reason(failure));
    }
    if (event == null ? !Tls.shaken(channel) : !Tls.isHandshake(event)) {
      return null;
    }
    if (!(state instanceof Session.Handshake handshake)) {
      return event == null ? null : "it asks for another TLS handshake";
    }
    String peer = Tls.peer(channel);
    String user = peer == null ? null : security.rules(listener).principals().name(peer);
    if (peer != null && user == null) {
      return tlsFailed(channel, peer, "no rule of ssl.principal.mapping.rules is for its certificate");
    }
    state = handshake.shaken(user == null ? Principal.ANONYMOUS : new Principal("User", user));
    changed.run();
    return null;
  }

  /** Records that a handshake failed. @return why; empty when the client just went away, which is nothing to record */
  private String tlsFailed(Channel channel, String peer, String why) {
    if (!why.isEmpty()) {
      InetAddress host = channel.remoteAddress() instanceof InetSocketAddress remote ? remote.getAddress() : null;
      security.audit().loginFailed(listener, "TLS", peer, host, "", why);
    }
    return why;
  }

  /** The connection closes. */
  void close() {
    if (state != Session.ANONYMOUS) {
      state = new Session.Closing(state.principal());
      keep(0);
    }
  }

  /** Answers SaslHandshake. */
  void handshake(RoutedRequest request, String mechanism) {
    Security.Rules rules = security.rules(listener);
    SaslHandshakeResponse response = new SaslHandshakeResponse().setMechanisms(rules.mechanisms());
    Session now = state;
    if (!sasl || now.exchange() != null) {
      request.respond(response.setErrorCode(Errors.ILLEGAL_SASL_STATE.code()));
      return;
    }
    boolean other = now instanceof Session.Open open && !mechanism.equals(open.mechanism());
    if (!rules.mechanisms().contains(mechanism) || other) {
      request.respondAndClose(response.setErrorCode(Errors.UNSUPPORTED_SASL_MECHANISM.code()), "it asks for a SASL mechanism that "
          + (other ? "is not that of its first login" : "sasl.enabled.mechanisms of listener " + listener + " does not have"));
      return;
    }
    awaiting = request;
    security.mechanism(mechanism).whenCompleteAsync((lease, failure) -> {
      if (awaiting != request) { // it was handed back
        if (lease != null) {
          lease.close();
        }
        return;
      }
      awaiting = null;
      if (failure != null) {
        request.close("the SASL mechanism " + mechanism + " is not there: " + cause(failure).getMessage());
        return;
      }
      try {
        begin(request, mechanism, lease);
      } catch (RuntimeException | Error e) {
        LOG.error("A SASL mechanism could not begin a login listener={} mechanism={}", listener, mechanism, e);
        request.close("the SASL mechanism " + mechanism + " failed");
        return;
      }
      request.respond(response.setErrorCode(Errors.NONE.code()));
    }, request.executor());
  }

  private void begin(RoutedRequest request, String mechanism, Lease<SaslMechanism> lease) {
    try (lease) {
      SaslLogin login = lease.service().begin(new SaslMechanism.Client(listener, request.clientAddress()));
      Session.Exchange exchange = new Session.Exchange(mechanism, login, request.version() == 0 ? request.clientId() : null);
      if (state instanceof Session.Authenticating first) {
        state = first.begin(exchange);
      } else if (state instanceof Session.Open open) {
        renewDeadline();
        state = open.again(exchange);
      }
      changed.run();
    }
  }

  /** Answers SaslAuthenticate. */
  void authenticate(RoutedRequest request, byte[] token) {
    Session.Exchange exchange = state.exchange();
    if (exchange == null) {
      request.respond(new SaslAuthenticateResponse().setErrorCode(Errors.ILLEGAL_SASL_STATE.code())
          .setErrorMessage(sasl ? "A SaslHandshake has to come first" : "SASL tokens are not expected on this listener, which asks for no login"));
      return;
    }
    CompletionStage<SaslLogin.Step> answer;
    try {
      answer = exchange.login().respond(token);
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedFuture(e);
    }
    answer.whenCompleteAsync((step, failure) -> {
      try {
        answered(request, exchange, step, failure);
      } catch (RuntimeException | Error e) { // nobody above would see it, and the client waits
        LOG.error("A SASL mechanism failed in a login listener={} mechanism={}", listener, exchange.mechanism(), e);
        if (!request.isAnswered()) {
          request.close("the SASL mechanism " + exchange.mechanism() + " failed");
        }
      }
    }, request.executor());
  }

  private void answered(RoutedRequest request, Session.Exchange exchange, SaslLogin.Step step, Throwable failure) {
    if (failure != null) {
      failed(request, exchange, cause(failure));
    } else if (step.principal() == null) {
      more(request, exchange, step.token());
    } else {
      done(request, exchange, step);
    }
  }

  private void more(RoutedRequest request, Session.Exchange exchange, byte[] token) {
    SaslAuthenticateResponse answer = new SaslAuthenticateResponse().setErrorMessage(null).setAuthBytes(token);
    LoginFailedException why = exchange.login().refusal();
    if (why == null) {
      request.respond(answer);
      return;
    }
    refused = true;
    record(request, exchange, why);
    request.later(security.rules(listener).failureDelayMs(), TimeUnit.MILLISECONDS, () -> request.respond(answer));
  }

  private void done(RoutedRequest request, Session.Exchange exchange, SaslLogin.Step step) {
    long lifetimeMs = lifetimeMs(exchange.mechanism(), step.expiresMs());
    long endNanos = lifetimeMs == 0 ? 0 : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lifetimeMs);
    if (lifetimeMs < 0) {
      failed(request, exchange, new LoginFailedException("What was shown has expired"));
      return;
    }
    if (state instanceof Session.Authenticating first) {
      state = first.done(step.principal(), endNanos);
    } else if (state instanceof Session.Reauthenticating again && again.principal().equals(step.principal())) {
      state = again.done(endNanos);
    } else {
      failed(request, exchange, new LoginFailedException("A connection cannot change its user"));
      return;
    }
    changed.run(); // before the answer, after which the next request may start
    request.respond(new SaslAuthenticateResponse().setErrorMessage(null).setAuthBytes(step.token()).setSessionLifetimeMs(lifetimeMs));
  }

  /** @return how long the login is good for; 0 for ever, negative when it has expired */
  private long lifetimeMs(String mechanism, long expiresMs) {
    long most = security.maxReauthMs(listener, mechanism);
    if (expiresMs == SaslLogin.NEVER) {
      return most;
    }
    long left = expiresMs - System.currentTimeMillis();
    return left <= 0 ? -1 : most > 0 ? Math.min(most, left) : left;
  }

  /**
   * The answer waits, so that passwords cannot be tried fast; then the connection closes. A login that cannot be checked now gets no answer, which
   * clients would take for the last word: they connect again.
   */
  private void failed(RoutedRequest request, Session.Exchange exchange, Throwable why) {
    if (why instanceof RejectedExecutionException) {
      state = new Session.Closing(state.principal());
      request.later(security.rules(listener).failureDelayMs(), TimeUnit.MILLISECONDS, () -> request.close("its login cannot be checked now: "
          + why.getMessage()));
      return;
    }
    if (!refused) {
      record(request, exchange, why);
    }
    state = new Session.Closing(state.principal());
    String message = why instanceof LoginFailedException ? why.getMessage() : "The login could not be checked";
    request.later(refused ? 0 : security.rules(listener).failureDelayMs(), TimeUnit.MILLISECONDS, () -> request.respondAndClose(
        new SaslAuthenticateResponse().setErrorCode(Errors.SASL_AUTHENTICATION_FAILED.code()).setErrorMessage(message), "its login failed"));
  }

  private void record(RoutedRequest request, Session.Exchange exchange, Throwable why) {
    security.audit().loginFailed(listener, exchange.mechanism(), exchange.login().claimedUser(), request.clientAddress(), request.clientId(),
        why instanceof LoginFailedException known ? known.reason() : "it could not be checked");
    long held = lines.pass(why instanceof LoginFailedException ? "failed login" : "login error");
    if (held != LineLimit.HELD) {
      if (why instanceof LoginFailedException failure) {
        LOG.warn("A login failed: {} listener={} mechanism={} client={} clientId={} sinceLast={}", failure.reason(), listener, exchange.mechanism(),
            request.clientAddress(), request.clientId(), held);
      } else {
        LOG.error("A login could not be checked listener={} mechanism={} sinceLast={}", listener, exchange.mechanism(), held, why);
      }
    }
  }

  private static Throwable cause(Throwable failure) {
    return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
  }
}
