package io.margay.spi.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/** Keys (PKCS 8) and certificates in PEM format (RFC 7468) as key stores. Stateless. */
final class Pem {
  private static final Pattern KEY = block("(ENCRYPTED )?PRIVATE KEY");
  private static final Pattern CERTIFICATE = block("(?:TRUSTED |X509 )?CERTIFICATE()");
  private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA", "DSA");

  private Pem() { }

  private static Pattern block(String label) {
    return Pattern.compile("-----BEGIN " + label + "-----([A-Za-z0-9+/=\\s]+)-----END ");
  }

  /** A store with one key, without a password, and its certificates. */
  static KeyStore keyStore(String key, String certificates, char[] password, String from) throws IOException, GeneralSecurityException {
    Matcher m = KEY.matcher(key);
    if (!m.find()) {
      String other = key.contains("RSA PRIVATE KEY") || key.contains("EC PRIVATE KEY")
          ? "; it has one in an older format, which openssl pkcs8 -topk8 -nocrypt changes" : "";
      throw new IOException(from + " has no private key in PEM format with PKCS 8" + other);
    }
    byte[] bytes = Base64.getMimeDecoder().decode(m.group(2));
    PrivateKey read = key(m.group(1) == null ? new PKCS8EncodedKeySpec(bytes) : decrypt(bytes, password, from), from);
    List<Certificate> chain = certificates(certificates, from);
    KeyStore store = empty();
    store.setKeyEntry("key", read, null, chain.toArray(Certificate[]::new));
    return store;
  }

  /** A store with trusted certificates. */
  static KeyStore trustStore(String certificates, String from) throws IOException, GeneralSecurityException {
    KeyStore store = empty();
    int i = 0;
    for (Certificate c : certificates(certificates, from)) {
      store.setCertificateEntry("trusted" + i++, c);
    }
    return store;
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    return store;
  }

  private static PKCS8EncodedKeySpec decrypt(byte[] bytes, char[] password, String from) throws IOException, GeneralSecurityException {
    if (password == null) {
      throw new IOException("the private key of " + from + " is encrypted, and ssl.key.password is not set");
    }
    EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(bytes);
    // The JDK knows PBES2 by the algorithm in its parameters.
    String name = info.getAlgParameters() == null ? info.getAlgName() : info.getAlgParameters().toString();
    Cipher cipher = Cipher.getInstance(name);
    cipher.init(Cipher.DECRYPT_MODE, SecretKeyFactory.getInstance(name).generateSecret(new PBEKeySpec(password)), info.getAlgParameters());
    return info.getKeySpec(cipher);
  }

  private static PrivateKey key(PKCS8EncodedKeySpec spec, String from) throws IOException, GeneralSecurityException {
    for (String algorithm : ALGORITHMS) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (InvalidKeySpecException e) {
        continue; // a key of another kind
      }
    }
    throw new IOException("the private key of " + from + " is of none of the kinds " + String.join(", ", ALGORITHMS));
  }

  private static List<Certificate> certificates(String text, String from) throws IOException, GeneralSecurityException {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    List<Certificate> all = new ArrayList<>();
    for (Matcher m = CERTIFICATE.matcher(text); m.find();) {
      byte[] der = Base64.getMimeDecoder().decode(m.group(2).getBytes(StandardCharsets.US_ASCII));
      all.add(factory.generateCertificate(new ByteArrayInputStream(der)));
    }
    if (all.isEmpty()) {
      throw new IOException(from + " has no certificate in PEM format");
    }
    return all;
  }
}
