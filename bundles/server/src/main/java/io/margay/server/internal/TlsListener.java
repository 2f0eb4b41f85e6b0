package io.margay.server.internal;

import io.margay.spi.config.SettingValues;
import io.margay.spi.tls.TlsMaterial;
import io.margay.spi.tls.TlsSettings;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys and certificates of one listener, read once. Immutable: when they change, new connections get a new one, and those that are
 * there keep theirs.
 */
final class TlsListener {
  private static final Logger LOG = LoggerFactory.getLogger(TlsListener.class);
  private static final long HANDSHAKES_KEPT_SECONDS = 86_400;
  private static final long SESSIONS_KEPT = 10_000;

  static {
    // A client could make the server work for it again and again. Counts for the first use of TLS in the process; a connection whose client
    // tries it is closed in any case.
    if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
      System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }
  }

  private final String listener;
  private final TlsMaterial material;
  private final SslContext context;

  private TlsListener(String listener, TlsMaterial material, SslContext context) {
    this.listener = listener;
    this.material = material;
    this.context = context;
  }

  /** Reads files, so it may block. */
  static TlsListener read(String listener, SettingValues values) throws IOException {
    TlsMaterial material = TlsMaterial.read(values);
    if (material.keys() == null) {
      throw new IOException("TLS needs a key; set ssl.keystore.location, or ssl.keystore.key and ssl.keystore.certificate.chain");
    }
    List<String> ciphers = values.get(TlsSettings.SSL_CIPHER_SUITES);
    return new TlsListener(listener, material, SslContextBuilder.forServer(material.keys()).sslProvider(engine(values))
        .trustManager(material.trust()).clientAuth(clientAuth(values.get(TlsSettings.SSL_CLIENT_AUTH)))
        .protocols(values.get(TlsSettings.SSL_ENABLED_PROTOCOLS)).ciphers(ciphers.isEmpty() ? null : ciphers)
        .sessionCacheSize(SESSIONS_KEPT).sessionTimeout(HANDSHAKES_KEPT_SECONDS).build());
  }

  private static SslProvider engine(SettingValues values) throws IOException {
    String engine = values.get(TlsSettings.MARGAY_TLS_ENGINE);
    // the class of OpenSsl loads the library, which the Java runtime's provider does not need
    return engine.equals("jdk") ? SslProvider.JDK : provider(engine, OpenSsl.unavailabilityCause());
  }

  /** @param missing why BoringSSL is not available; null when it is */
  static SslProvider provider(String engine, Throwable missing) throws IOException {
    if (missing == null) {
      return SslProvider.OPENSSL;
    }
    if (engine.equals("openssl")) {
      throw new IOException("margay.tls.engine=openssl is not available here: " + missing + "; use auto or jdk");
    }
    LOG.info("BoringSSL is not available here, the Java runtime encrypts cause={}", String.valueOf(missing));
    return SslProvider.JDK;
  }

  private static ClientAuth clientAuth(String text) {
    return switch (text) {
      case "required" -> ClientAuth.REQUIRE;
      case "requested" -> ClientAuth.OPTIONAL;
      default -> ClientAuth.NONE;
    };
  }

  SslContext context() {
    return context;
  }

  boolean changed() {
    return material.changed();
  }

  /** @return something that is equal as long as the files stay as they are */
  Object filesNow() {
    return material.filesNow();
  }

  /** @param days before the end from which on the log says so */
  void warn(int days) {
    material.warnOfExpiry(listener, days);
  }
}
