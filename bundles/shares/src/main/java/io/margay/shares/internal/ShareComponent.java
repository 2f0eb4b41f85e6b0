package io.margay.shares.internal;

import io.margay.coordinator.Brokers;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.LeaderPartitionWriter;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.message.DeleteRecordsRequest;
import io.margay.protocol.message.DeleteRecordsResponse;
import io.margay.protocol.message.FindCoordinatorRequest;
import io.margay.protocol.message.FindCoordinatorResponse;
import io.margay.protocol.record.CompressionType;
import io.margay.shares.internal.state.StateKey;
import io.margay.shares.internal.state.StateTopic;
import io.margay.spi.client.LocalClient;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.memory.MemoryUser;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.share.ShareStates;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects the {@link Shares} with the container, and registers their handlers. When it goes, waiting fetches are answered, acknowledgements that
 * are being written are waited for, and sessions and what members have acquired are handed over to the next version. So a member sees nothing of
 * an update but a pause.
 */
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.handler.ApiHandler\"")
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.share.ShareStates\"")
@Component(service = {LeadershipListener.class, MetadataPublisher.class}, immediate = true)
public final class ShareComponent implements LeadershipListener, MetadataPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(ShareComponent.class);
  private static final int MAX_WAITING = 10_000;
  /** What may wait for commits and shards takes this part of the largest heap. */
  private static final int HEAP_PARTS = 32;
  private static final int LEAST_THREADS = 2;
  private static final int TIDY_MS = 5_000;
  private static final int IDLE_S = 10;
  private static final byte SHARE_KEY = 2;

  private final NodeSettings settings;
  private final Clock clock;
  private final ThreadPoolExecutor executor;
  private final Shares shares;
  private final HandOver handOver;
  private final List<Scheduler.Timer> timers = new ArrayList<>();
  private final List<ServiceRegistration<?>> services = new ArrayList<>();
  private final List<ServiceRegistration<ApiHandler>> handlers = new ArrayList<>();
  private volatile RemoteClient client;
  private volatile LocalClient local;

  /** Begins without shards and partitions; they come with the elections. */
  @Activate
  public ShareComponent(BundleContext context, @Reference NodeSettings settings, @Reference ClusterMetadata metadata, @Reference Clock clock,
      @Reference Scheduler scheduler) {
    this.settings = settings;
    this.clock = clock;
    this.executor = executor(Math.max(LEAST_THREADS, settings.get(ShareSettings.COORDINATOR_THREADS)));
    CoordinatorRuntime.Limits limits = new CoordinatorRuntime.Limits(MAX_WAITING, Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    CoordinatorRuntime.Environment runtime = new CoordinatorRuntime.Environment("shares", clock, scheduler, executor,
        () -> settings.get(ShareSettings.WRITE_TIMEOUT_MS), limits, shard -> { });
    this.shares = new Shares(new Shares.Environment(runtime, new SettingsOfShares(settings, metadata),
        new Brokers(metadata, settings, () -> client), this::createTopic, this::request));
    this.handOver = new HandOver(context.getDataFile("handover").toPath());
    HandOver.Content before = handOver.take(clock.millis(), clock.nanos() / 1_000_000);
    shares.sessions().takeOver(before.sessions());
    shares.partitions().takeOver(before.partitions());
    timers.add(scheduler.every(TIDY_MS, TIDY_MS, this::tidy));
    long pruneMs = settings.get(ShareSettings.STATE_TOPIC_PRUNE_INTERVAL_MS);
    timers.add(scheduler.every(pruneMs, pruneMs, () -> shares.coordinator().tidy(this::cut)));
    services.add(context.registerService(MemoryUser.class, shares.coordinator().memory(), null));
    services.add(context.registerService(ShareStates.class, shares.router(), null));
    shares.handlers().forEach(h -> handlers.add(context.registerService(ApiHandler.class, h, null)));
  }

  /** A node without share groups stays quiet. */
  private void tidy() {
    if (!shares.partitions().isEmpty()) {
      executor.execute(shares.partitions()::tidy);
    }
  }

  private static ThreadPoolExecutor executor(int threads) {
    AtomicInteger number = new AtomicInteger();
    // The queue is bounded by what fills it: one loading per shard, a read per fetch, and the timers of share partitions.
    ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
      Thread t = new Thread(task, "shares-" + number.incrementAndGet());
      t.setDaemon(true);
      return t;
    });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  // ------------------------------------------------------------------------------------------------ other parts

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setClient(RemoteClient comes) {
    client = comes;
  }

  void unsetClient(RemoteClient leaves) {
    if (client == leaves) {
      client = null;
    }
  }

  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setLocal(LocalClient comes) {
    local = comes;
  }

  void unsetLocal(LocalClient leaves) {
    if (local == leaves) {
      local = null;
    }
  }

  /** The finder of coordinators creates the topic when it is asked for the first share partition. */
  private CompletionStage<?> createTopic() {
    LocalClient to = local;
    if (to == null) {
      return CompletableFuture.completedFuture(null);
    }
    FindCoordinatorRequest request = new FindCoordinatorRequest().setKeyType(SHARE_KEY);
    request.coordinatorKeys().add(new StateKey("any", new UUID(0, 1), 0).coordinatorKey());
    return to.send(FindCoordinatorRequest.API, request, new FindCoordinatorResponse()).exceptionally(e -> {
      LOG.debug("The topic of share states cannot be created now.", e);
      return null;
    });
  }

  private <R extends Message> CompletionStage<R> request(Api api, Message request, R response) {
    LocalClient to = local;
    return to == null ? CompletableFuture.failedFuture(new IOException("no handlers can be reached now")) : to.send(api, request, response);
  }

  private void cut(int partition, long offset) {
    LocalClient to = local;
    if (to == null) {
      return;
    }
    DeleteRecordsRequest request = new DeleteRecordsRequest().setTimeoutMs(TIDY_MS);
    request.topics().add(new DeleteRecordsRequest.DeleteRecordsTopic().setName(StateTopic.NAME).setPartitions(new ArrayList<>(List.of(
        new DeleteRecordsRequest.DeleteRecordsPartition().setPartitionIndex(partition).setOffset(offset)))));
    to.send(DeleteRecordsRequest.API, request, new DeleteRecordsResponse()).whenComplete((response, failure) ->
        LOG.debug("Deleted records that share states do not need any more. partition={} offset={} failure={}", partition, offset, failure));
  }

  // ------------------------------------------------------------------------------------------------ the end

  /** Answers what waits, hands over, and ends the threads. */
  @Deactivate
  public void close() {
    timers.forEach(Scheduler.Timer::cancel);
    shares.answerWaiting();
    handlers.forEach(ServiceRegistration::unregister);
    // nothing is acquired any more
    shares.drain();
    handOver.write(shares.sessions().handOver(), shares.partitions().handOver(), clock.millis());
    shares.close();
    services.forEach(ServiceRegistration::unregister);
    executor.shutdown();
  }

  // ------------------------------------------------------------------------------------------------ the broker's events

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    if (partition.id().topic().equals(StateTopic.NAME)) {
      shares.coordinator().elected(partition.id().partition(), new LeaderPartitionWriter(partition,
          CompressionType.forId(settings.get(ShareSettings.STATE_TOPIC_COMPRESSION_CODEC)), settings.get(ShareSettings.LOAD_BUFFER_SIZE)), partition::logStartOffset);
    } else {
      shares.partitions().elected(partition);
    }
  }

  @Override
  public void onResigned(TopicPartition tp) {
    if (tp.topic().equals(StateTopic.NAME)) {
      shares.coordinator().resigned(tp.partition());
    } else {
      shares.partitions().resigned(tp);
    }
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    shares.coordinator().onImage(!delta.first() && !delta.deletedTopics().isEmpty());
  }
}
