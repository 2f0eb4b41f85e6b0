package io.margay.http.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.spi.audit.AuditQueue;
import io.margay.spi.audit.AuditSettings;
import io.margay.spi.audit.AuditSource;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import io.margay.spi.security.SaslMechanism;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.ComponentContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens and closes {@link HttpServing} when {@code margay.http.listeners} changes. This happens on a thread of its own, one change
 * after the other. While the setting is empty, only this object exists. The producer, the metadata and the server may be replaced while
 * requests are in flight; these requests wait, and connections stay.
 */
@Component(service = {}, immediate = true)
public final class HttpComponent {
  private static final Logger LOG = LoggerFactory.getLogger(HttpComponent.class);
  private static final long DRAIN_MS = 5_000;
  /** Clients of the server wait as long as records that are in flight when it goes. */
  private static final long CLIENT_DRAIN_MS = 500;

  private final NodeSettings settings;
  private final Scheduler scheduler;
  private final NamedServices<LocalClient> clients = new NamedServices<>("server", CLIENT_DRAIN_MS);
  private final NamedServices<Producer> producers = new NamedServices<>("producer", DRAIN_MS);
  private final HealthService health = new HealthService(this::checks);
  private final NamedServices<SaslMechanism> mechanisms = new NamedServices<>("SASL mechanism", CLIENT_DRAIN_MS);
  private final AuditQueue audit;
  private final ServiceRegistration<AuditSource> audited;
  private final HttpLogins logins;
  private final ComponentContext component;
  private volatile ServiceReference<HealthCheckExecutor> checks;
  private final NodeSettings.Registration changes;
  private volatile ClusterMetadata metadata;
  private volatile ClusterImage lastImage = ClusterImage.EMPTY;
  private volatile boolean closed;

  // guarded by applying
  private final Object applying = new Object();
  private List<HttpListener> open = List.of();
  private HttpServing serving;

  /**
   * @param component finds what runs health checks
   * @param settings the listeners and limits
   * @param scheduler for bounded waits
   */
  @Activate
  public HttpComponent(ComponentContext component, @Reference NodeSettings settings, @Reference Scheduler scheduler) {
    this.component = component;
    this.settings = settings;
    this.scheduler = scheduler;
    this.audit = new AuditQueue("http", Clock.SYSTEM, () -> settings.get(AuditSettings.MARGAY_AUDIT_QUEUE_BYTES),
        () -> settings.get(AuditSettings.MARGAY_AUDIT_REPEAT_MS));
    this.audited = component.getBundleContext().registerService(AuditSource.class, audit, null);
    this.logins = new HttpLogins(settings, mechanisms, audit, Clock.SYSTEM);
    this.changes = settings.onChange(names -> {
      if (names.contains(HttpSettings.MARGAY_HTTP_LISTENERS.name())) {
        applyLater();
      }
    });
    if (!settings.get(HttpSettings.MARGAY_HTTP_LISTENERS).isEmpty()) {
      applyLater();
    }
  }

  /** Called when a producer is registered. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addProducer(Producer producer) {
    producers.add(producer, Map.of(NamedServices.NAME_PROPERTY, Producing.PRODUCER));
  }

  /** Called when a producer is unregistered. */
  void removeProducer(Producer producer) {
    producers.remove(producer);
  }

  /** Called when the server registers what sends records that already have a partition. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addClient(LocalClient client) {
    clients.add(client, Map.of(NamedServices.NAME_PROPERTY, Producing.CLIENT));
  }

  /** Called when the server is about to go: records in flight are answered first. */
  void removeClient(LocalClient client) {
    clients.remove(client);
  }

  /** Called when a mechanism by which clients log in is registered. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addMechanism(SaslMechanism mechanism, Map<String, Object> properties) {
    mechanisms.add(mechanism, properties);
  }

  /** Called when it is unregistered. */
  void removeMechanism(SaslMechanism mechanism) {
    mechanisms.remove(mechanism);
  }

  /** Called when the metadata service is registered. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindMetadata(ClusterMetadata service) {
    metadata = service;
  }

  /** Called when the metadata service is unregistered. The last image stays in use until the service is back. */
  void unbindMetadata(ClusterMetadata service) {
    if (metadata == service) {
      lastImage = service.image();
      metadata = null;
    }
  }

  /** Called when what runs health checks is registered. It and the checks are not created before a request asks for them. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindHealth(ServiceReference<HealthCheckExecutor> reference) {
    checks = reference;
  }

  /** Called when it is unregistered. */
  void unbindHealth(ServiceReference<HealthCheckExecutor> reference) {
    if (reference.equals(checks)) {
      checks = null;
    }
  }

  private HealthCheckExecutor checks() {
    ServiceReference<HealthCheckExecutor> now = checks;
    return now == null ? null : component.locateService("Health", now);
  }

  private ClusterImage image() {
    ClusterMetadata now = metadata;
    return now == null ? lastImage : now.image();
  }

  /** Applies the setting on another thread, because opening and closing listeners takes a while and the caller must not wait. */
  private void applyLater() {
    Thread t = new Thread(this::apply, "http-listeners");
    t.setDaemon(true);
    t.start();
  }

  private void apply() {
    synchronized (applying) {
      List<HttpListener> wanted = closed ? List.of() : HttpListener.parse(settings.get(HttpSettings.MARGAY_HTTP_LISTENERS));
      if (wanted.equals(open)) {
        return;
      }
      if (serving != null) {
        serving.close();
        serving = null;
        LOG.info("HTTP is no longer served listeners={}", open);
      }
      open = wanted;
      if (!wanted.isEmpty()) {
        try {
          serving = new HttpServing(settings, scheduler, new HttpServing.Parts(clients, producers, this::image, health, logins), wanted);
          LOG.info("HTTP is served listeners={}", wanted);
        } catch (IOException | RuntimeException e) {
          LOG.error("HTTP cannot be served: {} listeners={}", e.getMessage(), wanted, e);
          open = List.of();
        }
      }
    }
  }

  /** Answers open requests, and closes the listeners. */
  @Deactivate
  void close() {
    closed = true;
    changes.close();
    apply();
    health.close();
    logins.close();
    audited.unregister();
  }
}
