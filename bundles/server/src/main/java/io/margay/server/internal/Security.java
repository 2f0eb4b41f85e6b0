package io.margay.server.internal;

import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.security.PrincipalRules;
import io.margay.spi.security.SaslMechanism;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** What listeners ask of their clients. Safe for all threads. */
interface Security {
  /** Only listeners that ask for nothing. */
  Security NONE = new Security() {
    @Override
    public SslContext tls(String listener) {
      return null;
    }

    @Override
    public Rules rules(String listener) {
      return new Rules(List.of(), 524_288, 30_000, 0, PrincipalRules.DEFAULT);
    }

    @Override
    public long maxReauthMs(String listener, String mechanism) {
      return 0;
    }

    @Override
    public boolean keeps(long bytes) {
      return true;
    }

    @Override
    public CompletionStage<Lease<SaslMechanism>> mechanism(String name) {
      return CompletableFuture.failedFuture(new IllegalStateException("there is no mechanism " + name));
    }
  };

  /**
   * Rules of one listener.
   *
   * @param mechanisms that clients may log in with
   * @param maxReceiveBytes largest request before the login
   * @param preauthMs how long a handshake and a login may take together
   * @param failureDelayMs how long the answer to a failed login waits
   * @param principals how the name in a certificate becomes a user's name
   */
  record Rules(List<String> mechanisms, int maxReceiveBytes, long preauthMs, int failureDelayMs, PrincipalRules principals) { }

  /** What records failed logins, changes and denied requests. */
  default RequestAudit audit() {
    return RequestAudit.NONE;
  }

  /** The keys and certificates of a TLS listener as they are now, or null when it has none. */
  SslContext tls(String listener);

  Rules rules(String listener);

  /** After how many milliseconds clients have to log in again; 0 for never. */
  long maxReauthMs(String listener, String mechanism);

  /**
   * Counts what connections keep whose clients have not logged in yet.
   *
   * @param bytes how many more; negative for fewer
   * @return whether they may keep that much together
   */
  boolean keeps(long bytes);

  /** @return completes with the mechanism, now or when its bundle is back; exceptionally when that takes too long */
  CompletionStage<Lease<SaslMechanism>> mechanism(String name);
}
