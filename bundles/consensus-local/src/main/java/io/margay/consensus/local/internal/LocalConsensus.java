package io.margay.consensus.local.internal;

import io.margay.model.Clock;
import io.margay.model.Endpoint;
import io.margay.model.FaultHandler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ClusterIdentity;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.consensus.FormerMetadata;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.consensus.QuorumNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Opens the log in {@code metadata.log.dir} and registers it as the service while the component is active. Refuses to start, and
 * says why, when the data belong to another node. Where the settings name other nodes of a quorum, it registers only what this node
 * has from the time when it was alone: the replicated log waits for that, so that there is exactly one log.
 *
 * <p>When this bundle is updated, what is being written is finished and what waits fails, so that clients ask again. The
 * controller holds a static reference to the service: it restarts with it and replays the log.
 */
@Component(service = {}, immediate = true)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.consensus.MetadataLog\"")
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.consensus.MetadataQuorum\"")
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.consensus.FormerMetadata\"")
public final class LocalConsensus {
  private static final String QUORUM = "quorum";

  private final LocalMetadataLog log;
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();

  /**
   * Opens the log.
   *
   * @param context registers the service
   * @param settings who this node is and where its data are
   * @param faults told when the disk fails or the data are another node's
   */
  @Activate
  public LocalConsensus(BundleContext context, @Reference NodeSettings settings, @Reference FaultHandler faults) {
    Path directory = Path.of(settings.get(ConsensusSettings.METADATA_LOG_DIR));
    LocalMetadataLog.Limits limits = LocalMetadataLog.Limits.of(settings);
    int nodeId = settings.nodeId().value();
    if (replicated(settings)) {
      log = null;
      registrations.add(context.registerService(FormerMetadata.class, new LocalFormerMetadata(directory, nodeId, limits, faults), null));
      return;
    }
    log = open(directory, nodeId, settings.get(ConsensusSettings.MARGAY_CLUSTER_ID), limits, faults);
    List<Endpoint> advertised = settings.advertisedListeners();
    QuorumNode self = advertised.isEmpty() ? new QuorumNode(nodeId, "", 0)
        : new QuorumNode(nodeId, advertised.get(0).host(), advertised.get(0).port());
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("consensus", "local");
    registrations.add(context.registerService(MetadataQuorum.class, new LocalQuorum(self, log), properties));
    registrations.add(context.registerService(MetadataLog.class, log, properties));
  }

  static LocalMetadataLog open(Path directory, int nodeId, String clusterId, LocalMetadataLog.Limits limits, FaultHandler faults) {
    try {
      Files.createDirectories(directory);
      if (Files.isDirectory(directory.resolve(QUORUM))) {
        throw new ClusterIdentity.MismatchException("This node is part of a metadata quorum, see " + directory.resolve(QUORUM)
            + ". Set controller.quorum.voters as before, or choose another data directory.");
      }
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
    for (int i = registrations.size() - 1; i >= 0; i--) {
      registrations.get(i).unregister();
    }
    if (log != null) {
      log.close();
    }
  }

  /**
   * Whether the metadata of this node is replicated. A list of voters that names this node alone, as Kafka's files for one node have
   * it, is not enough.
   *
   * @param settings the settings of this node
   * @return whether there are other nodes that have the metadata too
   */
  private static boolean replicated(NodeSettings settings) {
    List<String> voters = settings.get(ConsensusSettings.CONTROLLER_QUORUM_VOTERS);
    if (!voters.isEmpty()) {
      return voters.size() > 1 || !voters.get(0).startsWith(settings.nodeId().value() + "@");
    }
    return !settings.get(ConsensusSettings.PROCESS_ROLES).contains("controller")
        && !settings.get(ConsensusSettings.CONTROLLER_QUORUM_BOOTSTRAP_SERVERS).isEmpty();
  }
}
