package io.margay.quotas.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.quota.ClientQuotas;
import java.util.Hashtable;
import java.util.Map;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers the limits of the cluster's metadata while there are any. When this bundle is updated, no limit counts until the next version
 * knows them, and what was used before is forgotten. Images come from one thread at a time.
 */
@Component(service = MetadataPublisher.class, immediate = true)
public final class QuotasComponent implements MetadataPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(QuotasComponent.class);

  private final BundleContext context;
  private final Quotas quotas;
  private final NodeSettings.Registration changes;
  @SuppressWarnings("rawtypes")
  private final ServiceRegistration<Supplier> counters;
  /** Guarded by this. */
  private ServiceRegistration<ClientQuotas> registration;
  /** Guarded by this. */
  private boolean closed;

  /** Waits for the limits. */
  @Activate
  public QuotasComponent(BundleContext context, @Reference NodeSettings settings) {
    this.context = context;
    this.quotas = new Quotas(Clock.SYSTEM, new UsageTable(Windows.of(settings), () -> settings.get(QuotaSettings.MARGAY_QUOTA_MEMORY_BYTES),
        new LineLimit(Clock.SYSTEM)));
    this.changes = settings.onChange(names -> {
      if (names.stream().anyMatch(name -> name.startsWith("quota.window.") || name.startsWith("controller.quota.window."))) {
        quotas.windows(Windows.of(settings));
      }
    });
    // A type of the JDK, for bundles that must not depend on the contracts.
    Supplier<Map<String, Long>> counted = quotas::counters;
    this.counters = context.registerService(Supplier.class, counted, new Hashtable<>(Map.of("margay.counters", "quotas")));
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    if (!delta.first() && delta.changedConfigs().stream().noneMatch(r -> r.type() == ConfigResource.Type.CLIENT_QUOTA)) {
      return;
    }
    QuotaLimits limits = QuotaLimits.of(image);
    quotas.limits(limits);
    ServiceRegistration<ClientQuotas> unneeded = null;
    synchronized (this) {
      if (limits.isEmpty()) {
        unneeded = registration;
        registration = null;
      } else if (registration == null && !closed) {
        registration = context.registerService(ClientQuotas.class, quotas, null);
        LOG.info("Client quotas count from now on");
      }
    }
    if (unneeded != null) {
      unneeded.unregister();
      LOG.info("There are no client quotas any more");
    }
  }

  /** Nothing is limited from now on. */
  @Deactivate
  public void close() {
    changes.close();
    counters.unregister();
    ServiceRegistration<ClientQuotas> registered;
    synchronized (this) {
      closed = true;
      registered = registration;
      registration = null;
    }
    if (registered != null) {
      registered.unregister();
    }
  }
}
