package io.margay.transactions.internal;

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
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicPartition;
import io.margay.protocol.record.CompressionType;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.partition.LeaderPartition;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.partition.MarkerWriter;
import io.margay.spi.partition.TransactionVerifier;
import io.margay.transactions.internal.handlers.TransactionHandlers;
import io.margay.transactions.internal.markers.LocalMarkers;
import io.margay.transactions.internal.markers.MarkerSender;
import io.margay.transactions.internal.producerid.ProducerIds;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.UnaryOperator;

/** The transaction coordinator of a simulated node, which gives its producers their ids. */
public final class SimulatedTransactions implements LeadershipListener, MetadataPublisher {
  /** The topic of transactional ids. */
  public static final String TOPIC = TransactionTopic.NAME;
  private static final int ABORT_INTERVAL_MS = 500;

  private final LocalMarkers local;
  private final TransactionCoordinator coordinator;
  private final CoordinatedVerifier verifier;
  private final UnaryOperator<PartitionWriter> writers;

  /**
   * @param controller also shows the metadata
   * @param client reaches the other nodes
   * @param writers may plant a flaw into what writes decisions
   */
  public <C extends Controller & ClusterMetadata, T extends Clock & Scheduler> SimulatedTransactions(NodeSettings settings, C controller,
      T time, Executor thread, RemoteClient client, UnaryOperator<PartitionWriter> writers) {
    Clock clock = time;
    Scheduler scheduler = time;
    this.writers = writers;
    SettingsOfTransactions values = new SettingsOfTransactions(settings);
    Brokers brokers = new Brokers(controller, settings, () -> client);
    TransactionTopic topic = new TransactionTopic(controller, settings.nodeId(), values::partitions);
    this.local = new LocalMarkers(clock, () -> 5_000);
    MarkerSender sender = new MarkerSender(brokers, local, scheduler, values::endingMax, new LineLimit(clock));
    this.coordinator = new TransactionCoordinator(new CoordinatorRuntime.Environment("transactions", clock, scheduler, thread,
        () -> 5_000, new CoordinatorRuntime.Limits(1_000, 1 << 24), shard -> { }), new TransactionCoordinator.Parts(
            topic, new ProducerIds(controller), local, sender, values),
        controller);
    this.verifier = new CoordinatedVerifier(coordinator, topic, brokers, scheduler, new CoordinatedVerifier.Retry(20, 100));
  }

  /** From now on, transactions that are open for too long are aborted. */
  public void start(Scheduler scheduler) {
    scheduler.every(ABORT_INTERVAL_MS, ABORT_INTERVAL_MS, coordinator::abortLate);
  }

  /** @param writer writes the markers of its topic */
  public void addWriter(MarkerWriter writer) {
    local.add(writer);
  }

  /** What replication asks about transactions. */
  public TransactionVerifier verifier() {
    return verifier;
  }

  public List<ApiHandler> handlers() {
    return TransactionHandlers.of(coordinator);
  }

  @Override
  public void onElected(LeaderPartition partition, LeaderEpoch epoch) {
    if (partition.id().topic().equals(TransactionTopic.NAME)) {
      coordinator.elected(partition.id().partition(), writers.apply(new LeaderPartitionWriter(partition, CompressionType.NONE, 1 << 20)),
          epoch.value());
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
