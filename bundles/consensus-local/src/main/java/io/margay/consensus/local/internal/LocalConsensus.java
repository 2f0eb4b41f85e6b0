package io.margay.consensus.local.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.StateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * The service: opens the log in {@code metadata.log.dir} while the component is active. Refuses to start, and says
 * why, when the data belong to another node.
 *
 * <p>When this bundle is updated, what is being written is finished and what waits fails, so that clients ask again. The
 * controller holds a static reference to this service: it restarts with it and replays the log.
 */
@Component(service = MetadataLog.class, property = "consensus=local")
public final class LocalConsensus implements MetadataLog {
  private final LocalMetadataLog log;

  /**
   * Opens the log.
   *
   * @param settings who this node is and where its data are
   * @param faults told when the disk fails or the data are another node's
   */
  @Activate
  public LocalConsensus(@Reference NodeSettings settings, @Reference FaultHandler faults) {
    this(Path.of(settings.get(ConsensusSettings.METADATA_LOG_DIR)), settings.nodeId().value(),
        settings.get(ConsensusSettings.MARGAY_CLUSTER_ID), LocalMetadataLog.Limits.of(settings), faults);
  }

  LocalConsensus(Path directory, int nodeId, String clusterId, LocalMetadataLog.Limits limits, FaultHandler faults) {
    try {
      Files.createDirectories(directory);
      ClusterIdentity identity = ClusterIdentity.loadOrCreate(directory, nodeId, clusterId);
      this.log = LocalMetadataLog.open(directory, identity, limits, Clock.SYSTEM, faults);
    } catch (IOException | ClusterIdentity.MismatchException e) {
      faults.onFault("The metadata log in " + directory + " could not be opened: " + e.getMessage(), e);
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Ends the log. */
  @Deactivate
  public void deactivate() throws IOException {
    log.close();
  }

  @Override
  public void attach(StateMachine machine) {
    log.attach(machine);
  }

  @Override
  public void detach(StateMachine machine) {
    log.detach(machine);
  }

  @Override
  public CompletionStage<byte[]> propose(byte[] command) {
    return log.propose(command);
  }

  @Override
  public boolean isLeader() {
    return log.isLeader();
  }

  @Override
  public int leaderId() {
    return log.leaderId();
  }

  @Override
  public String clusterId() {
    return log.clusterId();
  }
}
