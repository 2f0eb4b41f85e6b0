package io.margay.transactions.internal;

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
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.transactions.internal.handlers.TransactionHandlers;
import io.margay.transactions.internal.markers.LocalMarkers;
import io.margay.transactions.internal.markers.MarkerSender;
import io.margay.transactions.internal.producerid.ProducerIds;
import io.margay.transactions.internal.remote.Brokers;
import java.util.List;
import java.util.concurrent.Executor;

/** The transaction coordinator of a simulated node, which gives its producers their ids. */
public final class SimulatedTransactions implements LeadershipListener, MetadataPublisher {
  private final LocalMarkers local;
  private final TransactionCoordinator coordinator;

  /** @param controller also shows the metadata */
  public <C extends Controller & ClusterMetadata> SimulatedTransactions(NodeSettings settings, C controller, Clock clock,
      Scheduler scheduler, Executor thread) {
    SettingsOfTransactions values = new SettingsOfTransactions(settings);
    Brokers brokers = new Brokers(controller, settings, () -> null);
    this.local = new LocalMarkers(clock, () -> 5_000);
    MarkerSender sender = new MarkerSender(brokers, local, scheduler, values::endingMax, new LineLimit(clock));
    this.coordinator = new TransactionCoordinator(new CoordinatorRuntime.Environment("transactions", clock, scheduler, thread,
        () -> 5_000, new CoordinatorRuntime.Limits(1_000, 1 << 24), shard -> { }), new TransactionCoordinator.Parts(
            new TransactionTopic(controller, settings.nodeId(), values::partitions), new ProducerIds(controller), local, sender, values),
        controller);
  }

  public List<ApiHandler> handlers() {
    return TransactionHandlers.of(coordinator);
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    if (partition.id().topic().equals(TransactionTopic.NAME)) {
      coordinator.elected(partition.id().partition(), new LeaderPartitionWriter(partition, CompressionType.NONE, 1 << 20), epoch.value());
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
