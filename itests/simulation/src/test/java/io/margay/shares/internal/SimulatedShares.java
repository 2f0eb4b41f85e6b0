package io.margay.shares.internal;

import io.margay.coordinator.Brokers;
import io.margay.coordinator.CoordinatorRuntime;
import io.margay.coordinator.LeaderPartitionWriter;
import io.margay.coordinator.PartitionWriter;
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
import io.margay.protocol.record.CompressionType;
import io.margay.shares.internal.state.StateTopic;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.share.ShareStates;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** The share coordinator and the share partitions of one node whose threads are simulated, connected as {@link ShareComponent} does it. */
public final class SimulatedShares implements LeadershipListener, MetadataPublisher {
  /** The topic of states. */
  public static final String TOPIC = StateTopic.NAME;
  private static final int TIDY_MS = 1_000;
  private static final int CARE_MS = 5_000;

  private final Shares shares;
  private final UnaryOperator<PartitionWriter> writers;

  /**
   * @param client reaches the other nodes
   * @param writers may plant a flaw into what writes states
   */
  public <T extends Clock & Scheduler> SimulatedShares(NodeSettings settings, ClusterMetadata metadata, T time, Executor thread,
      RemoteClient client, UnaryOperator<PartitionWriter> writers) {
    this.writers = writers;
    CoordinatorRuntime.Environment runtime = new CoordinatorRuntime.Environment("shares", time, time, thread,
        () -> settings.get(ShareSettings.WRITE_TIMEOUT_MS), new CoordinatorRuntime.Limits(1_000, 1 << 24), shard -> { });
    this.shares = new Shares(new Shares.Environment(runtime, new SettingsOfShares(settings, metadata),
        new Brokers(metadata, settings, () -> client), () -> CompletableFuture.completedFuture(null),
        SimulatedShares::noRequests));
    Scheduler scheduler = time;
    scheduler.every(TIDY_MS, TIDY_MS, () -> thread.execute(shares.partitions()::tidy));
    // nothing is cut: the logs are compared from their first record on
    scheduler.every(CARE_MS, CARE_MS, () -> shares.coordinator().tidy((partition, offset) -> { }));
  }

  /** There are no dead letter queues. */
  private static <R extends Message> CompletionStage<R> noRequests(Api api, Message request, R response) {
    throw new IllegalStateException("nothing is asked of " + api);
  }

  public ShareStates states() {
    return shares.router();
  }

  public List<ApiHandler> handlers() {
    return shares.handlers();
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    if (partition.id().topic().equals(TOPIC)) {
      shares.coordinator().elected(partition.id().partition(),
          writers.apply(new LeaderPartitionWriter(partition, CompressionType.NONE, 1 << 20)), partition::logStartOffset);
    } else {
      shares.partitions().elected(partition);
    }
  }

  @Override
  public void onResigned(TopicPartition tp) {
    if (tp.topic().equals(TOPIC)) {
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
