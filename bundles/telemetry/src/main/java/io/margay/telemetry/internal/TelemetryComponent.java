package io.margay.telemetry.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ConfigResource;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.telemetry.ClientMetricsReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Connects telemetry with the container. The two APIs are served, and so advertised, from the first {@link ClientMetricsReceiver} on: without
 * one, no client asks for a subscription. They stay when it leaves, since it may come back: then clients have no subscription.
 */
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.handler.ApiHandler\"")
@Component(service = MetadataPublisher.class, immediate = true)
public final class TelemetryComponent implements MetadataPublisher {
  private static final int MAX_WAITING = 1_000;
  private static final int IDLE_SECONDS = 10;

  private final BundleContext context;
  private final NodeSettings settings;
  private final Receivers receivers;
  private final Telemetry telemetry;
  private final ThreadPoolExecutor executor;
  /** Guarded by itself. */
  private final List<ServiceRegistration<ApiHandler>> handlers = new ArrayList<>();

  private volatile boolean subscriptionsKnown;

  /** Begins without receivers. */
  @Activate
  public TelemetryComponent(BundleContext context, @Reference NodeSettings settings, @Reference Clock clock) {
    this.context = context;
    this.settings = settings;
    this.receivers = new Receivers(new LineLimit(clock));
    this.telemetry = new Telemetry(settings, clock, receivers);
    this.executor = executor();
  }

  /** A thread that is there only while clients push. */
  private static ThreadPoolExecutor executor() {
    ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING),
        task -> {
          Thread t = new Thread(task, "telemetry");
          t.setDaemon(true);
          return t;
        });
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addReceiver(ClientMetricsReceiver receiver) {
    receivers.add(receiver);
    maybeServe();
  }

  /** Before the subscriptions are known, a client would learn that there are none, and ask again much later. */
  private void maybeServe() {
    synchronized (handlers) {
      if (handlers.isEmpty() && subscriptionsKnown && !receivers.isEmpty()) {
        for (ApiHandler handler : List.of(new GetTelemetrySubscriptionsHandler(telemetry), new PushTelemetryHandler(telemetry, executor))) {
          handlers.add(context.registerService(ApiHandler.class, handler, null));
        }
      }
    }
  }

  void removeReceiver(ClientMetricsReceiver receiver) {
    receivers.remove(receiver);
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    if (delta.first() || delta.changedConfigs().stream().anyMatch(r -> r.type() == ConfigResource.Type.CLIENT_METRICS)) {
      telemetry.subscriptions(Subscriptions.of(image, settings::topic));
      subscriptionsKnown = true;
      maybeServe();
    }
  }

  /** Finishes what clients have pushed. */
  @Deactivate
  public void close() {
    synchronized (handlers) {
      handlers.forEach(ServiceRegistration::unregister);
      handlers.clear();
    }
    executor.shutdown();
    telemetry.close();
  }
}
