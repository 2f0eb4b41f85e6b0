package io.margay.client.internal;

import io.margay.spi.client.Access;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.SettingValues;
import io.margay.spi.tls.TlsMaterial;
import io.margay.spi.tls.TlsSettings;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The keys and certificates of connections to other brokers. Files are read again when they have changed, and settings each time files are.
 * Safe for all threads.
 */
final class ClientTls {
  /** There is one for each listener of brokers and each link to another cluster. */
  private static final int MAX_KEPT = 64;

  private record Kept(TlsMaterial material, SslContext context, List<Object> settings) { }

  /** Guarded by this. */
  private final Map<Access, Kept> kept = new LinkedHashMap<>(16, 0.75f, true) {
    private static final long serialVersionUID = 1L;

    @Override
    protected boolean removeEldestEntry(Map.Entry<Access, Kept> eldest) {
      return size() > MAX_KEPT;
    }
  };

  /**
   * What a connection is encrypted with; may read files.
   *
   * @throws IOException when the settings or files cannot be used
   */
  synchronized SslContext context(Access access, NodeSettings node) throws IOException {
    if (access.values() == null && node == null) {
      throw new IOException("the settings are not there now");
    }
    SettingValues values = access.values() != null ? access.values() : new ListenerValues(node, access.listener(), null);
    try {
      return context(access, values);
    } catch (IllegalArgumentException e) { // from a value that is not one of its setting, or that TLS does not know
      throw new IOException("TLS cannot be used as it is set: " + e.getMessage(), e);
    }
  }

  private SslContext context(Access access, SettingValues values) throws IOException {
    List<Object> settings = settings(values);
    Kept known = kept.get(access);
    if (known != null && known.settings.equals(settings) && !known.material.changed()) {
      return known.context;
    }
    TlsMaterial material = TlsMaterial.read(values);
    SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.JDK).protocols(values.get(TlsSettings.SSL_ENABLED_PROTOCOLS))
        .trustManager(material.trust()).endpointIdentificationAlgorithm(identification(values));
    List<String> ciphers = values.get(TlsSettings.SSL_CIPHER_SUITES);
    if (!ciphers.isEmpty()) {
      builder.ciphers(ciphers);
    }
    if (material.keys() != null) {
      builder.keyManager(material.keys());
    }
    SslContext made = builder.build();
    kept.put(access, new Kept(material, made, settings));
    return made;
  }

  private static String identification(SettingValues values) {
    String algorithm = values.get(TlsSettings.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM);
    return algorithm == null || algorithm.isBlank() ? null : "HTTPS";
  }

  private static List<Object> settings(SettingValues values) {
    return new TlsSettings().catalogue().settings().stream().<Object>map(s -> String.valueOf((Object) values.get(s))).toList();
  }
}
