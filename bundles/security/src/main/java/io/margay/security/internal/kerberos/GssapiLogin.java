package io.margay.security.internal.kerberos;

import io.margay.spi.handler.Principal;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import javax.security.auth.Subject;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/** One login with a ticket of Kerberos (RFC 4752), by the Java runtime's own mechanism. It may read files, so it has a thread of the bundle. */
final class GssapiLogin implements SaslLogin {
  private static final int MAX_BYTES = 64 * 1024;

  private final Supplier<KerberosKeys> keys;
  private final Supplier<KerberosRules> rules;
  private final String service;
  private final Executor blocking;
  private KerberosKeys used;
  private SaslServer server;
  private boolean ended;

  /**
   * @param keys may block, and throws what the log is to say when there are none
   * @param service the service's name in Kerberos
   * @param blocking runs what may block
   */
  GssapiLogin(Supplier<KerberosKeys> keys, Supplier<KerberosRules> rules, String service, Executor blocking) {
    this.keys = keys;
    this.rules = rules;
    this.service = service;
    this.blocking = blocking;
  }

  @Override
  public CompletionStage<Step> respond(byte[] token) {
    if (ended || token.length > MAX_BYTES) {
      return CompletableFuture.failedFuture(refused("the exchange has ended, or its token is too long"));
    }
    byte[] copy = token.clone();
    CompletableFuture<Step> answer = new CompletableFuture<>();
    try {
      blocking.execute(() -> {
        try {
          answer.complete(step(copy));
        } catch (Throwable e) { // also an Error: the client waits for the answer
          ended = true;
          answer.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(new RejectedExecutionException("too many logins with Kerberos at once, or the bundle security stops", e));
    }
    return answer;
  }

  private Step step(byte[] token) throws LoginFailedException {
    if (used == null) {
      used = keys.get();
    }
    try {
      byte[] next = Subject.doAs(used.subject(), (PrivilegedExceptionAction<byte[]>) () -> {
        if (server == null) {
          // No host: any key of the subject may be the one that the ticket is for, and no name has to be looked up.
          server = Sasl.createSaslServer("GSSAPI", service, null, Map.of(Sasl.QOP, "auth"), GssapiLogin::authorize);
        }
        return server.evaluateResponse(token);
      });
      if (!server.isComplete()) {
        return Step.more(next == null ? new byte[0] : next);
      }
      ended = true;
      String user = rules.get().user(server.getAuthorizationID());
      server.dispose();
      if (user == null) {
        throw refused("no rule of sasl.kerberos.principal.to.local.rules is for its name");
      }
      return Step.done(next == null ? new byte[0] : next, new Principal("User", user));
    } catch (PrivilegedActionException | SaslException e) {
      throw refused("its ticket is not accepted");
    }
  }

  /** Nobody logs in as another. */
  private static void authorize(Callback[] callbacks) throws UnsupportedCallbackException {
    for (Callback callback : callbacks) {
      if (!(callback instanceof AuthorizeCallback asked)) {
        throw new UnsupportedCallbackException(callback);
      }
      boolean same = asked.getAuthenticationID().equals(asked.getAuthorizationID());
      asked.setAuthorized(same);
      if (same) {
        asked.setAuthorizedID(asked.getAuthorizationID());
      }
    }
  }

  private static LoginFailedException refused(String reason) {
    return new LoginFailedException("Authentication failed during authentication due to invalid credentials with SASL mechanism GSSAPI",
        "a client with Kerberos was refused, because " + reason);
  }
}
