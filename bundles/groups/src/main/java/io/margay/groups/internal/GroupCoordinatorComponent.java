package io.margay.groups.internal;

import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.LeaderPartitionWriter;
import io.margay.groups.internal.handlers.GroupHandlers;
import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.ClusterMetadata;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.record.CompressionType;
import io.margay.spi.assignor.Assignor;
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.assignor.TaskAssignment;
import io.margay.spi.assignor.TaskAssignor;
import io.margay.spi.assignor.TaskGroup;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.lease.ServiceHolder;
import io.margay.spi.memory.MemoryUser;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.spi.share.ShareStates;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

/**
 * Connects the {@link GroupCoordinator} with the container, and registers its handlers. When it goes, what is parked is answered with a
 * retriable error; the next version reads groups and offsets from the log, so clients continue where they were.
 *
 * <p>The handlers are registered here, and are no components of their own: so they leave when everything that is parked has been
 * answered, and nothing outside this bundle sees the coordinator.
 */
@Capability(namespace = "osgi.service", attribute = "objectClass:List<String>=\"io.margay.spi.handler.ApiHandler\"")
@Component(service = {LeadershipListener.class, MetadataPublisher.class, MarkerWriter.class}, immediate = true)
public final class GroupCoordinatorComponent implements LeadershipListener, MetadataPublisher, MarkerWriter {
  private static final int MAX_WAITING = 10_000;
  /** What may wait for commits and shards takes this part of the largest heap. */
  private static final int HEAP_PARTS = 16;
  private static final int IDLE_S = 10;

  private static final int DRAIN_MS = 5_000;

  private final NamedServices<Assignor> assignors = new NamedServices<>("assignor", DRAIN_MS);
  private final NamedServices<TaskAssignor> taskAssignors = new NamedServices<>("task assignor", DRAIN_MS);
  private final NodeSettings settings;
  private final ThreadPoolExecutor executor;
  private final GroupCoordinator coordinator;
  private final Scheduler.Timer expiry;
  private final ServiceRegistration<MemoryUser> memory;
  private final List<ServiceRegistration<ApiHandler>> handlers = new ArrayList<>();

  /** Begins without shards; they come with the elections. */
  @Activate
  public GroupCoordinatorComponent(BundleContext context, @Reference NodeSettings settings,
      @Reference ClusterMetadata metadata, @Reference Controller controller, @Reference Clock clock,
      @Reference Scheduler scheduler) {
    this.settings = settings;
    this.executor = executor(settings.get(CoordinatorSettings.GROUP_COORDINATOR_THREADS));
    SettingsOfGroups values = new SettingsOfGroups(settings);
    SettingsOfOneGroup ofGroup = new SettingsOfOneGroup(settings, metadata);
    GroupCoordinator.Finders finders = new GroupCoordinator.Finders(
        new CoordinatorFinder(CoordinatorFinder.OFFSETS_TOPIC, metadata, controller, scheduler, values, settings.nodeId()),
        new CoordinatorFinder(CoordinatorFinder.TRANSACTION_TOPIC, metadata, controller, scheduler,
            new TransactionTopicSettings(settings), settings.nodeId()),
        new CoordinatorFinder(CoordinatorFinder.SHARE_TOPIC, metadata, controller, scheduler, new ShareTopicSettings(settings),
            settings.nodeId()));
    CoordinatorRuntime.Limits limits =
        new CoordinatorRuntime.Limits(MAX_WAITING, Runtime.getRuntime().maxMemory() / HEAP_PARTS);
    this.coordinator = new GroupCoordinator(new GroupCoordinator.Environment(clock, scheduler, executor,
        () -> settings.get(CoordinatorSettings.OFFSETS_COMMIT_TIMEOUT_MS), limits),
        new GroupCoordinator.Config(values, new SettingsOfConsumerGroups(settings, ofGroup), new SettingsOfShareGroups(settings, ofGroup),
            new SettingsOfStreamsGroups(settings, ofGroup)),
        finders, metadata, controller, new GroupCoordinator.AllAssignors(this::assign, this::assignTasks));
    long intervalMs = settings.get(CoordinatorSettings.OFFSETS_RETENTION_CHECK_INTERVAL_MS);
    this.expiry = scheduler.every(intervalMs, intervalMs, coordinator::expire);
    this.memory = context.registerService(MemoryUser.class, coordinator.memory(), null);
    GroupHandlers.of(coordinator).forEach(h -> handlers.add(context.registerService(ApiHandler.class, h, null)));
  }

  private static ThreadPoolExecutor executor(int threads) {
    AtomicInteger number = new AtomicInteger();
    // The queue is bounded by what fills it: one loading per shard, and the timers of members.
    ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
        task -> {
          Thread t = new Thread(task, "groups-" + number.incrementAndGet());
          t.setDaemon(true);
          return t;
        });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Answers what is parked and ends the threads. */
  @Deactivate
  public void close() {
    expiry.cancel();
    // first, so that the server need not wait for parked requests when the handlers go
    coordinator.close();
    handlers.forEach(ServiceRegistration::unregister);
    memory.unregister();
    executor.shutdown();
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    if (partition.id().topic().equals(CoordinatorFinder.OFFSETS_TOPIC)) {
      coordinator.elected(partition.id().partition(), new LeaderPartitionWriter(partition,
          CompressionType.forId(settings.get(CoordinatorSettings.OFFSETS_TOPIC_COMPRESSION_CODEC)),
          settings.get(CoordinatorSettings.OFFSETS_LOAD_BUFFER_SIZE)));
    } else {
      coordinator.shareOffsets().elected(partition);
    }
  }

  @Override
  public void onResigned(TopicPartition tp) {
    if (tp.topic().equals(CoordinatorFinder.OFFSETS_TOPIC)) {
      coordinator.resigned(tp.partition());
    } else {
      coordinator.shareOffsets().resigned(tp);
    }
  }

  /** Null while the assignor is not installed. */
  private Map<String, List<TopicPartition>> assign(String name, AssignorGroup group) {
    try (ServiceHolder.Lease<Assignor> lease = assignors.lease(name)) {
      return lease == null ? null : lease.service().assign(group);
    }
  }

  private Map<String, TaskAssignment> assignTasks(String name, TaskGroup group) {
    try (ServiceHolder.Lease<TaskAssignor> lease = taskAssignors.lease(name)) {
      return lease == null ? null : lease.service().assign(group);
    }
  }

  /** As {@link #addAssignor}, for streams groups. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addTaskAssignor(TaskAssignor assignor, Map<String, Object> properties) {
    taskAssignors.add(assignor, properties);
  }

  void removeTaskAssignor(TaskAssignor assignor) {
    taskAssignors.remove(assignor);
  }

  /** An assignor was registered; groups that miss it are assigned at the next heartbeat. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addAssignor(Assignor assignor, Map<String, Object> properties) {
    assignors.add(assignor, properties);
  }

  /** An assignor leaves; an assignment that it is computing is finished first. */
  void removeAssignor(Assignor assignor) {
    assignors.remove(assignor);
  }

  /** Optional: while transactions are being replaced, commits within transactions get an error that producers retry. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setVerifier(TransactionVerifier verifier) {
    coordinator.transactional().setVerifier(verifier);
  }

  void unsetVerifier(TransactionVerifier verifier) {
    coordinator.transactional().unsetVerifier(verifier);
  }

  /** Optional: while shares are being replaced, partitions that are new to a share group get their state later. */
  @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC, policyOption = ReferencePolicyOption.GREEDY)
  void setShareStates(ShareStates states) {
    coordinator.shareStates().set(states);
  }

  void unsetShareStates(ShareStates states) {
    coordinator.shareStates().unset(states);
  }

  @Override
  public String topic() {
    return CoordinatorFinder.OFFSETS_TOPIC;
  }

  @Override
  public CompletionStage<Errors> write(int partition, Marker marker) {
    return coordinator.write(partition, marker);
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    coordinator.onImage(delta);
  }
}
