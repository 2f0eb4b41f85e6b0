package io.margay.consensus.ratis.internal;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.config.SettingValues;
import io.margay.spi.security.AuthorizerSettings;
import io.margay.spi.security.PrincipalRules;
import io.margay.spi.tls.TlsMaterial;
import io.margay.spi.tls.TlsSettings;
import java.io.IOException;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.apache.ratis.grpc.GrpcTlsConfig;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SslProvider;
import org.apache.ratis.thirdparty.io.netty.handler.ssl.SupportedCipherSuiteFilter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS between the nodes of the quorum. Each side shows a certificate, and each side lets in who has this node's own name or is a super user, by
 * {@code ssl.principal.mapping.rules}: that clients trust the same authority does not make a client a node. Files are read again when they have
 * changed, for the next connection; while they cannot be used, the former ones stay. Safe for all threads.
 */
final class QuorumTls {
  private static final Logger LOG = LoggerFactory.getLogger(QuorumTls.class);

  /** Keys and certificates that were read together. */
  private record Read(TlsMaterial material, X509ExtendedKeyManager keys, X509ExtendedTrustManager trust) { }

  private final NodeSettings settings;
  private final SettingValues values;
  private final LineLimit lines = new LineLimit(Clock.SYSTEM);
  private final String listener;
  /** Guarded by this, as those below. */
  private Read latest;
  private Object refusedFiles;

  /**
   * Reads the keys.
   *
   * @param listener the name whose settings count: {@code listener.name.NAME.ssl.}
   * @throws IOException when they cannot be used
   * @throws IllegalArgumentException when the rules for names are none
   */
  QuorumTls(NodeSettings settings, String listener) throws IOException {
    this.settings = settings;
    this.listener = listener;
    this.values = new ListenerValues(settings, listener, null);
    this.latest = read();
    rules();
  }

  private PrincipalRules rules() {
    return PrincipalRules.parse("ssl.principal.mapping.rules", values.get(TlsSettings.SSL_PRINCIPAL_MAPPING_RULES));
  }

  private Read read() throws IOException {
    TlsMaterial material;
    try {
      material = TlsMaterial.read(values);
    } catch (IllegalArgumentException e) { // a value that is not one of its setting
      throw new IOException(e.getMessage(), e);
    }
    if (material.keys() == null || material.trust() == null) {
      throw new IOException("the metadata quorum needs a certificate and whom to trust: set " + (material.keys() == null ? "ssl.keystore.location"
          : "ssl.truststore.location") + " or listener.name." + listener.toLowerCase(Locale.ROOT) + (material.keys() == null
          ? ".ssl.keystore.location" : ".ssl.truststore.location"));
    }
    return new Read(material, one(material.keys().getKeyManagers(), X509ExtendedKeyManager.class),
        one(material.trust().getTrustManagers(), X509ExtendedTrustManager.class));
  }

  private static <T> T one(Object[] managers, Class<T> type) throws IOException {
    return Arrays.stream(managers).filter(type::isInstance).map(type::cast).findFirst()
        .orElseThrow(() -> new IOException("the Java runtime has no " + type.getSimpleName() + " for these keys"));
  }

  /** What Ratis is given; it stays valid when files change. */
  GrpcTlsConfig config() {
    GrpcTlsConfig.Builder config = GrpcTlsConfig.newBuilder().setMutualTls(true).setKeyManager(new OwnKeys()).setTrustManager(new Trust())
        .setSslProvider(SslProvider.JDK).setProtocols(values.get(TlsSettings.SSL_ENABLED_PROTOCOLS));
    List<String> ciphers = values.get(TlsSettings.SSL_CIPHER_SUITES);
    if (!ciphers.isEmpty()) {
      config.setCipherSuites(ciphers).setCipherSuiteFilter(SupportedCipherSuiteFilter.INSTANCE);
    }
    return config.build();
  }

  /** The keys of the next connection. A stat of each file when nothing has changed. */
  private synchronized Read latest() {
    if (!latest.material.changed()) {
      return latest;
    }
    Object files = latest.material.filesNow();
    if (!files.equals(refusedFiles)) {
      try {
        latest = read();
        LOG.info("The certificate of the metadata quorum was read again subject={}", ownName());
      } catch (IOException e) {
        refusedFiles = files;
        LOG.error("The certificate of the metadata quorum cannot be read again, the former one stays cause={}", e.getMessage());
      }
    }
    return latest;
  }

  /** Warns in the log when this node's certificate expires soon. Reads it again if it has changed, so it may block. */
  void warnOfExpiry() {
    latest().material.warnOfExpiry(listener, settings.get(TlsSettings.MARGAY_TLS_EXPIRY_WARNING_DAYS));
  }

  private synchronized X509Certificate own() {
    return latest.material.chain().get(0);
  }

  private String ownName() {
    return own().getSubjectX500Principal().getName();
  }

  /** @throws CertificateException when this certificate is not that of a node of the quorum */
  private void requireNode(X509Certificate shown) throws CertificateException {
    PrincipalRules rules = rules();
    String name = rules.name(shown.getSubjectX500Principal().getName());
    String own = rules.name(ownName());
    if (name == null || !name.equals(own) && !AuthorizerSettings.superUsers(settings.get(AuthorizerSettings.SUPER_USERS)).contains("User:" + name)) {
      throw new CertificateException("User:" + name + " has neither the name of this node's certificate, User:" + own
          + ", nor is it one of super.users");
    }
  }

  private CertificateException refused(CertificateException why, X509Certificate[] shown) {
    long held = lines.pass("certificate");
    if (held != LineLimit.HELD) {
      LOG.warn("A certificate at the port of the metadata quorum is refused subject={} cause={} sinceLast={}", shown == null || shown.length == 0 ? null
          : shown[0].getSubjectX500Principal(), why.getMessage(), held);
    }
    return why;
  }

  /** The trust of the moment, and that only nodes are let in. */
  private final class Trust extends X509ExtendedTrustManager {
    private interface Check {
      void by(X509ExtendedTrustManager trust) throws CertificateException;
    }

    private void check(X509Certificate[] chain, Check check) throws CertificateException {
      try {
        check.by(latest().trust);
        requireNode(chain[0]);
      } catch (CertificateException e) {
        throw refused(e, chain);
      }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
      check(chain, trust -> trust.checkClientTrusted(chain, type, engine));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
      // with the engine the name of the host is compared, because gRPC asks for that
      check(chain, values.get(TlsSettings.SSL_ENDPOINT_IDENTIFICATION_ALGORITHM).isBlank() ? trust -> trust.checkServerTrusted(chain, type)
          : trust -> trust.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
      check(chain, trust -> trust.checkClientTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
      check(chain, trust -> trust.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
      check(chain, trust -> trust.checkClientTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
      check(chain, trust -> trust.checkServerTrusted(chain, type));
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return latest().trust.getAcceptedIssuers();
    }
  }

  /** The key of the moment. An alias leads back to the keys that it was chosen from, so that a key and its certificate belong together. */
  private final class OwnKeys extends X509ExtendedKeyManager {
    /** The last two that were used; an alias has the number of its keys before it. Guarded by this. */
    private final Read[] used = new Read[2];
    private int number;

    private String choose(Function<X509ExtendedKeyManager, String> how) {
      Read read = latest();
      String alias = how.apply(read.keys);
      return alias == null ? null : number(read) + ":" + alias;
    }

    private synchronized int number(Read read) {
      if (used[number % 2] != read) {
        number++;
        used[number % 2] = read;
      }
      return number;
    }

    private synchronized X509ExtendedKeyManager of(String alias) {
      return used[Integer.parseInt(alias.substring(0, alias.indexOf(':'))) % 2].keys;
    }

    private static String plain(String alias) {
      return alias.substring(alias.indexOf(':') + 1);
    }

    @Override
    public String chooseEngineClientAlias(String[] types, Principal[] issuers, SSLEngine engine) {
      return choose(keys -> keys.chooseEngineClientAlias(types, issuers, engine));
    }

    @Override
    public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
      return choose(keys -> keys.chooseEngineServerAlias(type, issuers, engine));
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
      return choose(keys -> keys.chooseClientAlias(types, issuers, socket));
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
      return choose(keys -> keys.chooseServerAlias(type, issuers, socket));
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
      return aliases(keys -> keys.getClientAliases(type, issuers));
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
      return aliases(keys -> keys.getServerAliases(type, issuers));
    }

    private String[] aliases(Function<X509ExtendedKeyManager, String[]> how) {
      Read read = latest();
      String[] plain = how.apply(read.keys);
      return plain == null ? null : Stream.of(plain).map(alias -> number(read) + ":" + alias).toArray(String[]::new);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return of(alias).getCertificateChain(plain(alias));
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return of(alias).getPrivateKey(plain(alias));
    }
  }
}
