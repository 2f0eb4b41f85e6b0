package io.margay.replication.internal;

import io.margay.metadata.ClusterImage;
import io.margay.model.Scheduler;
import io.margay.spi.config.NodeSettings;
import java.util.function.Supplier;

/** What the replicas of this node need to know of the rest of the cluster, and how they reach it. */
public final class Cluster implements AutoCloseable {
  private final Supplier<ClusterImage> image;
  private final NodeSettings settings;
  private final IsrRequests isrRequests;
  private final LagWatch lagWatch;
  private final Followers followers = new Followers();

  Cluster(Supplier<ClusterImage> image, NodeSettings settings, Scheduler scheduler) {
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
