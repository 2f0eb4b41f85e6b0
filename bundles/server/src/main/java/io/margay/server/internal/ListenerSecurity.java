package io.margay.server.internal;

import io.margay.model.Endpoint;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.config.ListenerValues;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.margay.spi.security.PrincipalRules;
import io.margay.spi.security.SaslMechanism;
import io.margay.spi.security.SaslSettings;
import io.margay.spi.tls.TlsSettings;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What listeners ask of their clients, from the settings of this node. Settings are evaluated when listeners are bound and when they change,
 * not for each connection. Nothing of TLS is loaded while no listener has it.
 */
final class ListenerSecurity implements Security {
  private static final Logger LOG = LoggerFactory.getLogger(ListenerSecurity.class);
  private static final long DRAIN_MS = 200;
  /** The default, for the sake of Kafka: where it is not meant, nothing is set for it. */
  private static final String KERBEROS = "GSSAPI";
  private static final Set<String> PROTOCOLS = Set.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");

  private final NodeSettings settings;
  private final RequestAudit audit;
  private final NamedServices<SaslMechanism> mechanisms = new NamedServices<>("SASL mechanism", DRAIN_MS);
  private final AtomicLong keptBytes = new AtomicLong();
  private volatile Prepared now = new Prepared(List.of(), Map.of(), Map.of());
  /** The files that could not be used when they had changed last, as they were then; guarded by this. */
  private List<Object> refused = List.of();

  /**
   * What was read for some listeners. Immutable.
   *
   * @param listeners which
   * @param rules by the listener's name
   * @param tls by the listener's name, for those with TLS
   */
  record Prepared(List<Endpoint> listeners, Map<String, Rules> rules, Map<String, TlsListener> tls) { }

  /** @param audit records failed logins, changes and denied requests */
  ListenerSecurity(NodeSettings settings, RequestAudit audit) {
    this.settings = settings;
    this.audit = audit;
  }

  @Override
  public RequestAudit audit() {
    return audit;
  }

  /** The mechanisms, as their bundles come and go. */
  NamedServices<SaslMechanism> mechanisms() {
    return mechanisms;
  }

  @Override
  public SslContext tls(String listener) {
    TlsListener known = now.tls.get(listener);
    return known == null ? null : known.context();
  }

  @Override
  public Rules rules(String listener) {
    Rules known = now.rules.get(listener);
    return known != null ? known : NONE.rules(listener);
  }

  @Override
  public long maxReauthMs(String listener, String mechanism) {
    return new ListenerValues(settings, listener, mechanism).get(SaslSettings.CONNECTIONS_MAX_REAUTH_MS);
  }

  @Override
  public boolean keeps(long bytes) {
    return keptBytes.addAndGet(bytes) <= settings.get(NetworkSettings.MARGAY_PREAUTH_MEMORY_BYTES);
  }

  @Override
  public CompletionStage<Lease<SaslMechanism>> mechanism(String name) {
    return mechanisms.await(name, settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS));
  }

  /**
   * Reads the keys of all listeners with TLS, and what else they ask for; may block. Listeners that are bound already go on with what they
   * have when this fails.
   *
   * @return what counted before, for {@link #restore} when the listeners cannot be bound
   * @throws IOException when a listener cannot be served as it is set; the message names it
   */
  synchronized Prepared prepare(List<Endpoint> listeners) throws IOException {
    Prepared before = now;
    now = read(listeners);
    refused = List.of();
    warn();
    return before;
  }

  /** The listeners that were prepared last are not those that are bound: these are. */
  synchronized void restore(Prepared before) {
    now = before;
  }

  /** The same as {@link #prepare} without effect. */
  void check(List<Endpoint> listeners) throws IOException {
    read(listeners);
  }

  private Prepared read(List<Endpoint> listeners) throws IOException {
    Map<String, Rules> into = new HashMap<>();
    Map<String, TlsListener> secured = new HashMap<>();
    for (Endpoint listener : listeners) {
      if (!PROTOCOLS.contains(listener.protocol())) {
        throw new IOException("listener " + listener + " asks for " + listener.protocol() + ", which is none of " + PROTOCOLS);
      }
      if (listener.protocol().equals("PLAINTEXT")) {
        continue;
      }
      try {
        into.put(listener.listener(), rules(listener));
        if (listener.protocol().endsWith("SSL")) {
          secured.put(listener.listener(), TlsListener.read(listener.listener(), new ListenerValues(settings, listener.listener(), null)));
        }
      } catch (IOException | IllegalArgumentException e) {
        throw new IOException("listener " + listener + " cannot be served: " + e.getMessage(), e);
      }
    }
    return new Prepared(List.copyOf(listeners), into, secured);
  }

  private Rules rules(Endpoint listener) throws IOException {
    ListenerValues values = new ListenerValues(settings, listener.listener(), null);
    List<String> enabled = values.get(SaslSettings.SASL_ENABLED_MECHANISMS);
    if (listener.protocol().startsWith("SASL") && enabled.equals(List.of(KERBEROS))
        && new ListenerValues(settings, listener.listener(), KERBEROS).get(SaslSettings.SASL_JAAS_CONFIG) == null) {
      throw new IOException("it asks for a login, and sasl.enabled.mechanisms is GSSAPI, which needs keys in sasl.jaas.config; set that, or set"
          + " sasl.enabled.mechanisms to SCRAM-SHA-512");
    }
    return new Rules(enabled, values.get(SaslSettings.SASL_SERVER_MAX_RECEIVE_SIZE), settings.get(NetworkSettings.MARGAY_PREAUTH_TIMEOUT_MS),
        values.get(SaslSettings.CONNECTION_FAILED_AUTHENTICATION_DELAY_MS),
        PrincipalRules.parse(TlsSettings.SSL_PRINCIPAL_MAPPING_RULES.name(),
            values.get(TlsSettings.SSL_PRINCIPAL_MAPPING_RULES)));
  }

  /** @return whether any of these settings matters here */
  static boolean concerns(Set<String> names) {
    return names.stream().anyMatch(name -> name.startsWith("listener.name.") || name.startsWith("ssl.") || name.startsWith("sasl.")
        || name.startsWith("connection") || name.equals(NetworkSettings.MARGAY_PREAUTH_TIMEOUT_MS.name())
        || name.equals(TlsSettings.MARGAY_TLS_ENGINE.name()));
  }

  /**
   * Settings or files have changed: new connections to the listeners that are bound get what they say now. What cannot be used has no effect,
   * and the log says so once.
   */
  synchronized void readAgain() {
    Prepared before = now;
    if (before.rules.isEmpty()) {
      return;
    }
    List<Object> files = files(before);
    try {
      prepare(before.listeners);
      if (hasTls()) {
        LOG.info("New connections use the keys and certificates that are set now listeners={}", now.tls.keySet());
      }
    } catch (IOException e) {
      refused = files;
      LOG.error("What is set for TLS or SASL cannot be used, and what was used before goes on: {}", e.getMessage());
    }
  }

  private static List<Object> files(Prepared of) {
    return of.tls.values().stream().<Object>map(TlsListener::filesNow).toList();
  }

  /** @return whether a file with keys or certificates is another one now, and not one that was tried already */
  synchronized boolean filesChanged() {
    return now.tls.values().stream().anyMatch(TlsListener::changed) && !files(now).equals(refused);
  }

  /** @return whether there are files to look at */
  boolean hasTls() {
    return !now.tls.isEmpty();
  }

  /** Warns of certificates that are about to expire. */
  void warn() {
    now.tls.values().forEach(listener -> listener.warn(settings.get(TlsSettings.MARGAY_TLS_EXPIRY_WARNING_DAYS)));
  }
}
