package io.margay.consensus.ratis.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.spi.config.FakeSettings;
import io.margay.spi.consensus.QuorumNode;
import io.margay.spi.tls.TlsMaterial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is let in at the port of the quorum, and with what. */
@Timeout(120)
class QuorumTlsTest {
  @TempDir private static Path directory;
  private static Path node;
  private static Path client;
  private static Path stranger;
  private static Path both;

  @BeforeAll
  static void make() throws Exception {
    node = Certificates.key(directory, "node");
    client = Certificates.key(directory, "client");
    stranger = Certificates.key(directory, "node");
    both = Certificates.trust(directory.resolve("both.p12"), node, client);
  }

  private static GrpcTlsConfig config(FakeSettings settings) throws IOException {
    return new QuorumTls(settings, "QUORUM").config();
  }

  private static X509ExtendedTrustManager trust(FakeSettings settings) throws IOException {
    return (X509ExtendedTrustManager) config(settings).getTrustManager().getTrustManager();
  }

  private static X509Certificate[] chain(Path key) throws Exception {
    return new X509Certificate[] {(X509Certificate) KeyStore.getInstance(key.toFile(), Certificates.PASSWORD.toCharArray()).getCertificate("key")};
  }

  @Test
  void onlyNodesAreLetIn() throws Exception {
    X509ExtendedTrustManager trust = trust(Certificates.settings(node, both));
    trust.checkClientTrusted(chain(node), "EC");
    trust.checkServerTrusted(chain(node), "EC");
    for (Path other : List.of(client, stranger)) {
      assertThatThrownBy(() -> trust.checkClientTrusted(chain(other), "EC")).isInstanceOf(CertificateException.class);
      assertThatThrownBy(() -> trust.checkServerTrusted(chain(other), "EC")).isInstanceOf(CertificateException.class);
    }
    assertThatThrownBy(() -> trust.checkClientTrusted(chain(client), "EC"))
        .hasMessage("User:CN=client has neither the name of this node's certificate, User:CN=node, nor is it one of super.users");
  }

  @Test
  void aSuperUserIsANode() throws Exception {
    trust(Certificates.settings(node, both).with("super.users", "User:admin;User:CN=client")).checkClientTrusted(chain(client), "EC");
    trust(Certificates.settings(node, both).with("super.users", "User:client").with("listener.name.quorum.ssl.principal.mapping.rules",
        "RULE:CN=(.*)/$1/")).checkClientTrusted(chain(client), "EC");
  }

  @Test
  void theLogWarnsOfACertificateThatExpiresSoon() throws Exception {
    List<String> lines = new ArrayList<>();
    Handler keeper = new Handler() {
      @Override
      public void publish(LogRecord line) {
        lines.add(line.getMessage());
      }

      @Override
      public void flush() { }

      @Override
      public void close() { }
    };
    Logger log = Logger.getLogger(TlsMaterial.class.getName());
    log.addHandler(keeper);
    try {
      new QuorumTls(Certificates.settings(node, both).with("margay.tls.expiry.warning.days", "89"), "QUORUM").warnOfExpiry();
      assertThat(lines).as("keytool makes it for 90 days").isEmpty();
      new QuorumTls(Certificates.settings(node, both).with("margay.tls.expiry.warning.days", "91"), "QUORUM").warnOfExpiry();
      assertThat(lines).singleElement().asString().startsWith("The certificate of a listener expires soon listener=QUORUM subject=CN=node notAfter=");
    } finally {
      log.removeHandler(keeper);
    }
  }

  @Test
  void keysThatChangeAreUsedAndBadOnesAreNot() throws Exception {
    Path keys = directory.resolve("changing.p12");
    Path trusted = directory.resolve("changing-trust.p12");
    Files.copy(node, keys, StandardCopyOption.REPLACE_EXISTING);
    Certificates.trust(trusted, node);
    GrpcTlsConfig config = config(Certificates.settings(keys, trusted));
    X509ExtendedKeyManager own = (X509ExtendedKeyManager) config.getKeyManager().getKeyManager();
    X509ExtendedTrustManager trust = (X509ExtendedTrustManager) config.getTrustManager().getTrustManager();
    String first = own.chooseEngineServerAlias("EC", null, null);
    assertThat(own.getCertificateChain(first)).isEqualTo(chain(node));
    assertThatThrownBy(() -> trust.checkClientTrusted(chain(stranger), "EC")).isInstanceOf(CertificateException.class);

    Files.writeString(keys, "no keys");
    Files.setLastModifiedTime(keys, FileTime.fromMillis(1_000));
    assertThat(own.getCertificateChain(own.chooseEngineServerAlias("EC", null, null))).isEqualTo(chain(node));

    Files.copy(stranger, keys, StandardCopyOption.REPLACE_EXISTING);
    Files.setLastModifiedTime(keys, FileTime.fromMillis(2_000));
    Certificates.trust(trusted, stranger);
    Files.setLastModifiedTime(trusted, FileTime.fromMillis(2_000));
    String second = own.chooseEngineServerAlias("EC", null, null);
    assertThat(own.getCertificateChain(second)).isEqualTo(chain(stranger));
    assertThat(own.getPrivateKey(second)).isNotNull().isNotEqualTo(own.getPrivateKey(first));
    assertThat(own.getCertificateChain(first)).as("of a handshake that has begun").isEqualTo(chain(node));
    trust.checkClientTrusted(chain(stranger), "EC");
    assertThatThrownBy(() -> trust.checkClientTrusted(chain(node), "EC")).isInstanceOf(CertificateException.class);
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThatThrownBy(() -> config(new FakeSettings())).isInstanceOf(IOException.class)
        .hasMessageContaining("set ssl.keystore.location or listener.name.quorum.ssl.keystore.location");
    assertThatThrownBy(() -> config(Certificates.settings(node, both).with("listener.name.quorum.ssl.truststore.location", "/no/such"))).isInstanceOf(
        IOException.class).hasMessageContaining("/no/such is not a file that can be read");
    assertThatThrownBy(() -> config(Certificates.settings(node, both).with("listener.name.quorum.ssl.principal.mapping.rules", "RULE:("))).isInstanceOf(
        IllegalArgumentException.class).hasMessageContaining("RULE:pattern/replacement/");
  }

  @Test
  void theProtocolOfTheListenerDecides() throws Exception {
    assertThat(QuorumTransport.of(listening(null)).isOpen()).isTrue();
    assertThat(QuorumTransport.of(listening("PLAINTEXT")).isOpen()).isTrue();
    assertThat(QuorumTransport.of(listening("SSL")).isOpen()).isFalse();
    assertThatThrownBy(() -> QuorumTransport.of(listening("SASL_SSL"))).isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("has the protocol SASL_SSL").hasMessageContaining("PLAINTEXT and SSL");
  }

  private static FakeSettings listening(String protocol) {
    FakeSettings settings = Certificates.settings(node, both);
    return protocol == null ? settings : settings.quorumListener(new Endpoint("QUORUM", protocol, "", 0));
  }

  @Test
  void theCipherSuitesAreThoseThatAreSet() throws Exception {
    assertThat(config(Certificates.settings(node, both)).getCipherSuites()).isNullOrEmpty();
    QuorumTls tls = new QuorumTls(Certificates.settings(node, both).with("listener.name.quorum.ssl.cipher.suites", "TLS_AES_256_GCM_SHA384"), "QUORUM");
    assertThat(tls.config().getCipherSuites()).containsExactly("TLS_AES_256_GCM_SHA384");
    QuorumNode self = new QuorumNode(1, "127.0.0.1", RatisMetadataLogTest.freePort());
    new RatisMetadataLog(RatisMetadataLogTest.config(directory.resolve("n3"), self, List.of(self)), QuorumTransport.with(tls),
        RatisMetadataLogTest.NONE, Clock.SYSTEM, (what, cause) -> { }, why -> { }).close();
  }

  @Test
  void aPortThatIsInUseIsSaid() throws Exception {
    QuorumTransport transport = QuorumTransport.with(new QuorumTls(Certificates.settings(node, both), "QUORUM"));
    QuorumNode one = new QuorumNode(1, "127.0.0.1", RatisMetadataLogTest.freePort());
    QuorumNode other = new QuorumNode(2, "127.0.0.1", one.port());
    RatisMetadataLog first = new RatisMetadataLog(RatisMetadataLogTest.config(directory.resolve("n1"), one, List.of(one)), transport,
        RatisMetadataLogTest.NONE, Clock.SYSTEM, (what, cause) -> { }, why -> { });
    try {
      assertThatThrownBy(() -> new RatisMetadataLog(RatisMetadataLogTest.config(directory.resolve("n2"), other, List.of(other)), transport,
          RatisMetadataLogTest.NONE, Clock.SYSTEM, (what, cause) -> { }, why -> { })).isInstanceOf(IOException.class)
          .hasMessageContaining("the port of 2@127.0.0.1:" + one.port() + " cannot be used").hasMessageContaining("in use");
    } finally {
      first.close();
    }
  }
}
