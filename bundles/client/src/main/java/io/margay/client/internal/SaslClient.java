package io.margay.client.internal;

import io.margay.spi.security.Scram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** This node's side of one login. Used by one thread at a time. */
interface SaslClient {
  /** The first token. */
  byte[] first();

  /**
   * Goes on with what the broker sent.
   *
   * @return the next token, or null when the login is done
   * @throws IOException when the broker is not one that knows the password
   */
  byte[] next(byte[] challenge) throws IOException;

  /**
   * @param mechanism a SASL mechanism's name
   * @throws IOException when this client does not know it, or there is no password
   */
  static SaslClient of(String mechanism, String user, String password) throws IOException {
    if (password.isEmpty()) {
      throw new IOException("cannot log in: the password in sasl.jaas.config is empty");
    }
    if (mechanism.equals("PLAIN")) {
      return new Plain(user, password);
    }
    Scram scram = Scram.forName(mechanism);
    if (scram == null) {
      throw new IOException("cannot log in with " + mechanism + "; set sasl.mechanism.inter.broker.protocol to SCRAM-SHA-512, SCRAM-SHA-256,"
          + " OAUTHBEARER or PLAIN");
    }
    return new ScramClient(scram, user, password);
  }

  /** OAUTHBEARER (RFC 7628). */
  final class Bearer implements SaslClient {
    private static final int MOST_SHOWN = 200;
    private final String token;

    /** @param token what shows who this node is */
    Bearer(String token) {
      this.token = token;
    }

    @Override
    public byte[] first() {
      return ("n,,\1auth=Bearer " + token + "\1\1").getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public byte[] next(byte[] challenge) throws IOException {
      if (challenge.length > 0) {
        String why = new String(challenge, StandardCharsets.UTF_8);
        throw new IOException("the token is refused: " + why.substring(0, Math.min(MOST_SHOWN, why.length())));
      }
      return null;
    }
  }

  /** PLAIN (RFC 4616). */
  final class Plain implements SaslClient {
    private final String token;

    private Plain(String user, String password) {
      this.token = "\0" + user + "\0" + password;
    }

    @Override
    public byte[] first() {
      return token.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] next(byte[] challenge) {
      return null;
    }
  }

  /** SCRAM (RFC 5802) without channel binding. The broker has to prove that it knows the password, too. */
  final class ScramClient implements SaslClient {
    private static final Pattern SERVER_FIRST = Pattern.compile("r=([^,]+),s=([A-Za-z0-9+/=]+),i=(\\d{1,6})(?:,.*)?");

    private final Scram mechanism;
    private final String password;
    private final String nonce = Scram.nonce();
    private final String firstBare;
    private byte[] serverSignature;

    private ScramClient(Scram mechanism, String user, String password) {
      this.mechanism = mechanism;
      this.password = password;
      this.firstBare = "n=" + user.replace("=", "=3D").replace(",", "=2C") + ",r=" + nonce;
    }

    @Override
    public byte[] first() {
      return ("n,," + firstBare).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] next(byte[] challenge) throws IOException {
      String message = new String(challenge, StandardCharsets.UTF_8);
      if (serverSignature != null) {
        String expected = "v=" + Base64.getEncoder().encodeToString(serverSignature);
        if (!MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), message.getBytes(StandardCharsets.UTF_8))) {
          throw new IOException("the broker does not know the password");
        }
        return null;
      }
      Matcher m = SERVER_FIRST.matcher(message);
      if (!m.matches() || !m.group(1).startsWith(nonce) || m.group(1).length() == nonce.length()) {
        throw new IOException("the broker does not speak " + mechanism.mechanism());
      }
      int iterations = Integer.parseInt(m.group(3));
      if (iterations < Scram.MIN_ITERATIONS || iterations > Scram.MAX_ITERATIONS) {
        throw new IOException("the broker asks for " + iterations + " iterations of " + mechanism.mechanism());
      }
      byte[] salted = mechanism.saltedPassword(password, salt(m.group(2)), iterations);
      String withoutProof = "c=biws,r=" + m.group(1);
      String all = firstBare + "," + message + "," + withoutProof;
      byte[] clientKey = mechanism.clientKey(salted);
      byte[] proof = Scram.xor(clientKey, mechanism.hmac(mechanism.hash(clientKey), all));
      serverSignature = mechanism.hmac(mechanism.serverKey(salted), all);
      return (withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof)).getBytes(StandardCharsets.UTF_8);
    }

    private byte[] salt(String base64) throws IOException {
      try {
        return Base64.getDecoder().decode(base64);
      } catch (IllegalArgumentException e) {
        throw new IOException("the broker does not speak " + mechanism.mechanism(), e);
      }
    }
  }
}
