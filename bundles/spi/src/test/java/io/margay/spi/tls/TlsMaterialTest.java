package io.margay.spi.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.spi.config.FakeSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys and certificates in each format. */
class TlsMaterialTest {
  private static final String PASSWORD = "password-1";

  /** As openssl pkcs8 -topk8 writes it; a key that is used for nothing. */
  private static final String ENCRYPTED = """
      -----BEGIN ENCRYPTED PRIVATE KEY-----
      MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhUBw8mCQJqrwICCAAw
      DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGmTksI2q6521zmoYnBr1D4EgZBR
      suIl0UIbCSrOVmYd+DNuFGyFkvG+w2fx3Zsvkr6vDqsfQRmVVIuEHJCb6wajc+8f
      fgenfGMGXoW0vXfySpIEUhn6Ta2ax7nnJMKQ2Bwx1OGHJVbBZM6yQupjniFtOPmp
      DVnAnoJbF5ouPllAcKvED8gKvD9i2TXhO+owSS3sBYxZ8Pcu7Z2I17uOR7BWdrk=
      -----END ENCRYPTED PRIVATE KEY-----
      """;

  @TempDir private static Path directory;
  private static Path pkcs12;
  private static Path jks;
  private static Key key;
  private static String certificate;

  @BeforeAll
  static void make() throws Exception {
    pkcs12 = directory.resolve("key.p12");
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "key",
        "-dname", "CN=broker", "-keyalg", "EC", "-storetype", "PKCS12", "-keystore", pkcs12.toString(), "-storepass", PASSWORD).inheritIO().start();
    assertThat(keytool.waitFor()).isZero();
    KeyStore store = KeyStore.getInstance(pkcs12.toFile(), PASSWORD.toCharArray());
    key = store.getKey("key", PASSWORD.toCharArray());
    certificate = pem("CERTIFICATE", store.getCertificate("key").getEncoded());
    KeyStore old = KeyStore.getInstance("JKS");
    old.load(null, null);
    old.setKeyEntry("key", key, "another".toCharArray(), store.getCertificateChain("key"));
    jks = directory.resolve("key.jks");
    try (var out = Files.newOutputStream(jks)) {
      old.store(out, PASSWORD.toCharArray());
    }
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(der) + "\n-----END " + label + "-----\n";
  }

  private static void isBroker(TlsMaterial material) {
    assertThat(material.keys()).isNotNull();
    assertThat(material.chain()).singleElement().satisfies(c -> assertThat(c.getSubjectX500Principal().getName()).isEqualTo("CN=broker"));
  }

  @Test
  void keyStoresOfEachFormat() throws Exception {
    isBroker(TlsMaterial.read(new FakeSettings().with("ssl.keystore.type", "PKCS12").with("ssl.keystore.location", pkcs12.toString())
        .with("ssl.keystore.password", PASSWORD)));
    isBroker(TlsMaterial.read(new FakeSettings().with("ssl.keystore.location", jks.toString()).with("ssl.keystore.password", PASSWORD)
        .with("ssl.key.password", "another")));
    Path file = Files.writeString(directory.resolve("key.pem"), pem("PRIVATE KEY", key.getEncoded()) + certificate);
    isBroker(TlsMaterial.read(new FakeSettings().with("ssl.keystore.type", "PEM").with("ssl.keystore.location", file.toString())));
    isBroker(TlsMaterial.read(new FakeSettings().with("ssl.keystore.type", "PEM").with("ssl.keystore.key", ENCRYPTED)
        .with("ssl.keystore.certificate.chain", certificate).with("ssl.key.password", PASSWORD)));
  }

  @Test
  void trustStoresOfEachFormat() throws Exception {
    assertThat(TlsMaterial.read(new FakeSettings()).trust()).as("those of the Java runtime").isNull();
    assertThat(TlsMaterial.read(new FakeSettings().with("ssl.truststore.type", "PEM").with("ssl.truststore.certificates", certificate)).trust())
        .isNotNull();
    assertThat(TlsMaterial.read(new FakeSettings().with("ssl.truststore.type", "PKCS12").with("ssl.truststore.location", pkcs12.toString())
        .with("ssl.truststore.password", PASSWORD)).trust()).isNotNull();
  }

  @Test
  void whatCannotBeReadIsNamedWithoutSecrets() throws Exception {
    refused(new FakeSettings().with("ssl.keystore.location", "/nowhere"), "ssl.keystore.location=/nowhere");
    refused(new FakeSettings().with("ssl.keystore.type", "PKCS12").with("ssl.keystore.location", pkcs12.toString())
        .with("ssl.keystore.password", "wrong-secret"), "cannot be read as PKCS12");
    refused(new FakeSettings().with("ssl.keystore.type", "PEM").with("ssl.keystore.key", certificate), "no private key in PEM format");
    refused(new FakeSettings().with("ssl.keystore.type", "PEM").with("ssl.keystore.key", pem("PRIVATE KEY", key.getEncoded())), "no certificate");
    refused(new FakeSettings().with("ssl.keystore.type", "PEM").with("ssl.keystore.key", ENCRYPTED)
        .with("ssl.keystore.certificate.chain", certificate), "ssl.key.password is not set");
    refused(new FakeSettings().with("ssl.keystore.type", "PEM").with("ssl.keystore.key", ENCRYPTED)
        .with("ssl.keystore.certificate.chain", certificate).with("ssl.key.password", "wrong-secret"), "check ssl.keystore.*");
    refused(new FakeSettings().with("ssl.keystore.type", "PEM").with("ssl.keystore.key", "-----BEGIN PRIVATE KEY-----A=B-----END PRIVATE KEY-----"),
        "check ssl.keystore.*");
    refused(new FakeSettings().with("ssl.keystore.location", "no\0file"), "keys or certificates cannot be used");
    refused(new FakeSettings().with("ssl.keystore.key", "secret"), "need ssl.keystore.type=PEM");
    refused(new FakeSettings().with("ssl.truststore.certificates", certificate), "needs ssl.truststore.type=PEM");
  }

  private static void refused(FakeSettings settings, String why) {
    assertThatThrownBy(() -> TlsMaterial.read(settings)).isInstanceOf(IOException.class).hasMessageContaining(why)
        .hasMessageNotContaining("wrong-secret");
  }

  @Test
  void tellsWhenAFileHasChanged() throws Exception {
    Path file = Files.writeString(directory.resolve("changing.pem"), certificate);
    TlsMaterial material = TlsMaterial.read(new FakeSettings().with("ssl.truststore.type", "PEM").with("ssl.truststore.location", file.toString()));
    assertThat(material.changed()).isFalse();
    Files.setLastModifiedTime(file, FileTime.fromMillis(1_000_000));
    assertThat(material.changed()).isTrue();
    Files.delete(file);
    assertThat(material.changed()).as("it is being replaced").isFalse();
  }
}
