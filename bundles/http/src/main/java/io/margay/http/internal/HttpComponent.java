package io.margay.http.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.Scheduler;
import io.margay.spi.client.LocalClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.ConfigurationAdmin;
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
 * Opens and closes {@link HttpServing} as {@code margay.http.listeners} changes. Opening and closing happen on a thread that lives
 * for it alone, one after the other; while the setting is empty there is nothing but this object. The producer and the metadata may
 * be replaced while requests are under way: those wait.
 */
@Component(service = {}, immediate = true)
public final class HttpComponent {
  private static final Logger LOG = LoggerFactory.getLogger(HttpComponent.class);
  private static final long DRAIN_MS = 5_000;

  private final BundleContext context;
  private final NodeSettings settings;
  private final Scheduler scheduler;
  private final LocalClient client;
  private final ConfigurationAdmin configurations;
  private final NamedServices<Producer> producers = new NamedServices<>("producer", DRAIN_MS);
  private final NodeSettings.Registration changes;
  private volatile ClusterMetadata metadata;
  private volatile ClusterImage lastImage = ClusterImage.EMPTY;
  private volatile boolean closed;

  // guarded by applying
  private final Object applying = new Object();
  private List<HttpListener> open = List.of();
  private HttpServing serving;

  /**
   * @param context this bundle's
   * @param settings where to listen, and limits
   * @param scheduler for bounded waits
   * @param client sends what has a partition already
   * @param configurations tell the HTTP server where to listen
   */
  @Activate
  public HttpComponent(BundleContext context, @Reference NodeSettings settings, @Reference Scheduler scheduler,
      @Reference LocalClient client, @Reference ConfigurationAdmin configurations) {
    this.context = context;
    this.settings = settings;
    this.scheduler = scheduler;
    this.client = client;
    this.configurations = configurations;
    this.changes = settings.onChange(names -> {
      if (names.contains(HttpSettings.MARGAY_HTTP_LISTENERS.name())) {
        applyLater();
      }
    });
    if (!settings.get(HttpSettings.MARGAY_HTTP_LISTENERS).isEmpty()) {
      applyLater();
    }
  }

  /** The producer comes. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addProducer(Producer producer) {
    producers.add(producer, Map.of(NamedServices.NAME_PROPERTY, Producing.PRODUCER));
  }

  /** The producer goes. */
  void removeProducer(Producer producer) {
    producers.remove(producer);
  }

  /** The metadata come. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC,
      policyOption = ReferencePolicyOption.GREEDY)
  void bindMetadata(ClusterMetadata service) {
    metadata = service;
  }

  /** The metadata go: until they are back, what was known last counts. */
  void unbindMetadata(ClusterMetadata service) {
    if (metadata == service) {
      lastImage = service.image();
      metadata = null;
    }
  }

  private ClusterImage image() {
    ClusterMetadata now = metadata;
    return now == null ? lastImage : now.image();
  }

  /** Starting an HTTP server takes long, and the one who changes settings is not to wait for it. */
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
        LOG.info("HTTP is not served any more listeners={}", open);
      }
      open = wanted;
      if (!wanted.isEmpty()) {
        try {
          serving = new HttpServing(context, configurations, settings, scheduler, client, producers, this::image, wanted);
          LOG.info("HTTP is served listeners={}", wanted);
        } catch (IOException | BundleException | IllegalStateException e) {
          LOG.error("HTTP cannot be served listeners={}", wanted, e);
          open = List.of();
        }
      }
    }
  }

  /** Answers what is open, and closes the listeners. */
  @Deactivate
  void close() {
    closed = true;
    changes.close();
    apply();
  }
}
