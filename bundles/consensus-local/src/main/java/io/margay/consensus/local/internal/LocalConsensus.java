package io.margay.consensus.local.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.consensus.MetadataLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Opens the log in {@code metadata.log.dir} and registers it as the service while the component is active. Refuses to start, and
 * says why, when the data belong to another node. Where the settings name other nodes of a quorum, it registers nothing.
 *
 * <p>When this bundle is updated, what is being written is finished and what waits fails, so that clients ask again. The
 * controller holds a static reference to the service: it restarts with it and replays the log.
 */
@Component(service = {}, immediate = true)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.consensus.MetadataLog\"")
public final class LocalConsensus {
  private final LocalMetadataLog log;
  private final ServiceRegistration<MetadataLog> registration;

  /**
   * Opens the log.
   *
   * @param context registers the service
   * @param settings who this node is and where its data are
   * @param faults told when the disk fails or the data are another node's
   */
  @Activate
  public LocalConsensus(BundleContext context, @Reference NodeSettings settings, @Reference FaultHandler faults) {
    if (ConsensusSettings.replicated(settings)) {
      log = null;
      registration = null;
      return;
    }
    log = open(Path.of(settings.get(ConsensusSettings.METADATA_LOG_DIR)), settings.nodeId().value(),
        settings.get(ConsensusSettings.MARGAY_CLUSTER_ID), LocalMetadataLog.Limits.of(settings), faults);
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("consensus", "local");
    registration = context.registerService(MetadataLog.class, log, properties);
  }

  static LocalMetadataLog open(Path directory, int nodeId, String clusterId, LocalMetadataLog.Limits limits, FaultHandler faults) {
    try {
      Files.createDirectories(directory);
      ClusterIdentity identity = ClusterIdentity.loadOrCreate(directory, nodeId, clusterId);
      return LocalMetadataLog.open(directory, identity, limits, Clock.SYSTEM, faults);
    } catch (IOException | ClusterIdentity.MismatchException e) {
      faults.onFault("The metadata log in " + directory + " could not be opened: " + e.getMessage(), e);
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Ends the log. */
  @Deactivate
  public void deactivate() throws IOException {
    if (log != null) {
      registration.unregister();
      log.close();
    }
  }
}
