package io.margay.consensus.ratis.internal;

import io.margay.model.Clock;
import io.margay.model.FaultHandler;
import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.consensus.ConsensusSettings;
import io.margay.spi.consensus.FormerMetadata;
import io.margay.spi.consensus.MetadataLog;
import io.margay.spi.consensus.MetadataQuorum;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes part in the quorum that the settings name, and registers the log as the service. Where they name none, it is not activated,
 * and no class of Ratis is loaded. A node that cannot take part does not start, and says why.
 *
 * <p>When this bundle is updated, this node leaves the quorum for as long as that takes. The controller holds a static reference
 * to the service: it restarts with it.
 */
@Component(service = {}, immediate = true)
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.consensus.MetadataLog\"")
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.consensus.MetadataQuorum\"")
public final class RatisConsensus {
  private static final Logger LOG = LoggerFactory.getLogger(RatisConsensus.class);
  private static final long DISCOVERY_PAUSE_MS = 300;
  private static final long DAY_MS = TimeUnit.DAYS.toMillis(1);

  private final BundleContext context;
  private final List<ServiceRegistration<?>> registrations = new ArrayList<>();
  private final FaultHandler faults;
  private final FormerMetadata former;
  private final Scheduler.Timer warnings;
  private AutoCloseable log;
  private RetryThread discovery;
  /** Null when the settings cannot be used. */
  private volatile QuorumTransport transport;
  private boolean closed;

  /**
   * Joins the quorum.
   *
   * @param context registers the service
   * @param settings who this node is, and who the others are
   * @param faults told when this node cannot take part
   * @param former what this node has from the time when it was alone; there is such a service only where the metadata is replicated
   * @param scheduler looks once a day whether the certificate expires
   */
  @Activate
  public RatisConsensus(BundleContext context, @Reference NodeSettings settings, @Reference FaultHandler faults,
      @Reference FormerMetadata former, @Reference Scheduler scheduler) {
    this.context = context;
    this.warnings = scheduler.every(DAY_MS, DAY_MS, this::warn);
    this.faults = faults;
    this.former = former;
    List<String> servers = settings.get(ConsensusSettings.CONTROLLER_QUORUM_BOOTSTRAP_SERVERS);
    try {
      QuorumConfig config = QuorumConfig.of(settings);
      QuorumTransport network = QuorumTransport.of(settings);
      transport = network;
      network.warnOfExpiry();
      if (network.isOpen() && settings.listeners().stream().anyMatch(l -> l.protocol().endsWith("SSL"))) {
        LOG.warn("The port of the metadata quorum has neither TLS nor a login, only nodes may reach it: give the listener of "
            + "controller.listener.names the protocol SSL port={}", config.self().port());
      }
      if (config.voters().isEmpty()) {
        discovery = new RetryThread("metadata-quorum-discovery", () -> discover(config, network, servers));
        discovery.start(0);
      } else {
        open(config, network);
      }
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      refuse(e.getMessage(), e);
    }
  }

  private void warn() {
    QuorumTransport now = transport;
    if (now != null) {
      CompletableFuture.runAsync(now::warnOfExpiry); // may read files
    }
  }

  private long discover(QuorumConfig config, QuorumTransport transport, List<String> servers) {
    QuorumConfig complete;
    try {
      complete = config.withVoters(Discovery.voters(config, transport, servers));
    } catch (IOException e) {
      LOG.info("The metadata quorum is not found yet why={}", e.getMessage());
      return DISCOVERY_PAUSE_MS;
    } catch (IllegalArgumentException e) {
      refuse(e.getMessage(), e);
      return RetryThread.DONE;
    }
    try {
      open(complete, transport);
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      refuse(e.getMessage(), e);
    }
    return RetryThread.DONE;
  }

  private synchronized void open(QuorumConfig config, QuorumTransport transport) throws IOException {
    if (closed) {
      return;
    }
    RatisMetadataLog opened = new RatisMetadataLog(config, transport, former, Clock.SYSTEM, faults, why -> refuse(why, null));
    log = opened;
    Dictionary<String, Object> properties = new Hashtable<>();
    properties.put("consensus", "ratis");
    registrations.add(context.registerService(MetadataQuorum.class, opened.quorum(), properties));
    registrations.add(context.registerService(MetadataLog.class, opened, properties));
  }

  private void refuse(String reason, Exception cause) {
    if (cause != null) {
      LOG.debug("This node cannot take part in the metadata quorum", cause);
    }
    faults.onFatal("This node cannot take part in the metadata quorum: " + reason);
  }

  /** Leaves the quorum until the next start. */
  @Deactivate
  public void deactivate() throws Exception {
    warnings.cancel();
    if (discovery != null) {
      discovery.close();
    }
    close();
  }

  private synchronized void close() throws Exception {
    closed = true;
    for (int i = registrations.size() - 1; i >= 0; i--) {
      registrations.get(i).unregister();
    }
    if (log != null) {
      log.close();
    }
  }
}
