package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.spi.config.FakeSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;

/** Key stores for tests, by keytool. */
final class Certificates {
  static final String PASSWORD = "password-1";

  private Certificates() { }

  /** A new key with a certificate that signs itself, for the loopback address. @return the file, PKCS 12; an older one is replaced */
  static Path key(Path directory, String commonName) throws Exception {
    Path made = Files.createTempDirectory(directory, "key").resolve("key.p12");
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "key",
        "-dname", "CN=" + commonName, "-keyalg", "EC", "-ext", "san=ip:127.0.0.1", "-storetype", "PKCS12", "-keystore", made.toString(), "-storepass",
        PASSWORD).inheritIO().start();
    assertThat(keytool.waitFor()).isZero();
    return made;
  }

  /** A store that trusts the certificates of these keys. @param file is replaced */
  static Path trust(Path file, Path... keys) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    for (Path key : keys) {
      trusted.setCertificateEntry("t" + trusted.size(), KeyStore.getInstance(key.toFile(), PASSWORD.toCharArray()).getCertificate("key"));
    }
    try (var out = Files.newOutputStream(file)) {
      trusted.store(out, PASSWORD.toCharArray());
    }
    return file;
  }

  /** TLS with these stores. */
  static FakeSettings settings(Path key, Path trust) {
    return new FakeSettings().with("listener.name.quorum.ssl.keystore.location", key.toString())
        .with("listener.name.quorum.ssl.keystore.type", "PKCS12").with("listener.name.quorum.ssl.keystore.password", PASSWORD)
        .with("listener.name.quorum.ssl.truststore.location", trust.toString()).with("listener.name.quorum.ssl.truststore.type", "PKCS12")
        .with("listener.name.quorum.ssl.truststore.password", PASSWORD);
  }

  /** TLS for nodes that share a new key. */
  static QuorumTransport transport(Path directory) throws Exception {
    Path key = key(directory, "node");
    return QuorumTransport.with(new QuorumTls(settings(key, trust(directory.resolve("trust.p12"), key)), "QUORUM"));
  }
}
