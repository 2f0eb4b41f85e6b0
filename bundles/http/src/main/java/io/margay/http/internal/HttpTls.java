package io.margay.http.internal;

import io.margay.model.Scheduler;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.SettingValues;
import io.margay.spi.tls.TlsMaterial;
import io.margay.spi.tls.TlsSettings;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys and certificates of HTTPS: those of {@code ssl.*}, or of {@code listener.name.https.ssl.*}. They are read again when files or settings change;
 * what cannot be read then has no effect. Safe for all threads.
 */
final class HttpTls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpTls.class);

  static {
    // A client could make the server work for it again and again.
    if (System.getProperty("jdk.tls.rejectClientInitiatedRenegotiation") == null) {
      System.setProperty("jdk.tls.rejectClientInitiatedRenegotiation", "true");
    }
  }

  private final SettingValues values;
  private final NodeSettings.Registration changes;
  private final Scheduler.Timer looks;
  private volatile TlsMaterial material;
  private volatile SslContext context;
  /** Why they could not be read the last time; null when they could. Guarded by this. */
  private String fault;

  /** @throws IOException when the keys cannot be used; the message says why */
  HttpTls(NodeSettings settings, Scheduler scheduler) throws IOException {
    this.values = new ListenerValues(settings, HttpListener.TLS_NAME, null);
    read();
    this.changes = settings.onChange(names -> {
      if (names.stream().anyMatch(n -> n.startsWith("ssl.") || n.startsWith("listener.name."))) {
        readAgain();
      }
    });
    int intervalMs = settings.get(TlsSettings.MARGAY_TLS_CHECK_INTERVAL_MS);
    this.looks = scheduler.every(intervalMs, intervalMs, () -> {
      if (material.changed()) {
        Thread reader = new Thread(this::readAgain, "margay-http-tls");
        reader.setDaemon(true);
        reader.start();
      }
    });
  }

  private synchronized void read() throws IOException {
    try {
      TlsMaterial next = TlsMaterial.read(values);
      if (next.keys() == null) {
        throw new IOException("HTTPS needs a key; set ssl.keystore.location, or listener.name.https.ssl.keystore.location");
      }
      List<String> ciphers = values.get(TlsSettings.SSL_CIPHER_SUITES);
      context = SslContextBuilder.forServer(next.keys()).sslProvider(SslProvider.JDK).trustManager(next.trust())
          .clientAuth(switch (values.get(TlsSettings.SSL_CLIENT_AUTH)) {
            case "required" -> ClientAuth.REQUIRE;
            case "requested" -> ClientAuth.OPTIONAL;
            default -> ClientAuth.NONE;
          }).protocols(values.get(TlsSettings.SSL_ENABLED_PROTOCOLS)).ciphers(ciphers.isEmpty() ? null : ciphers).build();
      material = next;
    } catch (IllegalArgumentException e) {
      throw new IOException("HTTPS cannot be served as it is set: " + e.getMessage(), e);
    }
  }

  /** Says what is wrong once, until that changes: it is tried again at each look. */
  synchronized void readAgain() {
    try {
      read();
      fault = null;
      LOG.info("New HTTPS connections use the keys and certificates that are set now");
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).equals(fault)) {
        fault = String.valueOf(e.getMessage());
        LOG.error("What is set for HTTPS cannot be used, and what was used before goes on: {}", fault);
      }
    }
  }

  SslContext context() {
    return context;
  }

  @Override
  public void close() {
    looks.cancel();
    changes.close();
  }
}
