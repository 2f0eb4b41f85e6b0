package io.margay.itests;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;

/** An issuer of tokens with one key. Tokens are for the audience {@code kafka}. */
final class Tokens {
  static final String ISSUER = "https://issuer.example";

  private final KeyPair pair;

  Tokens() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      pair = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String base64(BigInteger number) {
    byte[] bytes = number.toByteArray();
    return base64(bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  private static String base64(String text) {
    return base64(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The keys, as brokers read them. */
  String keys() {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    return "{\"keys\":[{\"kty\":\"RSA\",\"use\":\"sig\",\"kid\":\"one\",\"n\":\"" + base64(key.getModulus()) + "\",\"e\":\""
        + base64(key.getPublicExponent()) + "\"}]}";
  }

  /** A token that is good from now on. */
  String token(String subject, int seconds) {
    long now = System.currentTimeMillis() / 1_000;
    String signed = base64("{\"alg\":\"RS256\",\"kid\":\"one\",\"typ\":\"JWT\"}") + "." + base64("{\"iss\":\"" + ISSUER
        + "\",\"aud\":\"kafka\",\"scope\":\"kafka\",\"sub\":\"" + subject + "\",\"iat\":" + now + ",\"exp\":" + (now + seconds) + "}");
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(pair.getPrivate());
      signature.update(signed.getBytes(StandardCharsets.US_ASCII));
      return signed + "." + base64(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Replaces a file at once. */
  static void write(Path file, String text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".next");
    Files.writeString(next, text);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
