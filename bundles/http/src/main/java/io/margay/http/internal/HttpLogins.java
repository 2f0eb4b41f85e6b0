package io.margay.http.internal;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.Principal;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.SaslMechanism;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logins of HTTP clients: Basic with the users of the SASL mechanisms, Bearer with the mechanism OAUTHBEARER where a bundle provides it. Nothing blocks: passwords
 * are hashed on a thread of this object, one after the other, and a mechanism that has to fetch keys does so elsewhere. {@value #MOST_WAITING} logins with passwords
 * and as many with tokens may be under way, {@value #MOST_OF_ADDRESS} of each from one address, so that neither a client nor a server of keys that is slow
 * keeps others out. A login that has succeeded is known for a time, by a hash of what was shown, {@value #MOST_KNOWN} at most. Safe for all threads.
 */
final class HttpLogins {
  static final int MOST_WAITING = 64;
  static final int MOST_OF_ADDRESS = 16;
  static final int MOST_KNOWN = 1_000;
  private static final String BEARER = "OAUTHBEARER";
  /** How long a mechanism may take. */
  private static final long WAIT_MS = 10_000;
  private static final int HEADER_MAX = 8 * 1024;
  private static final Logger LOG = LoggerFactory.getLogger(HttpLogins.class);

  private record Known(Principal principal, long untilNanos) { }

  private final NodeSettings settings;
  private final NamedServices<SaslMechanism> mechanisms;
  private final AuditQueue audit;
  private final Clock clock;
  private final LineLimit lines;
  private final byte[] secret = new byte[32];
  /** The oldest first; guarded by itself. */
  private final LinkedHashMap<String, Known> known = new LinkedHashMap<>();
  private final LoginSlots passwords = new LoginSlots(MOST_WAITING, MOST_OF_ADDRESS);
  private final LoginSlots tokens = new LoginSlots(MOST_WAITING, MOST_OF_ADDRESS);
  /** Bounded by {@link #passwords}: what waits for longer than a login may take costs nothing. */
  private final ThreadPoolExecutor hashing = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
    Thread t = new Thread(task, "margay-http-login");
    t.setDaemon(true);
    return t;
  });

  HttpLogins(NodeSettings settings, NamedServices<SaslMechanism> mechanisms, AuditQueue audit, Clock clock) {
    this.settings = settings;
    this.mechanisms = mechanisms;
    this.audit = audit;
    this.clock = clock;
    this.lines = new LineLimit(clock);
    new SecureRandom().nextBytes(secret);
    hashing.allowCoreThreadTimeOut(true);
  }

  /** @return whether clients of a listener must log in */
  boolean required(boolean loopback) {
    return switch (settings.get(HttpSettings.MARGAY_HTTP_AUTHENTICATION)) {
      case "none" -> false;
      case "required" -> true;
      default -> !loopback;
    };
  }

  /** @return the value of WWW-Authenticate */
  String challenge() {
    return mechanisms.names().contains(BEARER) ? "Basic realm=\"margay\", charset=\"UTF-8\", Bearer realm=\"margay\""
        : "Basic realm=\"margay\", charset=\"UTF-8\"";
  }

  /**
   * Checks what a client shows.
   *
   * @param header the value of Authorization, null for none
   * @param client its address
   * @param listener the listener's name
   * @return completes with who it is, at once or on another thread; exceptionally with a {@link RefusedException}
   */
  CompletableFuture<Principal> login(String header, InetAddress client, String listener) {
    if (header == null) {
      return refused("this listener asks for a login");
    }
    if (header.length() > HEADER_MAX) {
      return refused("the header Authorization is too long");
    }
    String hash = hash(listener + " " + header);
    Principal same = known(hash);
    if (same != null) {
      return CompletableFuture.completedFuture(same);
    }
    int space = header.indexOf(' ');
    String scheme = space < 0 ? header : header.substring(0, space);
    String shown = space < 0 ? "" : header.substring(space + 1).trim();
    if (scheme.equalsIgnoreCase("Basic")) {
      return basic(shown, hash, client, listener);
    }
    if (scheme.equalsIgnoreCase("Bearer") && mechanisms.names().contains(BEARER)) {
      return begin(tokens, List.of(BEARER), (name, login) -> PasswordProof.bearer(login, shown), new Attempt(hash, client, listener, null));
    }
    return refused("the scheme of the header Authorization is not served");
  }

  /** @param user whom the client claims to be; null when it does not say so */
  private record Attempt(String hash, InetAddress client, String listener, String user, CompletableFuture<Principal> result) {
    Attempt(String hash, InetAddress client, String listener, String user) {
      this(hash, client, listener, user, new CompletableFuture<>());
    }
  }

  private interface Proof {
    CompletionStage<SaslLogin.Step> of(String mechanism, SaslLogin login);
  }

  private CompletableFuture<Principal> basic(String shown, String hash, InetAddress client, String listener) {
    String pair;
    try {
      pair = new String(Base64.getDecoder().decode(shown), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      pair = "";
    }
    int colon = pair.indexOf(':');
    if (colon < 1 || pair.indexOf('\0') >= 0) {
      return refused("the header Authorization is not as Basic has it");
    }
    String user = pair.substring(0, colon);
    String password = pair.substring(colon + 1);
    Attempt attempt = new Attempt(hash, client, listener, user);
    // one that has taken too long is not hashed any more, so that those behind it are in time
    Executor unlessOver = task -> hashing.execute(() -> {
      if (!attempt.result.isDone()) {
        task.run();
      }
    });
    return begin(passwords, settings.get(HttpSettings.MARGAY_HTTP_BASIC_MECHANISMS),
        (name, login) -> PasswordProof.prove(name, login, user, password, unlessOver), attempt);
  }

  private CompletableFuture<Principal> begin(LoginSlots slots, List<String> names, Proof proof, Attempt attempt) {
    if (!slots.take(attempt.client)) {
      return CompletableFuture.failedFuture(unavailable("too many logins are being checked; try again"));
    }
    attempt.result.whenComplete((who, failure) -> slots.release(attempt.client));
    run(names, 0, proof, attempt);
    return attempt.result;
  }

  /** Tries the mechanisms in turn, each when its bundle is there. */
  private void run(List<String> names, int at, Proof proof, Attempt attempt) {
    if (at == names.size()) {
      failed(names, attempt);
      return;
    }
    String name = names.get(at);
    mechanisms.await(name, settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS)).whenComplete((lease, missing) -> {
      if (missing != null) {
        attempt.result.completeExceptionally(unavailable("logins cannot be checked: the mechanism " + name + " is not there"));
        return;
      }
      ask(name, lease.service(), proof, attempt).whenComplete((step, failure) -> {
        lease.close();
        Throwable cause = failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        try {
          if (cause instanceof LoginFailedException) {
            run(names, at + 1, proof, attempt);
          } else {
            ended(name, step, cause, attempt);
          }
        } catch (RuntimeException | Error e) {
          ended(name, null, e, attempt);
        }
      });
    });
  }

  /** Asks one mechanism, which has {@value #WAIT_MS} ms. */
  private static CompletableFuture<SaslLogin.Step> ask(String name, SaslMechanism mechanism, Proof proof, Attempt attempt) {
    CompletableFuture<SaslLogin.Step> answer = new CompletableFuture<>();
    try {
      proof.of(name, mechanism.begin(new SaslMechanism.Client(attempt.listener, attempt.client))).whenComplete((step, failure) -> {
        if (failure == null) {
          answer.complete(step);
        } else {
          answer.completeExceptionally(failure);
        }
      });
    } catch (RuntimeException | Error e) {
      answer.completeExceptionally(e);
    }
    return answer.orTimeout(WAIT_MS, TimeUnit.MILLISECONDS);
  }

  /** @param failure null for none */
  private void ended(String name, SaslLogin.Step step, Throwable failure, Attempt attempt) {
    if (failure == null) {
      remember(attempt.hash, step);
      attempt.result.complete(step.principal());
      return;
    }
    if (lines.pass("http login") != LineLimit.HELD) {
      LOG.error("A login could not be checked mechanism={}", name, failure);
    }
    attempt.result.completeExceptionally(unavailable("the login could not be checked"));
  }

  private void failed(List<String> names, Attempt attempt) {
    audit.addRepeated(AuditEvent.of(audit.nowMs(), AuditEvent.Kind.LOGIN, names.equals(List.of(BEARER)) ? "Bearer" : "Basic",
        new AuditEvent.Actor(attempt.user == null ? "" : "User:" + attempt.user, attempt.client.getHostAddress(), "", attempt.listener), AuditEvent.Resource.NONE, "failed",
        1, Map.of("reason", "invalid credentials")));
    long held = lines.pass("http login refused");
    if (held != LineLimit.HELD) {
      LOG.warn("An HTTP login failed client={} sinceLast={}", attempt.client.getHostAddress(), held);
    }
    attempt.result.completeExceptionally(failure("the login failed"));
  }

  private Principal known(String hash) {
    synchronized (known) {
      Known k = known.get(hash);
      return k != null && clock.nanos() - k.untilNanos < 0 ? k.principal : null;
    }
  }

  private void remember(String hash, SaslLogin.Step step) {
    long ms = settings.get(HttpSettings.MARGAY_HTTP_LOGIN_CACHE_MS);
    if (step.expiresMs() != SaslLogin.NEVER) {
      ms = Math.min(ms, step.expiresMs() - clock.millis());
    }
    if (ms <= 0) {
      return;
    }
    synchronized (known) {
      known.remove(hash);
      known.put(hash, new Known(step.principal(), clock.nanos() + TimeUnit.MILLISECONDS.toNanos(ms)));
      if (known.size() > MOST_KNOWN) {
        known.remove(known.keySet().iterator().next());
      }
    }
  }

  /** Of what was shown, so that it is not kept itself. */
  private String hash(String shown) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(secret);
      return Base64.getEncoder().encodeToString(digest.digest(shown.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RefusedException failure(String why) {
    return new RefusedException(new HttpError(401, why));
  }

  private static RefusedException unavailable(String why) {
    return new RefusedException(HttpError.unavailable(why));
  }

  private static CompletableFuture<Principal> refused(String why) {
    return CompletableFuture.failedFuture(failure(why));
  }

  void close() {
    hashing.shutdown();
  }
}
