package io.margay.security.internal;

import io.margay.metadata.DelegationToken;
import io.margay.spi.handler.Principal;
import io.margay.spi.security.LoginFailedException;
import io.margay.spi.security.SaslLogin;
import io.margay.spi.security.Scram;
import io.margay.spi.security.ScramCredential;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The server's side of one exchange of SCRAM (RFC 5802), without channel binding.
 *
 * <pre>
 *   client: n,,n=USER,r=NONCE                    server: r=NONCE+MORE,s=SALT,i=ITERATIONS
 *   client: c=biws,r=NONCE+MORE,p=PROOF          server: v=SIGNATURE
 * </pre>
 *
 * The exchange with a user that does not exist looks the same up to the proof, which fails. Its salt comes from the user's name and a secret of
 * the process, so that it does not change between two attempts, as a salt drawn at random would. That hides which users exist from a client of one
 * broker. A client that compares two brokers, or a broker before and after a restart, still sees the salt change; so does one that asks for a user
 * whose password was set with other than the fewest iterations.
 */
final class ScramLogin implements SaslLogin {
  private static final int MAX_BYTES = 64 * 1024;
  private static final String PRINTABLE = "[\\x21-\\x2B\\x2D-\\x7E]+";
  private static final String EXTENSIONS = "(?:,[A-Za-z][A-Za-z0-9]*=[^,]*)*";
  private static final Pattern FIRST = Pattern.compile("([ny],(?:a=([^,]*))?,)(n=([^,]+),r=(" + PRINTABLE + ")(" + EXTENSIONS + "))");
  /** The client shows a delegation token (KIP-48). */
  private static final Pattern BY_TOKEN = Pattern.compile(".*,tokenauth=(?i:true)(?:,.*)?");
  private static final Pattern FINAL =
      Pattern.compile("(c=([A-Za-z0-9+/=]*),r=(" + PRINTABLE + ")" + EXTENSIONS + "),p=([A-Za-z0-9+/=]+)");

  private final Scram mechanism;
  private final ScramUsers users;
  private final ScramTokens tokens;
  private final byte[] secret;
  private String user;
  /** Whom the proof makes the client; null when there is no such user. */
  private Principal principal;
  private long expiresMs = NEVER;
  private ScramCredential credential;
  private String header;
  private String clientNonce;
  private String nonce;
  private String firstMessages;
  private boolean ended;

  /** @param secret of this process, for users that do not exist */
  ScramLogin(Scram mechanism, ScramUsers users, ScramTokens tokens, byte[] secret) {
    this.mechanism = mechanism;
    this.users = users;
    this.tokens = tokens;
    this.secret = secret;
  }

  @Override
  public CompletionStage<Step> respond(byte[] token) {
    try {
      if (ended || token.length > MAX_BYTES) {
        throw refused();
      }
      String message = new String(token, StandardCharsets.UTF_8);
      return user == null ? first(message) : CompletableFuture.completedFuture(last(message));
    } catch (LoginFailedException e) {
      ended = true;
      return CompletableFuture.failedFuture(e);
    }
  }

  @Override
  public String claimedUser() {
    return user;
  }

  private CompletionStage<Step> first(String message) throws LoginFailedException {
    Matcher m = FIRST.matcher(message);
    if (!m.matches()) {
      throw new LoginFailedException("Invalid " + mechanism.mechanism() + " client first message");
    }
    user = name(m.group(4));
    if (m.group(2) != null && !m.group(2).isEmpty() && !name(m.group(2)).equals(user)) {
      throw new LoginFailedException("Authentication failed: Client requested an authorization id that is different from username");
    }
    header = m.group(1);
    clientNonce = m.group(5);
    String bare = m.group(3);
    if (!BY_TOKEN.matcher(m.group(6)).matches()) {
      ScramCredential found = users.find(mechanism, user);
      return CompletableFuture.completedFuture(first(bare, found, found == null ? null : new Principal("User", user)));
    }
    DelegationToken token = tokens.find(user);
    if (token == null) {
      return CompletableFuture.completedFuture(first(bare, null, null));
    }
    expiresMs = Math.min(token.times().expiryMs(), token.times().maxMs());
    Principal owner = Principal.parse(token.owner());
    return tokens.credential(mechanism, user).thenApply(found -> first(bare, found, new Principal(owner.type(), owner.name(), true)));
  }

  private Step first(String bare, ScramCredential found, Principal proved) {
    principal = proved;
    credential = found != null ? found : madeUp(user);
    nonce = clientNonce + Scram.nonce();
    String answer = "r=" + nonce + ",s=" + Base64.getEncoder().encodeToString(credential.salt()) + ",i=" + credential.iterations();
    firstMessages = bare + "," + answer;
    return Step.more(answer.getBytes(StandardCharsets.UTF_8));
  }

  private static String name(String sasl) {
    return sasl.replace("=2C", ",").replace("=3D", "=");
  }

  /** What is said of a user that does not exist: nobody can compute the key that would match it. */
  private ScramCredential madeUp(String name) {
    byte[] salt = mechanism.hmac(secret, name);
    byte[] keys = mechanism.hmac(secret, name + "/");
    return new ScramCredential(Arrays.copyOf(salt, 24), keys, keys, Scram.MIN_ITERATIONS);
  }

  private Step last(String message) throws LoginFailedException {
    ended = true;
    Matcher m = FINAL.matcher(message);
    if (!m.matches() || !isNonce(m.group(3)) || !new String(base64(m.group(2)), StandardCharsets.UTF_8).equals(header)) {
      throw refused();
    }
    String all = firstMessages + "," + m.group(1);
    byte[] signature = mechanism.hmac(credential.storedKey(), all);
    byte[] proof = base64(m.group(4));
    if (proof.length != signature.length) {
      throw refused();
    }
    boolean proved = MessageDigest.isEqual(mechanism.hash(Scram.xor(proof, signature)), credential.storedKey());
    if (!proved || principal == null || principal.tokenAuthenticated() && tokens.find(user) == null) {
      throw refused();
    }
    String answer = "v=" + Base64.getEncoder().encodeToString(mechanism.hmac(credential.serverKey(), all));
    return new Step(answer.getBytes(StandardCharsets.UTF_8), principal, expiresMs);
  }

  /** librdkafka before 2.6.1 puts its own part in front once more. That part was proved as well, and the server's is there in full. */
  private boolean isNonce(String given) {
    return given.equals(nonce) || given.equals(clientNonce + nonce);
  }

  private byte[] base64(String text) throws LoginFailedException {
    try {
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw refused();
    }
  }

  private LoginFailedException refused() {
    return new LoginFailedException("Authentication failed during authentication due to invalid credentials with SASL mechanism "
        + mechanism.mechanism());
  }
}
