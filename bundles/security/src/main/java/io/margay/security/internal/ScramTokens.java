package io.margay.security.internal;

import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.DelegationToken;
import io.margay.model.Clock;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.security.Scram;
import io.margay.spi.security.ScramCredential;
import io.margay.spi.security.TokenSecrets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Delegation tokens as users of SCRAM: the id of a token is the name, its secret in base64 the password. What SCRAM needs of a password takes
 * milliseconds to compute, so that is done on a thread of its own, which ends when it is idle, and kept for the tokens that were used last. Safe for
 * all threads.
 */
final class ScramTokens implements AutoCloseable {
  /** About 300 bytes each. */
  private static final int MAX_KEPT = 1_000;
  private static final int MAX_WAITING = 256;
  private static final long IDLE_MS = 10_000;
  private static final int SALT_BYTES = 24;

  /** None: for nodes without delegation tokens. */
  static final ScramTokens NONE = new ScramTokens(null, null, Clock.SYSTEM);

  private final ClusterMetadata metadata;
  private final NodeSettings settings;
  private final Clock clock;
  private final ThreadPoolExecutor computer;
  /** By mechanism and id, the one that was used last at the end; guarded by itself. */
  private final Map<String, CompletableFuture<ScramCredential>> kept = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<String, CompletableFuture<ScramCredential>> eldest) {
      return size() > MAX_KEPT;
    }
  };

  ScramTokens(ClusterMetadata metadata, NodeSettings settings, Clock clock) {
    this.metadata = metadata;
    this.settings = settings;
    this.clock = clock;
    this.computer = new ThreadPoolExecutor(1, 1, IDLE_MS, TimeUnit.MILLISECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
      Thread thread = new Thread(task, "delegation-tokens");
      thread.setDaemon(true);
      return thread;
    });
    computer.allowCoreThreadTimeOut(true);
  }

  /** @return the token that clients can log in with now; null when there is none */
  DelegationToken find(String id) {
    DelegationToken token = metadata == null || !TokenSecrets.enabled(settings) ? null : metadata.image().tokens().get(id);
    return token == null || token.expired(clock.millis()) ? null : token;
  }

  /** @return completes with what SCRAM needs of the token's secret, the same at each broker; exceptionally when too many are asked for at once */
  CompletionStage<ScramCredential> credential(Scram mechanism, String id) {
    String name = mechanism.mechanism() + "/" + id;
    CompletableFuture<ScramCredential> made;
    synchronized (kept) {
      CompletableFuture<ScramCredential> known = kept.get(name);
      if (known != null && !known.isCompletedExceptionally()) {
        return known;
      }
      made = new CompletableFuture<>();
      kept.put(name, made);
    }
    try {
      computer.execute(() -> {
        try {
          made.complete(compute(mechanism, id));
        } catch (Throwable e) { // also an Error: the login waits for it
          made.completeExceptionally(e);
        }
      });
    } catch (RejectedExecutionException e) {
      made.completeExceptionally(
          new RejectedExecutionException("too many logins with delegation tokens at once, or the bundle security stops", e));
    } catch (RuntimeException | Error e) { // no thread could be started
      made.completeExceptionally(e);
    }
    return made;
  }

  private ScramCredential compute(Scram mechanism, String id) {
    byte[] salt = Arrays.copyOf(TokenSecrets.secret(settings, mechanism.mechanism() + "/" + id), SALT_BYTES);
    String password = Base64.getEncoder().encodeToString(TokenSecrets.secret(settings, id));
    return mechanism.credential(salt, mechanism.saltedPassword(password, salt, Scram.MIN_ITERATIONS), Scram.MIN_ITERATIONS);
  }

  @Override
  public void close() {
    computer.shutdown(); // what waits is computed, so that no login waits for ever
  }
}
