package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Endpoint;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.config.FakeSettings;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners from settings: what is refused, and what stays when settings or files change. */
class ListenerSecurityTest {
  private static final List<Endpoint> PLAIN = List.of(new Endpoint("A", "PLAINTEXT", "127.0.0.1", 0));
  private static final List<Endpoint> TLS = List.of(new Endpoint("A", "PLAINTEXT", "127.0.0.1", 0), new Endpoint("B", "SSL", "127.0.0.1", 0));
  private static final List<Endpoint> SASL = List.of(new Endpoint("C", "SASL_PLAINTEXT", "127.0.0.1", 0));

  @TempDir private static Path directory;
  private static Path store;

  private final FakeSettings settings = new FakeSettings();
  private final ListenerSecurity security = new ListenerSecurity(settings, RequestAudit.NONE);

  @BeforeAll
  static void key() throws Exception {
    store = directory.resolve("key.p12");
    Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", "key", "-dname",
        "CN=localhost", "-keyalg", "EC", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass", "secret1").inheritIO().start();
    assertThat(keytool.waitFor()).isZero();
  }

  private void withKey() {
    settings.with("listener.name.b.ssl.keystore.type", "PKCS12").with("listener.name.b.ssl.keystore.location", store.toString())
        .with("listener.name.b.ssl.keystore.password", "secret1");
  }

  @Test
  void aPlaintextListenerNeedsNothing() throws Exception {
    security.prepare(PLAIN);
    assertThat(security.hasTls()).isFalse();
    assertThat(security.tls("A")).isNull();
  }

  @Test
  void aListenerThatCannotBeServedIsNamed() {
    assertThatThrownBy(() -> security.prepare(TLS)).isInstanceOf(IOException.class).hasMessageContaining("B://").hasMessageContaining("TLS needs a key");
    assertThatThrownBy(() -> security.prepare(SASL)).isInstanceOf(IOException.class).hasMessageContaining("C://").hasMessageContaining("GSSAPI");
    assertThatThrownBy(() -> security.check(List.of(new Endpoint("D", "TLS", "127.0.0.1", 0)))).isInstanceOf(IOException.class)
        .hasMessageContaining("none of");
    withKey();
    settings.with("listener.name.b.ssl.principal.mapping.rules", "RULE:(/x/");
    assertThatThrownBy(() -> security.prepare(TLS)).isInstanceOf(IOException.class).hasMessageContaining("ssl.principal.mapping.rules");
  }

  @Test
  void newConnectionsGetWhatIsSetNow() throws Exception {
    withKey();
    security.prepare(TLS);
    SslContext before = security.tls("B");
    assertThat(before).isNotNull();
    assertThat(security.filesChanged()).isFalse();
    Files.setLastModifiedTime(store, FileTime.fromMillis(2_000_000));
    assertThat(security.filesChanged()).isTrue();
    security.readAgain();
    assertThat(security.filesChanged()).isFalse();
    SslContext after = security.tls("B");
    assertThat(after).isNotNull().isNotSameAs(before);
    settings.with("listener.name.b.ssl.keystore.location", "/nowhere");
    security.readAgain();
    assertThat(security.tls("B")).as("what was used before goes on").isSameAs(after);
  }

  /** As when a listener of the settings could not be bound: keys are renewed for those that are. */
  @Test
  void whatIsReadAgainIsForTheListenersThatAreBound() throws Exception {
    withKey();
    security.prepare(TLS);
    SslContext before = security.tls("B");
    security.restore(security.prepare(PLAIN));
    assertThat(security.tls("B")).isSameAs(before);
    Files.setLastModifiedTime(store, FileTime.fromMillis(3_000_000));
    security.readAgain();
    assertThat(security.tls("B")).isNotNull().isNotSameAs(before);
  }

  @Test
  void aFileThatCannotBeUsedIsTriedOnceForEachChange() throws Exception {
    Path own = directory.resolve("own.p12");
    Files.copy(store, own);
    withKey();
    settings.with("listener.name.b.ssl.keystore.location", own.toString());
    security.prepare(TLS);
    SslContext before = security.tls("B");
    Files.writeString(own, "no key store");
    assertThat(security.filesChanged()).isTrue();
    security.readAgain();
    assertThat(security.filesChanged()).as("it was tried").isFalse();
    assertThat(security.tls("B")).isSameAs(before);
    Files.writeString(own, "no key store either");
    assertThat(security.filesChanged()).isTrue();
    security.readAgain();
    assertThat(security.filesChanged()).isFalse();
    Files.copy(store, own, StandardCopyOption.REPLACE_EXISTING);
    assertThat(security.filesChanged()).isTrue();
    security.readAgain();
    assertThat(security.filesChanged()).isFalse();
    assertThat(security.tls("B")).isNotNull().isNotSameAs(before);
  }

  @Test
  void boringSslEncryptsWhereItIsAvailable() throws IOException {
    Throwable missing = new UnsatisfiedLinkError("no library");
    assertThat(TlsListener.provider("auto", null)).isEqualTo(SslProvider.OPENSSL);
    assertThat(TlsListener.provider("openssl", null)).isEqualTo(SslProvider.OPENSSL);
    assertThat(TlsListener.provider("auto", missing)).isEqualTo(SslProvider.JDK);
    assertThatThrownBy(() -> TlsListener.provider("openssl", missing)).isInstanceOf(IOException.class).hasMessageContaining("no library")
        .hasMessageContaining("jdk");
  }

  @Test
  void knowsWhichSettingsMatter() {
    assertThat(ListenerSecurity.concerns(Set.of("log.retention.ms"))).isFalse();
    for (String name : List.of("listener.name.b.ssl.keystore.location", "ssl.client.auth", "sasl.enabled.mechanisms", "connections.max.reauth.ms",
        "margay.preauth.timeout.ms", "margay.tls.engine")) {
      assertThat(ListenerSecurity.concerns(Set.of(name))).as(name).isTrue();
    }
  }
}
