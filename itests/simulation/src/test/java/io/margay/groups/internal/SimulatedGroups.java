package io.margay.groups.internal;

import io.margay.assignors.internal.SimpleAssignor;
import io.margay.assignors.internal.StickyTaskAssignor;
import io.margay.assignors.internal.UniformAssignor;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.LeaderPartitionWriter;
import io.margay.coordinator.PartitionWriter;
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
import io.margay.spi.assignor.AssignorGroup;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.spi.share.ShareStates;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** The group coordinator of one node whose threads are simulated, connected as {@link GroupCoordinatorComponent} does it. */
public final class SimulatedGroups implements LeadershipListener, MetadataPublisher, MarkerWriter {
  /** The topic of groups and offsets. */
  public static final String TOPIC = CoordinatorFinder.OFFSETS_TOPIC;

  private final NodeSettings settings;
  private final GroupCoordinator coordinator;
  private final UnaryOperator<PartitionWriter> writers;

  /**
   * @param controller also shows the metadata
   * @param writers may plant a flaw into what writes groups
   */
  public <C extends Controller & ClusterMetadata> SimulatedGroups(NodeSettings settings, C controller, Clock clock, Scheduler scheduler,
      Executor thread, UnaryOperator<PartitionWriter> writers) {
    this.settings = settings;
    this.writers = writers;
    SettingsOfGroups values = new SettingsOfGroups(settings);
    SettingsOfOneGroup ofGroup = new SettingsOfOneGroup(settings, controller);
    GroupCoordinator.Finders finder = new GroupCoordinator.Finders(
        new CoordinatorFinder(TOPIC, controller, controller, scheduler, values, settings.nodeId()),
        new CoordinatorFinder(CoordinatorFinder.TRANSACTION_TOPIC, controller, controller, scheduler,
            new TransactionTopicSettings(settings), settings.nodeId()),
        new CoordinatorFinder(CoordinatorFinder.SHARE_TOPIC, controller, controller, scheduler, new ShareTopicSettings(settings),
            settings.nodeId()));
    this.coordinator = new GroupCoordinator(new GroupCoordinator.Environment(clock, scheduler, thread,
        () -> settings.get(CoordinatorSettings.OFFSETS_COMMIT_TIMEOUT_MS), new CoordinatorRuntime.Limits(1_000, 1 << 24)),
        new GroupCoordinator.Config(values, new SettingsOfConsumerGroups(settings, ofGroup), new SettingsOfShareGroups(settings, ofGroup),
            new SettingsOfStreamsGroups(settings, ofGroup)), finder, controller, controller,
        new GroupCoordinator.AllAssignors(SimulatedGroups::assign, (name, group) -> new StickyTaskAssignor().assign(group)));
  }

  private static Map<String, List<TopicPartition>> assign(String name, AssignorGroup group) {
    return (name.equals("simple") ? new SimpleAssignor() : new UniformAssignor()).assign(group);
  }

  /** @param states reaches the share coordinators */
  public void setStates(ShareStates states) {
    coordinator.shareStates().set(states);
  }

  /** @param verifier asked before an offset is committed in a transaction */
  public void setVerifier(TransactionVerifier verifier) {
    coordinator.transactional().setVerifier(verifier);
  }

  @Override
  public String topic() {
    return TOPIC;
  }

  @Override
  public CompletionStage<Errors> write(int partition, Marker marker) {
    return coordinator.write(partition, marker);
  }

  public List<ApiHandler> handlers() {
    return GroupHandlers.of(coordinator);
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    if (partition.id().topic().equals(TOPIC)) {
      coordinator.elected(partition.id().partition(), writers.apply(new LeaderPartitionWriter(partition, CompressionType.NONE,
          settings.get(CoordinatorSettings.OFFSETS_LOAD_BUFFER_SIZE))));
    }
  }

  @Override
  public void onResigned(TopicPartition tp) {
    if (tp.topic().equals(TOPIC)) {
      coordinator.resigned(tp.partition());
    }
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    coordinator.onImage(delta);
  }
}
