package io.margay.http.internal;

import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.Scram;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Shows a password to a mechanism that expects a client: it plays the client's side of SCRAM (RFC 5802) or PLAIN (RFC 4616), so that names and passwords of HTTP
 * are those of the same users, wherever they are kept. Takes as long as hashing a password does, and blocks while the mechanism does. Stateless.
 */
final class PasswordProof {
  private static final long WAIT_MS = 10_000;

  private PasswordProof() { }

  /**
   * @param mechanism its name
   * @param login the exchange with it
   * @return who has logged in
   * @throws LoginFailedException when it refuses
   */
  static SaslLogin.Step prove(String mechanism, SaslLogin login, String user, String password) throws LoginFailedException {
    if (mechanism.equals("PLAIN")) {
      return done(step(login, "\0" + user + "\0" + password));
    }
    Scram scram = Scram.forName(mechanism);
    if (scram == null) {
      throw new LoginFailedException("the mechanism " + mechanism + " does not take a password");
    }
    String nonce = Scram.nonce();
    String bare = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    String first = new String(step(login, "n,," + bare).token(), StandardCharsets.UTF_8);
    Map<String, String> said = fields(first);
    int iterations = Integer.parseInt(said.getOrDefault("i", "0"));
    if (!said.getOrDefault("r", "").startsWith(nonce) || iterations < 1 || iterations > Scram.MAX_ITERATIONS) {
      throw new LoginFailedException("the mechanism " + mechanism + " answers in another form");
    }
    byte[] salted = scram.saltedPassword(password, Base64.getDecoder().decode(said.getOrDefault("s", "")), iterations);
    byte[] key = scram.clientKey(salted);
    String last = "c=biws,r=" + said.get("r");
    byte[] signature = scram.hmac(scram.hash(key), bare + "," + first + "," + last);
    return done(step(login, last + ",p=" + Base64.getEncoder().encodeToString(Scram.xor(key, signature))));
  }

  private static Map<String, String> fields(String message) {
    Map<String, String> fields = new HashMap<>();
    for (String part : message.split(",")) {
      if (part.length() > 1 && part.charAt(1) == '=') {
        fields.put(part.substring(0, 1), part.substring(2));
      }
    }
    return fields;
  }

  private static SaslLogin.Step done(SaslLogin.Step step) throws LoginFailedException {
    if (step.principal() == null) {
      throw new LoginFailedException("the login did not end");
    }
    return step;
  }

  /** Sends one token. */
  static SaslLogin.Step step(SaslLogin login, String token) throws LoginFailedException {
    try {
      return login.respond(token.getBytes(StandardCharsets.UTF_8)).toCompletableFuture().get(WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof LoginFailedException refused) {
        throw refused;
      }
      throw new IllegalStateException(e.getCause());
    } catch (TimeoutException e) {
      throw new IllegalStateException("a login takes longer than " + WAIT_MS + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Shows a bearer token (RFC 7628). */
  static SaslLogin.Step bearer(SaslLogin login, String token) throws LoginFailedException {
    return done(step(login, "n,,\u0001auth=Bearer " + token + "\u0001\u0001"));
  }
}
