package io.margay.spi.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The arithmetic of SCRAM (RFC 5802) that both sides share, for one hash function. Safe for all threads. */
public enum Scram {
  /** SCRAM-SHA-256 (RFC 7677). */
  SHA_256("SCRAM-SHA-256", (byte) 1, "SHA-256", "HmacSHA256"),
  /** SCRAM-SHA-512. */
  SHA_512("SCRAM-SHA-512", (byte) 2, "SHA-512", "HmacSHA512");

  /** The fewest iterations of a password that are accepted. */
  public static final int MIN_ITERATIONS = 4096;
  /** The most iterations: more would let one client keep others busy. */
  public static final int MAX_ITERATIONS = 16_384;

  private static final int NONCE_BYTES = 24;
  private static final int SALT_BYTES = 24;

  private final String mechanism;
  private final byte code;
  private final String digest;
  private final String mac;

  Scram(String mechanism, byte code, String digest, String mac) {
    this.mechanism = mechanism;
    this.code = code;
    this.digest = digest;
    this.mac = mac;
  }

  /** @return the name of the SASL mechanism */
  public String mechanism() {
    return mechanism;
  }

  /** @return the code in AlterUserScramCredentials */
  public byte code() {
    return code;
  }

  /**
   * @param code a code on the wire
   * @return the mechanism, or null when there is none with that code
   */
  public static Scram forCode(byte code) {
    return code == SHA_256.code ? SHA_256 : code == SHA_512.code ? SHA_512 : null;
  }

  /**
   * @param mechanism a name
   * @return the mechanism, or null when it is another one
   */
  public static Scram forName(String mechanism) {
    return mechanism.equals(SHA_256.mechanism) ? SHA_256 : mechanism.equals(SHA_512.mechanism) ? SHA_512 : null;
  }

  /** @return a number used once, as text without a comma */
  public static String nonce() {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random(NONCE_BYTES));
  }

  private static byte[] random(int count) {
    byte[] bytes = new byte[count];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }

  /**
   * @param password a password
   * @param iterations how often it is hashed
   * @return what to store of it, with a salt made for it
   */
  public ScramCredential credential(String password, int iterations) {
    byte[] salt = random(SALT_BYTES);
    return credential(salt, saltedPassword(password, salt, iterations), iterations);
  }

  /**
   * @param salt the salt
   * @param salted the salted password
   * @param iterations how often it was hashed
   * @return what to store of it
   */
  public ScramCredential credential(byte[] salt, byte[] salted, int iterations) {
    return new ScramCredential(salt, hash(clientKey(salted)), serverKey(salted), iterations);
  }

  /**
   * The function Hi.
   *
   * @param password the password
   * @param salt the salt
   * @param iterations how often it is hashed
   * @return the salted password
   */
  public byte[] saltedPassword(String password, byte[] salt, int iterations) {
    try {
      Mac hmac = Mac.getInstance(mac);
      hmac.init(new SecretKeySpec(password.getBytes(StandardCharsets.UTF_8), mac));
      hmac.update(salt);
      byte[] u = hmac.doFinal(new byte[] {0, 0, 0, 1});
      byte[] result = u.clone();
      for (int i = 1; i < iterations; i++) {
        u = hmac.doFinal(u);
        xorInto(result, u);
      }
      return result;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(mac, e);
    }
  }

  /**
   * @param salted a salted password
   * @return what the client proves that it knows
   */
  public byte[] clientKey(byte[] salted) {
    return hmac(salted, "Client Key");
  }

  /**
   * @param salted a salted password
   * @return what the server proves that it knows
   */
  public byte[] serverKey(byte[] salted) {
    return hmac(salted, "Server Key");
  }

  /**
   * @param data bytes
   * @return their hash
   */
  public byte[] hash(byte[] data) {
    try {
      return MessageDigest.getInstance(digest).digest(data);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(digest, e);
    }
  }

  /**
   * @param key a key, not empty
   * @param text a text
   * @return the code that shows that the key is known
   */
  public byte[] hmac(byte[] key, String text) {
    try {
      Mac hmac = Mac.getInstance(mac);
      hmac.init(new SecretKeySpec(key, mac));
      return hmac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(mac, e);
    }
  }

  /**
   * @param a bytes
   * @param b as many bytes
   * @return each bit that is set in one of them
   */
  public static byte[] xor(byte[] a, byte[] b) {
    byte[] result = a.clone();
    xorInto(result, b);
    return result;
  }

  private static void xorInto(byte[] target, byte[] other) {
    for (int i = 0; i < target.length; i++) {
      target[i] ^= other[i];
    }
  }
}
