package io.margay.security.internal.oauth;

import com.nimbusds.jose.jwk.JWKSet;
import io.margay.model.Clock;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys of one place as they are known here. Safe for all threads; a thread of its own reads them, which ends when it has had nothing to do
 * for a while.
 *
 * <p>Keys from the network are read when the first token comes, when they are older than the refresh interval, and when a token names one that
 * is not there. One read is under way at a time, whatever number of logins wait for it, and there is a wait between two, so that tokens with
 * invented key ids cause few of them. A file is looked at for each token.
 */
final class SigningKeys implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SigningKeys.class);
  private static final long IDLE_MS = 10_000;
  private static final int MAX_DOUBLINGS = 20;

  private final KeyPlace place;
  private final Reader source;
  private final Clock clock;
  private final ThreadPoolExecutor reader;
  /** Null until they were read for the first time; guarded by this, as the rest is. */
  private JWKSet keys;
  private String stamp;
  private long readNanos;
  private long nextNanos;
  private int failures;
  /** Null while nobody reads. */
  private CompletableFuture<JWKSet> reading;
  private boolean closed;

  /** Reads the keys of a place. */
  @FunctionalInterface
  interface Reader {
    JWKSet read(KeyPlace place) throws IOException;
  }

  SigningKeys(KeyPlace place, Clock clock, Reader source) {
    this.source = source;
    this.place = place;
    this.clock = clock;
    this.nextNanos = clock.nanos();
    // One read is under way, and the next may wait for the thread of the one before to be free.
    this.reader = new ThreadPoolExecutor(1, 1, IDLE_MS, TimeUnit.MILLISECONDS, new ArrayBlockingQueue<>(1), task -> {
      Thread thread = new Thread(task, "oauthbearer-keys");
      thread.setDaemon(true);
      return thread;
    });
    reader.allowCoreThreadTimeOut(true);
  }

  KeyPlace place() {
    return place;
  }

  /**
   * The keys, read again before that where a token may need it.
   *
   * @param keyId a token's key, or null
   * @return completes with what is known in the end, on any thread; exceptionally when no keys were ever read
   */
  CompletionStage<JWKSet> with(String keyId) {
    CompletableFuture<JWKSet> wait;
    synchronized (this) {
      if (closed) {
        return CompletableFuture.failedFuture(new RejectedExecutionException("the bundle security stops"));
      }
      boolean missing = keys == null || keyId != null && keys.getKeyByKeyId(keyId) == null;
      boolean old = clock.nanos() - readNanos >= TimeUnit.MILLISECONDS.toNanos(place.times().refreshMs());
      boolean may = reading == null && clock.nanos() - nextNanos >= 0;
      if (may && (place.isFile() || missing || old)) {
        begin();
      }
      wait = place.isFile() || missing ? reading : null;
      if (wait == null) {
        return keys != null ? CompletableFuture.completedFuture(keys)
            : CompletableFuture.failedFuture(new RejectedExecutionException("the keys for tokens were not read yet, see the log; the next attempt"
                + " is made with a login after sasl.oauthbearer.jwks.endpoint.retry.backoff.ms"));
      }
    }
    return wait;
  }

  private void begin() {
    CompletableFuture<JWKSet> begun = new CompletableFuture<>();
    reading = begun;
    try {
      reader.execute(() -> read(begun));
    } catch (RuntimeException | Error e) { // no thread could be started
      end(begun, null, null, e);
    }
  }

  private void read(CompletableFuture<JWKSet> begun) {
    JWKSet now = null;
    String seen = null;
    Throwable failure = null;
    try {
      seen = place.isFile() ? place.stamp() : null;
      now = seen != null && seen.equals(lastStamp()) ? null : source.read(place);
    } catch (Throwable e) { // also an Error: the logins that wait must go on, and others must be able to begin another read
      failure = e;
    }
    end(begun, now, seen, failure);
  }

  /**
   * A read has ended.
   *
   * @param now null for the same as before
   * @param failure null for none
   */
  private void end(CompletableFuture<JWKSet> begun, JWKSet now, String seen, Throwable failure) {
    JWKSet known;
    synchronized (this) {
      reading = null;
      if (now != null) {
        LOG.info("Read the keys for tokens url={} keys={}", place.url(), now.size());
        keys = now;
        stamp = seen;
      }
      failures = failure == null ? 0 : Math.min(failures + 1, MAX_DOUBLINGS);
      readNanos = failure == null ? clock.nanos() : readNanos;
      nextNanos = clock.nanos() + TimeUnit.MILLISECONDS.toNanos(waitMs());
      known = keys;
    }
    if (failure instanceof IOException) {
      LOG.error("The keys for tokens cannot be read, and those from before stay in use url={}: {}", place.url(), failure.toString());
    } else if (failure != null) {
      LOG.error("Reading the keys for tokens failed, and those from before stay in use url={}", place.url(), failure);
    }
    if (known != null) {
      begun.complete(known);
    } else {
      begun.completeExceptionally(new RejectedExecutionException("the keys for tokens cannot be read", failure));
    }
  }

  private synchronized String lastStamp() {
    return keys == null ? null : stamp;
  }

  private long waitMs() {
    long most = place.times().retryMaxMs();
    return failures > 0 ? Math.min(most, place.times().retryMs() << failures - 1) : place.isFile() ? 0 : most;
  }

  @Override
  public void close() {
    CompletableFuture<JWKSet> open;
    synchronized (this) {
      closed = true;
      open = reading;
    }
    reader.shutdownNow();
    if (open != null) {
      open.completeExceptionally(new RejectedExecutionException("the bundle security stops"));
    }
  }
}
