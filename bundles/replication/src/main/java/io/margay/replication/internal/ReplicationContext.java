package io.margay.replication.internal;

import io.margay.metadata.ClusterDelta;
import io.margay.metadata.ClusterImage;
import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.record.CorruptRecordException;
import io.margay.spi.config.NodeSettings;
import io.margay.spi.lease.LeaseSettings;
import io.margay.spi.log.Logs;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the handlers of this bundle share: the partitions, the threads for blocking reads, and the ports. A service that is
 * registered from the first image on, see {@link ReplicationComponent}; it leaves after the handlers, which refer to it.
 */
public final class ReplicationContext implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicationContext.class);

  private final PartitionManager partitions;
  private final BlockingReads reads;
  private final PageWarmer warmer = new PageWarmer();
  private final OpenGate gate;
  private final Logs logs;
  private final NodeSettings settings;
  private final Scheduler scheduler;
  private final Clock clock;
  private final LineLimit damages;
  private final ReplicationThrottles throttles;

  /**
   * @param logs where the logs are
   * @param settings this node's settings
   * @param scheduler timers
   * @param clock time
   */
  public ReplicationContext(Logs logs, NodeSettings settings, Scheduler scheduler, Clock clock) {
    this(logs, settings, new Time(scheduler, clock), Pools::threads);
  }

  ReplicationContext(Logs logs, NodeSettings settings, Time time, Pools.Factory pools) {
    this.logs = logs;
    this.settings = settings;
    this.scheduler = time.scheduler();
    this.clock = time.clock();
    this.damages = new LineLimit(clock);
    this.reads = new BlockingReads(() -> settings.get(ReplicationSettings.NUM_IO_THREADS), pools);
    this.gate = new OpenGate(scheduler, clock);
    this.partitions = new PartitionManager(logs, settings, time, pools);
    this.throttles = new ReplicationThrottles(partitions.table(), settings, clock);
  }

  /** Timers and clock. */
  record Time(Scheduler scheduler, Clock clock) { }

  /** Ends leaderships and closes the logs. */
  @Override
  public void close() {
    gate.close();
    // cold reads in progress finish while the logs are open
    reads.close();
    throttles.close();
    partitions.close();
    try {
      warmer.close();
    } catch (IOException e) {
      LOG.warn("The null device was not closed", e);
    }
  }

  /**
   * Follows the cluster.
   *
   * @param delta what changed
   * @param image the new image
   */
  public void onImage(ClusterDelta delta, ClusterImage image) {
    partitions.onImage(delta, image);
  }

  /** @return the partitions */
  public PartitionManager partitions() {
    return partitions;
  }

  /** @return finds topics and replicas */
  public ReplicaTable table() {
    return partitions.table();
  }

  /** @return how fast replicas catch up that are throttled */
  public ReplicationThrottles throttles() {
    return throttles;
  }

  /** @return where requests wait for logs that are being opened */
  public OpenGate gate() {
    return gate;
  }

  /** @return the threads for what may block */
  public BlockingReads reads() {
    return reads;
  }

  /** @return brings records into the page cache */
  public PageWarmer warmer() {
    return warmer;
  }

  /** @return the logs */
  public Logs logs() {
    return logs;
  }

  /** @return this node's settings */
  public NodeSettings settings() {
    return settings;
  }

  /** @return timers */
  public Scheduler scheduler() {
    return scheduler;
  }

  /** @return time */
  public Clock clock() {
    return clock;
  }

  /**
   * Reports records that cannot be read; at most one line per minute for each partition.
   *
   * @param id the partition
   * @param offset where a client wanted to read
   * @param e what is wrong
   */
  public void damaged(TopicIdPartition id, long offset, CorruptRecordException e) {
    long sinceLast = damages.pass(id.topicPartition().toString());
    if (sinceLast != LineLimit.HELD) {
      LOG.error("Records are damaged; clients get CORRUPT_MESSAGE and may skip them topic={} partition={} offset={} cause={} sinceLast={}",
          id.topic(), id.partition(), offset, e.getMessage(), sinceLast);
    }
  }

  /** @return whether consumers are sent to in-sync replicas in their own rack */
  public boolean rackAware() {
    String selector = settings.get(ReplicaSettings.REPLICA_SELECTOR_CLASS);
    return selector != null && selector.endsWith("RackAwareReplicaSelector");
  }

  /** @return how long a request without a limit of its own waits for a log to be opened, in milliseconds */
  public int openWaitMs() {
    return settings.get(LeaseSettings.MARGAY_HANDLER_WAIT_MS);
  }
}
