package io.margay.http.internal;

import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.Scram;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Shows a password to a mechanism that expects a client: it plays the client's side of SCRAM (RFC 5802) or PLAIN (RFC 4616), so that names and passwords of HTTP
 * are those of the same users, wherever they are kept. Blocks nothing. Stateless.
 */
final class PasswordProof {
  private PasswordProof() { }

  /**
   * @param mechanism its name
   * @param login the exchange with it
   * @param hashing hashes the password, which takes a while
   * @return completes with who has logged in; exceptionally with {@link LoginFailedException} when the mechanism refuses
   */
  static CompletionStage<SaslLogin.Step> prove(String mechanism, SaslLogin login, String user, String password, Executor hashing) {
    if (mechanism.equals("PLAIN")) {
      return respond(login, "\0" + user + "\0" + password).thenCompose(PasswordProof::done);
    }
    Scram scram = Scram.forName(mechanism);
    if (scram == null) {
      return failed("the mechanism " + mechanism + " does not take a password");
    }
    String nonce = Scram.nonce();
    String bare = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    return respond(login, "n,," + bare).thenComposeAsync(step -> {
      String first = new String(step.token(), StandardCharsets.UTF_8);
      Map<String, String> said = fields(first);
      int iterations = Integer.parseInt(said.getOrDefault("i", "0"));
      if (!said.getOrDefault("r", "").startsWith(nonce) || iterations < 1 || iterations > Scram.MAX_ITERATIONS) {
        return failed("the mechanism " + mechanism + " answers in another form");
      }
      byte[] salted = scram.saltedPassword(password, Base64.getDecoder().decode(said.getOrDefault("s", "")), iterations);
      byte[] key = scram.clientKey(salted);
      String last = "c=biws,r=" + said.get("r");
      byte[] signature = scram.hmac(scram.hash(key), bare + "," + first + "," + last);
      return respond(login, last + ",p=" + Base64.getEncoder().encodeToString(Scram.xor(key, signature)));
    }, hashing).thenCompose(PasswordProof::done);
  }

  /** Shows a bearer token (RFC 7628). The result is that of {@link #prove}. */
  static CompletionStage<SaslLogin.Step> bearer(SaslLogin login, String token) {
    return respond(login, "n,,\u0001auth=Bearer " + token + "\u0001\u0001").thenCompose(PasswordProof::done);
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

  private static CompletionStage<SaslLogin.Step> done(SaslLogin.Step step) {
    return step.principal() == null ? failed("the login did not end") : CompletableFuture.completedFuture(step);
  }

  private static CompletionStage<SaslLogin.Step> respond(SaslLogin login, String token) {
    return login.respond(token.getBytes(StandardCharsets.UTF_8));
  }

  private static CompletionStage<SaslLogin.Step> failed(String why) {
    return CompletableFuture.failedFuture(new LoginFailedException(why));
  }
}
