package io.margay.controller.internal;

import io.margay.controller.internal.session.BrokerHistory;
import io.margay.model.BrokerId;
import io.margay.model.FaultHandler;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.consensus.MetadataQuorum;
import io.margay.spi.storage.StorageEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * Services that are looked up only when they are needed: a single node then never starts the client. Safe for all threads.
 */
final class NodeServices implements BrokerPresence.Node, AutoCloseable {
  private final BundleContext context;
  private final BrokerHistory history;
  private final FaultHandler faults;
  private ServiceReference<RemoteClient> reference;
  private RemoteClient client;

  /**
   * @param context finds the services
   * @param metadata directory of the metadata log
   * @param faults ends the process
   */
  NodeServices(BundleContext context, Path metadata, FaultHandler faults) {
    this.context = context;
    this.faults = faults;
    this.history = new BrokerHistory(metadata);
  }

  /** One that was replaced is not given again. */
  @Override
  public synchronized RemoteClient client() {
    if (client != null && reference.getBundle() == null) {
      release();
    }
    if (client == null) {
      reference = context.getServiceReference(RemoteClient.class);
      client = reference == null ? null : context.getService(reference);
    }
    return client;
  }

  private void release() {
    context.ungetService(reference);
    client = null;
    reference = null;
  }

  @Override
  public List<String> keptEngines() {
    List<String> kept = new ArrayList<>();
    try {
      Collection<ServiceReference<StorageEngine>> engines = context.getServiceReferences(StorageEngine.class, null);
      for (ServiceReference<StorageEngine> engine : engines) {
        StorageEngine service = context.getService(engine);
        if (service != null) {
          if (service.kept()) {
            kept.add(service.name());
          }
          context.ungetService(engine);
        }
      }
    } catch (InvalidSyntaxException e) {
      throw new IllegalStateException(e);
    }
    return kept;
  }

  @Override
  public BrokerHistory.Entry before() {
    return history.read();
  }

  /** Writes a small file, on the thread that publishes images: once per registration, and not forced to the disk. */
  @Override
  public void onRegistered(BrokerHistory.Entry entry) {
    history.write(entry);
  }

  /** Chooses the voter that is least behind. Where the log has no quorum service, or no other voter, nobody takes over. */
  @Override
  public CompletionStage<Void> handOverLead(Predicate<BrokerId> active) {
    ServiceReference<MetadataQuorum> quorum = context.getServiceReference(MetadataQuorum.class);
    MetadataQuorum service = quorum == null ? null : context.getService(quorum);
    if (service == null) {
      return CompletableFuture.completedStage(null);
    }
    return service.describe().thenCompose(status -> {
      Optional<MetadataQuorum.Member> next = status.members().stream()
          .filter(m -> m.voter() && m.node().id() != status.leaderId() && active.test(new BrokerId(m.node().id())))
          .max(Comparator.comparingLong(MetadataQuorum.Member::lastIndex));
      return next.isPresent() ? service.transferLeadership(next.get().node().id()) : CompletableFuture.completedStage(null);
    }).whenComplete((done, e) -> context.ungetService(quorum));
  }

  @Override
  public void fatal(String why) {
    faults.onFatal(why);
  }

  @Override
  public synchronized void close() {
    if (client != null) {
      release();
    }
  }
}
