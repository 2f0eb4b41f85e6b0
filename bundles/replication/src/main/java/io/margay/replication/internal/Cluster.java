package io.margay.replication.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller.IsrChange;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** What the replicas of this node need to know of the rest of the cluster, and how they reach it. */
public final class Cluster implements AutoCloseable {
  private final Supplier<ClusterImage> image;
  private final NodeSettings settings;
  private final IsrRequests isrRequests;
  private final LagWatch lagWatch;
  private final Followers followers = new Followers();
  private final LineLimit lines;

  Cluster(Supplier<ClusterImage> image, NodeSettings settings, Scheduler scheduler, Clock clock) {
    this.lines = new LineLimit(clock);
    this.image = image;
    this.settings = settings;
    this.isrRequests = new IsrRequests(settings.nodeId(), image);
    this.lagWatch = new LagWatch(scheduler, this::lagTimeMaxMs);
  }

  /** @return the newest image */
  public ClusterImage image() {
    return image.get();
  }

  /** @return asks the controller for new ISRs */
  public IsrRequests isrRequests() {
    return isrRequests;
  }

  /** @return the followerships of this node */
  public Followers followers() {
    return followers;
  }

  /** Whether a log line may be written now: one broker that comes or goes changes thousands of ISRs. */
  boolean mayLog(String what) {
    return lines.pass(what) != LineLimit.HELD;
  }

  /** Asks once for another leader of a partition whose log this broker cannot use. @param partition as the image has it */
  void giveUp(TopicIdPartition id, PartitionImage partition) {
    Map<BrokerId, Long> others = new HashMap<>();
    for (BrokerId member : partition.isr()) {
      BrokerImage broker = image().brokers().get(member);
      if (!member.equals(settings.nodeId()) && broker != null) {
        others.put(member, broker.epoch());
      }
    }
    if (!others.isEmpty()) {
      isrRequests.ask(new IsrChange(id, partition.leaderEpoch(), partition.partitionEpoch(), others), answer -> { });
    }
  }

  LagWatch lagWatch() {
    return lagWatch;
  }

  long lagTimeMaxMs() {
    return settings.get(ReplicaSettings.REPLICA_LAG_TIME_MAX_MS);
  }

  long stallMs() {
    return settings.get(ReplicaSettings.MARGAY_REPLICA_STALL_MS);
  }

  @Override
  public void close() {
    lagWatch.close();
  }
}
