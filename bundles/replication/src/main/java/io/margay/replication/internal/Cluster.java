package io.margay.replication.internal;

import io.margay.metadata.BrokerImage;
import io.margay.metadata.ClusterImage;
import io.margay.metadata.PartitionImage;
import io.margay.metadata.TopicImage;
import io.margay.model.BrokerId;
import io.margay.model.Clock;
import io.margay.model.LeaderEpoch;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.controller.Controller.IsrChange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the replicas of this node need to know of the rest of the cluster, and how they reach it. */
public final class Cluster implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);

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

  /**
   * Asks once for another leader of a partition whose log this broker cannot use.
   *
   * @param epoch in which this broker leads it
   * @param answered gets the answer, on any thread
   * @return false, and there is no answer, when the image has no other in-sync replica, or another leadership
   */
  boolean giveUp(TopicIdPartition id, LeaderEpoch epoch, Consumer<Errors> answered) {
    PartitionImage partition = led(id, epoch);
    Map<BrokerId, Long> others = members(partition);
    others.remove(settings.nodeId());
    if (others.isEmpty()) {
      return false;
    }
    if (mayLog("gives up")) {
      LOG.warn("The log of a leader cannot be used, another in-sync replica shall lead topic={} partition={} isr={}", id.topic(),
          id.partition(), others.keySet());
    }
    isrRequests.ask(new IsrChange(id, epoch, partition.partitionEpoch(), others), answered);
    return true;
  }

  /**
   * Asks once for a new leader epoch of a partition that this broker leads, with the ISR as it is.
   *
   * @param epoch in which this broker leads it
   * @param answered gets the answer, on any thread
   * @return false, and there is no answer, when the image has another leadership
   */
  boolean raiseEpoch(TopicIdPartition id, LeaderEpoch epoch, Consumer<Errors> answered) {
    PartitionImage partition = led(id, epoch);
    if (partition == null) {
      return false;
    }
    isrRequests.ask(new IsrChange(id, epoch, partition.partitionEpoch(), members(partition), true), answered);
    return true;
  }

  /** A partition as the image has it; null when it has another leadership. */
  private PartitionImage led(TopicIdPartition id, LeaderEpoch epoch) {
    TopicImage topic = image().topic(id.topicId());
    PartitionImage partition = topic == null || id.partition() >= topic.partitions().size() ? null : topic.partitions().get(id.partition());
    return partition != null && partition.leaderEpoch().equals(epoch) ? partition : null;
  }

  /** The ISR with the epochs of the brokers that are known. @param partition may be null */
  private Map<BrokerId, Long> members(PartitionImage partition) {
    Map<BrokerId, Long> members = new HashMap<>();
    for (BrokerId member : partition == null ? List.<BrokerId>of() : partition.isr()) {
      BrokerImage broker = image().brokers().get(member);
      if (broker != null) {
        members.put(member, broker.epoch());
      }
    }
    return members;
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
