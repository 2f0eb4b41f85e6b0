package io.margay.client.internal;

import io.margay.protocol.Errors;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslAuthenticateResponse;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.protocol.message.SaslHandshakeResponse;
import io.margay.spi.client.Access;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.SettingValues;
import io.margay.spi.security.JaasConfig;
import io.margay.spi.security.SaslSettings;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * The login of one connection (KIP-43, KIP-152), and its renewal before it expires (KIP-368). Settings and tokens are read each time, so that new ones
 * are used from the next login on.
 */
final class Login {
  private static final String BEARER = "OAUTHBEARER";
  private static final short HANDSHAKE_VERSION = 1;
  /** A renewal takes a while, and clocks differ. */
  private static final double RENEW_AT = 0.8;
  /** Answers come in order, so those of a renewal may wait for that of a fetch or a heartbeat that waits for news. */
  private static final long RENEWAL_MS = 30_000;

  private final NettyConnection connection;
  private final Supplier<NodeSettings> settings;
  private final Executor workers;
  private final long timeoutMs;
  /** Who has logged in before, or null. */
  private final String before;

  /**
   * What this node logs in with.
   *
   * @param user empty where a token tells
   * @param secret the password, or where the token is
   */
  private record Credentials(String mechanism, String user, String secret) { }

  /**
   * @param workers what hashes passwords, which takes many milliseconds, and reads tokens
   * @param timeoutMs for each answer
   */
  Login(NettyConnection connection, Supplier<NodeSettings> settings, Executor workers, long timeoutMs) {
    this(connection, settings, workers, timeoutMs, null);
  }

  private Login(NettyConnection connection, Supplier<NodeSettings> settings, Executor workers, long timeoutMs, String before) {
    this.connection = connection;
    this.settings = settings;
    this.workers = workers;
    this.timeoutMs = timeoutMs;
    this.before = before;
  }

  /** Whether another user is set by now. A connection cannot change its user, so another one has to take its place. */
  boolean isOfAnother() {
    try {
      return before != null && !before.equals(credentials().user());
    } catch (IOException | IllegalArgumentException e) {
      return false; // the login tells why
    }
  }

  private Credentials credentials() throws IOException {
    Access access = connection.target().access();
    SettingValues values = access.values() != null ? access.values() : new ListenerValues(node(), access.listener(), null);
    String mechanism = values.get(SaslSettings.SASL_MECHANISM_INTER_BROKER_PROTOCOL);
    SettingValues ofMechanism = access.values() != null ? values : new ListenerValues(node(), access.listener(), mechanism);
    if (mechanism.equals(BEARER)) {
      String url = ofMechanism.get(SaslSettings.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL);
      return new Credentials(mechanism, "", url != null ? url : values.get(SaslSettings.SASL_OAUTHBEARER_TOKEN_ENDPOINT_URL));
    }
    String jaas = ofMechanism.get(SaslSettings.SASL_JAAS_CONFIG);
    JaasConfig config = jaas == null ? null : JaasConfig.parse(jaas);
    if (config == null || config.username() == null || config.password() == null) {
      throw new IOException("cannot log in: sasl.jaas.config has no username and password");
    }
    return new Credentials(mechanism, config.username(), config.password());
  }

  /** Completes on the event loop when this node has logged in; exceptionally with an {@link IOException} that tells why it has not. */
  CompletionStage<Void> begin() {
    CompletableFuture<Void> result = new CompletableFuture<>();
    handshake().whenComplete((done, why) -> connection.whenActive(() -> {
      if (why == null) {
        result.complete(null);
      } else {
        result.completeExceptionally(why);
      }
    }));
    return result;
  }

  private CompletionStage<Void> handshake() {
    Credentials credentials;
    try {
      credentials = credentials();
    } catch (IOException | IllegalArgumentException e) {
      return CompletableFuture.failedFuture(failure(e.getMessage()));
    }
    return CompletableFuture.completedFuture(credentials).thenApplyAsync(this::client, workers)
        .thenCompose(client -> handshake(credentials.mechanism(), credentials.user(), client));
  }

  /** On a thread that may read a file. */
  private SaslClient client(Credentials of) {
    try {
      return of.mechanism().equals(BEARER) ? new SaslClient.Bearer(TokenFile.read(of.secret()))
          : SaslClient.of(of.mechanism(), of.user(), of.secret());
    } catch (IOException | IllegalArgumentException e) {
      throw new CompletionException(failure(e.getMessage()));
    }
  }

  private CompletionStage<Void> handshake(String mechanism, String user, SaslClient client) {
    SaslHandshakeRequest handshake = new SaslHandshakeRequest().setMechanism(mechanism);
    return connection.send(SaslHandshakeRequest.API, HANDSHAKE_VERSION, handshake, new SaslHandshakeResponse(), timeoutMs).thenCompose(reply -> {
      try (reply) {
        if (reply.message().errorCode() != Errors.NONE.code()) {
          return CompletableFuture.<Void>failedFuture(failure(mechanism + " is refused: " + Errors.forCode(reply.message().errorCode())
              + ", the broker has " + reply.message().mechanisms()));
        }
      }
      return exchange(client, user, client.first());
    });
  }

  private NodeSettings node() throws IOException {
    NodeSettings now = settings.get();
    if (now == null) {
      throw new IOException("the settings are not there now");
    }
    return now;
  }

  private CompletionStage<Void> exchange(SaslClient client, String user, byte[] token) {
    short version = connection.version(SaslAuthenticateRequest.API);
    return connection.send(SaslAuthenticateRequest.API, version, new SaslAuthenticateRequest().setAuthBytes(token), new SaslAuthenticateResponse(),
        timeoutMs).thenComposeAsync(reply -> {
          byte[] next;
          long lifetimeMs;
          try (reply) {
            SaslAuthenticateResponse answer = reply.message();
            if (answer.errorCode() != Errors.NONE.code()) {
              return CompletableFuture.<Void>failedFuture(failure(answer.errorMessage()));
            }
            next = client.next(answer.authBytes());
            lifetimeMs = answer.sessionLifetimeMs();
          } catch (IOException | IllegalArgumentException e) { // the latter from text that is not Base64
            return CompletableFuture.<Void>failedFuture(failure(e.getMessage()));
          }
          if (next != null) {
            return exchange(client, user, next);
          }
          if (lifetimeMs > 0) {
            connection.renewAfter((long) (lifetimeMs * RENEW_AT), new Login(connection, settings, workers,
                Math.max(timeoutMs, RENEWAL_MS), user));
          }
          return CompletableFuture.<Void>completedFuture(null);
        }, workers);
  }

  private IOException failure(String why) {
    return new IOException("the login at " + connection.target() + " failed: " + why);
  }
}
