package io.margay.server.internal;

import io.margay.spi.handler.Principal;
import io.margay.spi.security.SaslLogin;

/**
 * What a client has proved about itself.
 *
 * <pre>
 *   PLAINTEXT                                        -> Open -------------------------> Closing
 *   SSL             Handshake                        -> Open
 *   SASL_PLAINTEXT               -> Authenticating   -> Open <-> Reauthenticating
 *   SASL_SSL        Handshake    -> Authenticating   -> Open <-> Reauthenticating
 * </pre>
 *
 * Each state leads to {@link Closing} when a proof fails or the connection closes. A step is a method of the state that allows it.
 */
sealed interface Session {
  /** A connection without TLS and SASL. */
  Open ANONYMOUS = new Open(Principal.ANONYMOUS, null, 0);

  /**
   * A login under way.
   *
   * @param mechanism its mechanism's name
   * @param login the exchange of tokens
   * @param bareFrom null when tokens come in SaslAuthenticate; else the client id of a SaslHandshake of version 0, after which they come with nothing but
   *     a size before them
   */
  record Exchange(String mechanism, SaslLogin login, String bareFrom) { }

  /** Who the client is, as far as it is proved. */
  default Principal principal() {
    return Principal.ANONYMOUS;
  }

  /** The exchange under way, or null. */
  default Exchange exchange() {
    return null;
  }

  /**
   * The TLS handshake is under way: no request starts.
   *
   * @param sasl whether a login follows
   */
  record Handshake(boolean sasl) implements Session {
    /** @param peer who the client's certificate says that it is */
    Session shaken(Principal peer) {
      return sasl ? new Authenticating(null) : new Open(peer, null, 0);
    }
  }

  /**
   * The client has to log in, and may ask for nothing else.
   *
   * @param exchange what has begun, or null
   */
  record Authenticating(Exchange exchange) implements Session {
    Authenticating begin(Exchange begun) {
      return new Authenticating(begun);
    }

    Open done(Principal who, long endNanos) {
      return new Open(who, exchange.mechanism(), endNanos);
    }
  }

  /**
   * All requests may start.
   *
   * @param principal who the client is
   * @param mechanism with which it has logged in; null when the listener asks for no login
   * @param endNanos by which it has to log in again, as {@link System#nanoTime} tells; 0 for never
   */
  record Open(Principal principal, String mechanism, long endNanos) implements Session {
    boolean expired(long nowNanos) {
      return endNanos != 0 && nowNanos - endNanos >= 0;
    }

    Reauthenticating again(Exchange begun) {
      return new Reauthenticating(this, begun);
    }
  }

  /**
   * The client logs in again (KIP-368). It is still who it was.
   *
   * @param before what it had proved
   * @param exchange what has begun
   */
  record Reauthenticating(Open before, Exchange exchange) implements Session {
    @Override
    public Principal principal() {
      return before.principal();
    }

    Open done(long endNanos) {
      return new Open(before.principal(), exchange.mechanism(), endNanos);
    }
  }

  /**
   * Nothing starts any more.
   *
   * @param principal who the client was
   */
  record Closing(Principal principal) implements Session { }
}
