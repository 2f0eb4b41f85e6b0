package io.margay.replication.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.log.Logs;
import io.margay.spi.partition.LeadershipListener;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Connects {@link ReplicationContext} with the container. The handlers need it as a service, which is registered when the first
 * image has arrived: a handler that did not know the topics yet would answer that there are none. So while this bundle is updated,
 * requests wait in the server for handlers that can serve them. Immediate, so that the logs stay open while its users are replaced.
 */
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.replication.internal.ReplicationContext\"")
@Component(service = MetadataPublisher.class, immediate = true)
public final class ReplicationComponent implements MetadataPublisher {
  private final BundleContext context;
  private final ReplicationContext replication;
  private ServiceRegistration<ReplicationContext> registration;
  private boolean closed;

  /** Opens nothing yet. */
  @Activate
  public ReplicationComponent(BundleContext context, @Reference Logs logs, @Reference NodeSettings settings,
      @Reference Scheduler scheduler, @Reference Clock clock) {
    this.context = context;
    this.replication = new ReplicationContext(logs, settings, scheduler, clock);
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addListener(LeadershipListener listener) {
    replication.partitions().addListener(listener);
  }

  void removeListener(LeadershipListener listener) {
    replication.partitions().removeListener(listener);
  }

  /** Optional, so that the logs stay open while the controller's bundle is replaced. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setController(Controller controller) {
    replication.partitions().controller(controller);
  }

  void unsetController(Controller controller) {
    replication.partitions().controllerLeft(controller);
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    replication.onImage(delta, image);
    synchronized (this) {
      if (registration == null && !closed) {
        registration = context.registerService(ReplicationContext.class, replication, null);
      }
    }
  }

  /** Withdraws the context, so that the handlers leave first; then ends leaderships and closes the logs. */
  @Deactivate
  void close() {
    ServiceRegistration<ReplicationContext> registered;
    synchronized (this) {
      closed = true;
      registered = registration;
    }
    if (registered != null) {
      registered.unregister();
    }
    replication.close();
  }
}
