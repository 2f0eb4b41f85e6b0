package io.margay.controller.internal;

import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.controller.Controller;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.partitioner.Partitioner;
import io.margay.spi.placement.ReplicaPlacer;
import io.margay.spi.storage.StorageEngine;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The component that owns the {@link ControllerRuntime}. It does not refer to publishers: many of them need the services that it
 * provides, so {@link PublisherTracker} finds them. It keeps running when placement strategies come and go; only requests that need
 * one wait.
 *
 * <p>When this bundle is updated, or the one of the metadata log, requests under way are answered with NOT_CONTROLLER, so that
 * clients ask again, and those that arrive meanwhile wait in the server. Groups and the producer within the server hold a static
 * reference to this service and are restarted with it.
 */
@Component(service = {ClusterMetadata.class, Controller.class, ControllerService.class}, immediate = true)
public final class ControllerService implements ClusterMetadata, Controller {
  private static final long DRAIN_MS = 5_000;

  /** After the start, when what is in the folder of bundles is there. */
  private static final long CHECK_MS = 10_000;
  private static final Logger LOG = LoggerFactory.getLogger(ControllerService.class);

  private final ControllerRuntime runtime;
  private final Scheduler.Timer check;
  private final NodeServices outside;
  private final NamedServices<ReplicaPlacer> placers = new NamedServices<>("placement", DRAIN_MS);
  private final NamedServices<Partitioner> partitioners = new NamedServices<>("partitioner", DRAIN_MS);

  /**
   * Replays the metadata log.
   *
   * @param log the metadata log
   * @param settings the settings of this node
   * @param scheduler runs the timers of sessions
   * @param faults ends the process when this node cannot take part in the cluster
   * @param context finds the client
   */
  @Activate
  public ControllerService(@Reference MetadataLog log, @Reference NodeSettings settings, @Reference Scheduler scheduler,
      @Reference FaultHandler faults, BundleContext context) {
    this.outside = new NodeServices(context, Path.of(settings.get(ConsensusSettings.METADATA_LOG_DIR)), faults);
    this.runtime = new ControllerRuntime(log, settings, placers, partitioners,
        new BrokerPresence.Outside(Clock.SYSTEM, scheduler, outside));
    runtime.start();
    this.check = scheduler.after(CHECK_MS, () -> InstalledCheck.missing(settings, runtime.planner().rules().engines(), placers.names(),
        partitioners.names()).forEach(missing -> LOG.warn("What the settings name is not installed: {}", missing)));
  }

  /** A placement strategy is installed. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPlacer(ReplicaPlacer placer, Map<String, Object> properties) {
    placers.add(placer, properties);
  }

  /** A placement strategy leaves. */
  void removePlacer(ReplicaPlacer placer) {
    placers.remove(placer);
  }

  /** A partitioner is installed; its options can be checked from now on. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addPartitioner(Partitioner partitioner, Map<String, Object> properties) {
    partitioners.add(partitioner, properties);
  }

  /** A partitioner leaves. */
  void removePartitioner(Partitioner partitioner) {
    partitioners.remove(partitioner);
  }

  /** A storage engine is installed, so that topics may choose it. One that leaves is most likely being replaced. */
  @Reference(service = StorageEngine.class, cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addEngine(ServiceReference<StorageEngine> engine) {
    if (engine.getProperty(StorageEngine.NAME_PROPERTY) instanceof String name) {
      runtime.planner().rules().engineCame(name);
    }
  }

  void removeEngine(ServiceReference<StorageEngine> engine) {
    // its name stays known
  }

  /** Leaves the metadata log. */
  @Deactivate
  public void deactivate() {
    check.cancel();
    runtime.close();
    outside.close();
  }

  /** The controller, for the other components of this bundle. */
  public ControllerRuntime runtime() {
    return runtime;
  }

  @Override
  public ClusterImage image() {
    return runtime.image();
  }

  @Override
  public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
      boolean internal) {
    return runtime.createTopic(name, partitions, replicationFactor, configs, internal);
  }

  @Override
  public CompletionStage<ProducerIdBlock> allocateProducerIds() {
    return runtime.allocateProducerIds();
  }

  @Override
  public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
    return runtime.alterIsr(brokerEpoch, changes);
  }

  @Override
  public boolean registered() {
    return runtime.registered();
  }

  @Override
  public CompletionStage<Void> whenRegistered() {
    return runtime.whenRegistered();
  }

  @Override
  public CompletionStage<Void> whenActive() {
    return runtime.whenActive();
  }
}
