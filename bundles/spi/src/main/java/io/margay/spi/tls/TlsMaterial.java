package io.margay.spi.tls;

import io.margay.spi.config.SettingValues;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keys and certificates, read once. Immutable; {@link #changed} tells when it should be read again. */
public final class TlsMaterial {
  private static final Logger LOG = LoggerFactory.getLogger(TlsMaterial.class);

  /** A file as it was when it was read. */
  private record Stamp(Path file, long modifiedMs, long sizeBytes) {
    static Stamp of(Path file) throws IOException {
      return new Stamp(file, Files.getLastModifiedTime(file).toMillis(), Files.size(file));
    }

    /** The file as it is now; null when it is being replaced, or gone. */
    Stamp again() {
      try {
        return of(file);
      } catch (IOException e) {
        return null;
      }
    }
  }

  private final KeyManagerFactory keys;
  private final TrustManagerFactory trust;
  private final List<X509Certificate> chain;
  private final List<Stamp> files;

  private TlsMaterial(KeyManagerFactory keys, TrustManagerFactory trust, List<X509Certificate> chain, List<Stamp> files) {
    this.keys = keys;
    this.trust = trust;
    this.chain = chain;
    this.files = files;
  }

  /**
   * Reads what settings name. Reads files, so it may block.
   *
   * @param values the settings of {@link TlsSettings}
   * @return what they name
   * @throws IOException when a file, a password or a certificate cannot be used; the message names the setting or file and has no secret
   */
  public static TlsMaterial read(SettingValues values) throws IOException {
    List<Stamp> files = new ArrayList<>();
    try {
      KeyStore keyStore = keyStore(values, files);
      KeyManagerFactory keys = null;
      List<X509Certificate> chain = List.of();
      if (keyStore != null) {
        keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(keyStore, isPem(values.get(TlsSettings.SSL_KEYSTORE_TYPE)) ? null : keyPassword(values));
        chain = chain(keyStore);
      }
      KeyStore trustStore = trustStore(values, files);
      TrustManagerFactory trust = null;
      if (trustStore != null) {
        trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trustStore);
      }
      return new TlsMaterial(keys, trust, chain, List.copyOf(files));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("keys or certificates cannot be used: " + e.getMessage() + "; check ssl.keystore.* and ssl.key.password", e);
    }
  }

  private static KeyStore keyStore(SettingValues values, List<Stamp> files) throws IOException, GeneralSecurityException {
    String location = values.get(TlsSettings.SSL_KEYSTORE_LOCATION);
    String type = values.get(TlsSettings.SSL_KEYSTORE_TYPE);
    String key = values.get(TlsSettings.SSL_KEYSTORE_KEY);
    String certificates = values.get(TlsSettings.SSL_KEYSTORE_CERTIFICATE_CHAIN);
    char[] keyPassword = chars(values.get(TlsSettings.SSL_KEY_PASSWORD));
    if (isPem(type)) {
      if (location != null) {
        String all = text("ssl.keystore.location", location, files);
        return Pem.keyStore(all, all, keyPassword, location);
      }
      return key == null ? null : Pem.keyStore(key, certificates == null ? "" : certificates, keyPassword, "ssl.keystore.key");
    }
    if (key != null || certificates != null) {
      throw new IOException("ssl.keystore.key and ssl.keystore.certificate.chain need ssl.keystore.type=PEM, not " + type);
    }
    return location == null ? null : file("ssl.keystore.location", location, type, values.get(TlsSettings.SSL_KEYSTORE_PASSWORD), files);
  }

  private static KeyStore trustStore(SettingValues values, List<Stamp> files) throws IOException, GeneralSecurityException {
    String location = values.get(TlsSettings.SSL_TRUSTSTORE_LOCATION);
    String type = values.get(TlsSettings.SSL_TRUSTSTORE_TYPE);
    String certificates = values.get(TlsSettings.SSL_TRUSTSTORE_CERTIFICATES);
    if (isPem(type)) {
      if (location != null) {
        return Pem.trustStore(text("ssl.truststore.location", location, files), location);
      }
      return certificates == null ? null : Pem.trustStore(certificates, "ssl.truststore.certificates");
    }
    if (certificates != null) {
      throw new IOException("ssl.truststore.certificates needs ssl.truststore.type=PEM, not " + type);
    }
    return location == null ? null : file("ssl.truststore.location", location, type, values.get(TlsSettings.SSL_TRUSTSTORE_PASSWORD), files);
  }

  private static char[] keyPassword(SettingValues values) {
    String password = values.get(TlsSettings.SSL_KEY_PASSWORD);
    return chars(password != null ? password : values.get(TlsSettings.SSL_KEYSTORE_PASSWORD));
  }

  private static boolean isPem(String type) {
    return type.equals("PEM");
  }

  private static char[] chars(String password) {
    return password == null ? null : password.toCharArray();
  }

  private static Path path(String setting, String location, List<Stamp> files) throws IOException {
    Path file = Path.of(location).toAbsolutePath();
    if (!Files.isReadable(file)) {
      throw new IOException(setting + "=" + location + " is not a file that can be read");
    }
    files.add(Stamp.of(file));
    return file;
  }

  private static String text(String setting, String location, List<Stamp> files) throws IOException {
    return Files.readString(path(setting, location, files));
  }

  private static KeyStore file(String setting, String location, String type, String password, List<Stamp> files)
      throws IOException, GeneralSecurityException {
    Path file = path(setting, location, files);
    KeyStore store = KeyStore.getInstance(type);
    try (var in = Files.newInputStream(file)) {
      store.load(in, chars(password));
    } catch (IOException e) {
      throw new IOException(setting + "=" + location + " cannot be read as " + type + ": " + e.getMessage(), e);
    }
    return store;
  }

  private static List<X509Certificate> chain(KeyStore store) throws GeneralSecurityException, IOException {
    for (String alias : Collections.list(store.aliases())) {
      Certificate[] certificates = store.isKeyEntry(alias) ? store.getCertificateChain(alias) : null;
      if (certificates != null) {
        List<X509Certificate> chain = new ArrayList<>();
        for (Certificate c : certificates) {
          chain.add((X509Certificate) c);
        }
        return List.copyOf(chain);
      }
    }
    throw new IOException("the key store has no private key with a certificate");
  }

  /** @return this node's key; null when there is none */
  public KeyManagerFactory keys() {
    return keys;
  }

  /** @return whom to trust; null for those that the Java runtime trusts */
  public TrustManagerFactory trust() {
    return trust;
  }

  /** @return this node's certificate, then those that signed it; empty when there is none */
  public List<X509Certificate> chain() {
    return chain;
  }

  /**
   * Warns in the log of this node's certificate when it expires soon, or has expired.
   *
   * @param listener whose certificate it is
   * @param days before the end from which on the log says so
   * @throws IndexOutOfBoundsException when it has no certificate
   */
  public void warnOfExpiry(String listener, int days) {
    X509Certificate own = chain.get(0);
    Duration left = Duration.between(Instant.now(), own.getNotAfter().toInstant());
    if (left.isNegative()) {
      LOG.error("The certificate of a listener has expired listener={} subject={} notAfter={}", listener, own.getSubjectX500Principal(),
          own.getNotAfter().toInstant());
    } else if (left.toDays() < days) {
      LOG.warn("The certificate of a listener expires soon listener={} subject={} notAfter={} daysLeft={}", listener,
          own.getSubjectX500Principal(), own.getNotAfter().toInstant(), left.toDays());
    }
  }

  /** @return whether a file that it was read from is another one now; one that cannot be read counts as unchanged */
  public boolean changed() {
    for (Stamp before : files) {
      Stamp now = before.again();
      if (now != null && !now.equals(before)) {
        return true;
      }
    }
    return false;
  }

  /**
   * How the files that it was read from are now.
   *
   * @return equal to what another call returned when no file was replaced in between
   */
  public Object filesNow() {
    return files.stream().map(Stamp::again).map(String::valueOf).toList();
  }
}
