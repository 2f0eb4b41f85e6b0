package io.margay.replication.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.MetadataPublisher;
import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.replication.internal.fetch.FetchHandler;
import io.margay.replication.internal.follow.FollowerFetchers;
import io.margay.replication.internal.offsets.ListOffsetsHandler;
import io.margay.replication.internal.offsets.OffsetForLeaderEpochHandler;
import io.margay.replication.internal.produce.SimulatedProduce;
import io.margay.spi.client.RemoteClient;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.log.Logs;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.partition.LeadershipListener;
import io.margay.spi.partition.TransactionVerifier;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;

/** The replication of one node whose threads are simulated. */
public final class SimulatedReplication implements MetadataPublisher {
  private final ReplicationContext context;
  private final FollowerFetchers fetchers;

  /**
   * What is to be seen of a replica.
   *
   * @param knows whether it leads and no earlier leader knew a higher high watermark
   */
  public record Replica(boolean leads, int epoch, long highWatermark, boolean knows, PartitionLog log) { }

  /** @param threads makes a thread */
  public SimulatedReplication(Logs logs, NodeSettings settings, Clock clock, Scheduler scheduler, Supplier<ExecutorService> threads,
      Controller controller) {
    this.context = new ReplicationContext(logs, settings, new ReplicationContext.Time(scheduler, clock),
        (name, count, queue) -> threads.get());
    this.fetchers = new FollowerFetchers(context);
    context.partitions().controller(controller);
  }

  public void setClient(RemoteClient client) {
    fetchers.setClient(client);
  }

  public void addListener(LeadershipListener listener) {
    context.partitions().addListener(listener);
  }

  @Override
  public void onImage(ClusterDelta delta, ClusterImage image) {
    context.onImage(delta, image);
  }

  /** @param verifier knows the transactions */
  public List<ApiHandler> handlers(TransactionVerifier verifier) {
    return List.of(SimulatedProduce.handler(context, verifier), new FetchHandler(context), new ListOffsetsHandler(context),
        new OffsetForLeaderEpochHandler(context));
  }

  /** A replica that has a role, or null. */
  public Replica replica(String topic, int partition) {
    LocalReplica replica = context.table().replica(topic, partition);
    if (replica == null) {
      return null;
    }
    PartitionLeader leader = replica.leader();
    PartitionFollower follower = replica.follower();
    PartitionRole role = leader != null ? leader : follower;
    return role == null ? null : new Replica(role == leader, role.leaderEpoch().value(), role.highWatermark(), leader != null && leader.knowsHighWatermark(),
        role.log());
  }
}
