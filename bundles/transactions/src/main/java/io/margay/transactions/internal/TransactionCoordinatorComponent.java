package io.margay.transactions.internal;

import io.margay.coordinator.Brokers;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.LeaderPartitionWriter;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.protocol.record.CompressionType;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.memory.MemoryUser;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.transactions.internal.handlers.TransactionHandlers;
import io.margay.transactions.internal.markers.LocalMarkers;
import io.margay.transactions.internal.markers.MarkerSender;
import io.margay.transactions.internal.producerid.ProducerIds;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
 * Connects the {@link TransactionCoordinator} with the container, and registers its handlers and its {@link TransactionVerifier}. When it
 * goes, what is parked is answered with a retriable error; the next version reads the transactions from the log and completes those
 * whose end is decided.
 */
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.handler.ApiHandler\"")
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.partition.TransactionVerifier\"")
@Component(service = {LeadershipListener.class, MetadataPublisher.class}, immediate = true)
public final class TransactionCoordinatorComponent implements LeadershipListener, MetadataPublisher {
  private static final int MAX_WAITING = 10_000;
  /** What may wait for commits and shards takes this part of the largest heap. */
  private static final int HEAP_PARTS = 32;
  private static final int THREADS = 2;
  private static final int COMMIT_TIMEOUT_MS = 5_000;
  private static final int MARKER_TIMEOUT_MS = 30_000;

  private final NodeSettings settings;
  private final ThreadPoolExecutor executor = executor();
  private final LocalMarkers local;
  private final TransactionCoordinator coordinator;
  private final CoordinatedVerifier verifier;
  private final List<Scheduler.Timer> timers = new ArrayList<>();
  private final List<ServiceRegistration<?>> services = new ArrayList<>();
  private final List<ServiceRegistration<ApiHandler>> handlers = new ArrayList<>();
  private volatile RemoteClient client;

  /** Begins without shards; they come with the elections. */
  @Activate
  public TransactionCoordinatorComponent(BundleContext context, @Reference NodeSettings settings, @Reference ClusterMetadata metadata,
      @Reference Controller controller, @Reference Clock clock, @Reference Scheduler scheduler) {
    this.settings = settings;
    SettingsOfTransactions values = new SettingsOfTransactions(settings);
    Brokers brokers = new Brokers(metadata, settings, () -> client);
    TransactionTopic topic = new TransactionTopic(metadata, settings.nodeId(), values::partitions);
    this.local = new LocalMarkers(clock, () -> MARKER_TIMEOUT_MS);
    MarkerSender sender = new MarkerSender(brokers, local, scheduler, values::endingMax, new LineLimit(clock));
    CoordinatorRuntime.Limits limits = new CoordinatorRuntime.Limits(MAX_WAITING, Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    this.coordinator = new TransactionCoordinator(new CoordinatorRuntime.Environment("transactions", clock, scheduler, executor,
        () -> COMMIT_TIMEOUT_MS, limits, shard -> { }),
        new TransactionCoordinator.Parts(topic, new ProducerIds(controller), local, sender, values), metadata);
    this.verifier = new CoordinatedVerifier(coordinator, topic, brokers, scheduler, new CoordinatedVerifier.Retry(
        settings.get(TransactionSettings.ADD_PARTITIONS_RETRY_BACKOFF_MS), settings.get(TransactionSettings.ADD_PARTITIONS_RETRY_MAX_MS)));
    long abortMs = settings.get(TransactionSettings.TRANSACTION_ABORT_INTERVAL_MS);
    timers.add(scheduler.every(abortMs, abortMs, coordinator::abortLate));
    long expiryMs = settings.get(TransactionSettings.TRANSACTION_EXPIRY_INTERVAL_MS);
    timers.add(scheduler.every(expiryMs, expiryMs, coordinator::expire));
    services.add(context.registerService(MemoryUser.class, coordinator.memory(), null));
    services.add(context.registerService(TransactionVerifier.class, verifier, null));
    TransactionHandlers.of(coordinator).forEach(h -> handlers.add(context.registerService(ApiHandler.class, h, null)));
  }

  private static ThreadPoolExecutor executor() {
    AtomicInteger number = new AtomicInteger();
    // The queue is bounded by what fills it: one loading per shard, and the checks of timeouts.
    return new ThreadPoolExecutor(THREADS, THREADS, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread t = new Thread(task, "transactions-" + number.incrementAndGet());
      t.setDaemon(true);
      return t;
    });
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setClient(RemoteClient comes) {
    client = comes;
  }

  void unsetClient(RemoteClient leaves) {
    if (client == leaves) {
      client = null;
    }
  }

  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addWriter(MarkerWriter writer) {
    local.add(writer);
  }

  void removeWriter(MarkerWriter writer) {
    local.remove(writer);
  }

  /** Answers what is parked and ends the threads. */
  @Deactivate
  public void close() {
    timers.forEach(Scheduler.Timer::cancel);
    // first, so that the server need not wait for parked requests when the handlers go
    verifier.close();
    coordinator.close();
    handlers.forEach(ServiceRegistration::unregister);
    services.forEach(ServiceRegistration::unregister);
    executor.shutdown();
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    if (partition.id().topic().equals(TransactionTopic.NAME)) {
      coordinator.elected(partition.id().partition(), new LeaderPartitionWriter(partition, CompressionType.NONE,
          settings.get(TransactionSettings.TRANSACTION_STATE_LOG_LOAD_BUFFER_SIZE)), epoch.value());
    } else {
      local.onElected(partition);
    }
  }

  @Override
  public void onResigned(TopicPartition tp) {
    if (tp.topic().equals(TransactionTopic.NAME)) {
      coordinator.resigned(tp.partition());
    } else {
      local.onResigned(tp);
    }
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    coordinator.onImage();
  }
}
