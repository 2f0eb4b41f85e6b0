package io.margay.replication.internal;

import io.margay.metadata.BrokerImage;
import io.margay.model.BrokerId;
import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.replication.internal.InSyncReplicas.Member;
import io.margay.replication.internal.InSyncReplicas.Proposal;
import io.margay.spi.controller.Controller.IsrChange;
import io.margay.spi.log.PartitionLog;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when the ISR of one leadership changes, and asks the controller for it.
 *
 * <ul>
 *   <li>A follower joins that has all that is committed, and all that the leadership began with.
 *   <li>A follower leaves that lacks what is committed although it is in the ISR: an engine that keeps nothing has lost it.
 *   <li>A follower leaves that has not had everything for {@code replica.lag.time.max.ms}; see {@link LagWatch}.
 *   <li>A follower leaves early when a write waits for it and no fetch comes from it for {@code margay.replica.stall.ms}, although
 *       there is data for it: it has stopped without dying. Only if enough in-sync replicas remain. The time is counted in
 *       intervals that this process has seen pass, so that a pause of the leader itself is not taken for one of the follower.
 *   <li>The ISR stays as it is, in a new leader epoch, before the leader of a mirror replaces records of its own epoch.
 *   <li>The leader itself leaves when its log is offline because of an I/O error, and gives the leadership to another in-sync replica.
 * </ul>
 *
 * <p>One proposal is open at a time. It stays open until an image confirms it, or the controller has refused it for good; a proposal
 * whose fate is unknown is sent again. Safe for all threads.
 */
final class IsrChanges {
  private static final Logger LOG = LoggerFactory.getLogger(IsrChanges.class);
  private static final long RETRY_MS = 250;
  /** A stall is noticed this many looks after the last fetch. */
  private static final int LOOKS = 10;

  private final PartitionLeader leader;
  private final InSyncReplicas isr;
  private final LocalReplica.Environment environment;
  private final Cluster cluster;
  private volatile Scheduler.Timer looking;
  private Scheduler.Timer retry;
  private boolean givingUp;
  /** Whether a new epoch was asked for, and may still come. */
  private boolean raising;
  private Scheduler.Timer giveUpAgain;
  private volatile long nextJoinMs = Long.MIN_VALUE;

  IsrChanges(PartitionLeader leader, InSyncReplicas isr, LocalReplica.Environment environment) {
    this.leader = leader;
    this.isr = isr;
    this.environment = environment;
    this.cluster = environment.cluster();
  }

  /** The leadership begins, or its replicas have changed. */
  void begin() {
    if (!isr.alone() && !leader.ended()) {
      cluster.lagWatch().add(leader);
    }
  }

  /** The leadership has ended: nothing more is asked for. */
  void end() {
    cluster.lagWatch().remove(leader);
    synchronized (this) {
      if (looking != null) {
        looking.cancel();
      }
      if (retry != null) {
        retry.cancel();
      }
      if (giveUpAgain != null) {
        giveUpAgain.cancel();
      }
    }
  }

  /** False when the cluster knows a later registration of that broker. */
  boolean isCurrent(int replicaId, long brokerEpoch) {
    BrokerImage broker = brokerEpoch < 0 ? null : cluster.image().brokers().get(new BrokerId(replicaId));
    return broker == null || brokerEpoch >= broker.epoch();
  }

  long lowWatermark() {
    return isr.lowestStart(leader.logStartOffset(), id -> isActive(cluster.image().brokers().get(id)));
  }

  private static boolean isActive(BrokerImage broker) {
    return broker != null && broker.active();
  }

  BrokerId closerReplica(String rack, String listener, long offset) {
    BrokerImage self = cluster.image().brokers().get(environment.self());
    if (self == null || rack.equals(self.rack())) {
      return null;
    }
    return isr.mostAdvanced(offset, id -> {
      BrokerImage broker = cluster.image().brokers().get(id);
      return isActive(broker) && rack.equals(broker.rack()) && broker.endpoint(listener) != null;
    });
  }

  /** A follower outside of the ISR has fetched. */
  void join(int replicaId, long brokerEpoch) {
    BrokerImage broker = cluster.image().brokers().get(new BrokerId(replicaId));
    long nowMs = environment.nowMs();
    if (broker == null || !broker.active() || brokerEpoch >= 0 && broker.epoch() != brokerEpoch || nowMs < nextJoinMs) {
      return;
    }
    Proposal proposal = leader.proposeJoining(replicaId);
    if (proposal != null) {
      if (cluster.mayLog("joins")) {
        LOG.info("A follower has caught up and may join the ISR topic={} partition={} replica={} isr={}", leader.id().topic(),
            leader.id().partition(), replicaId, ids(proposal));
      }
      ask(proposal);
    }
  }

  /** A follower asks for less than what is committed. */
  void dropLost(int replicaId, long highWatermark) {
    Proposal proposal = isr.proposeWithoutLost(replicaId, highWatermark);
    if (proposal != null) {
      if (cluster.mayLog("lost")) {
        LOG.warn("A follower has lost records and leaves the ISR topic={} partition={} replica={} isr={}", leader.id().topic(),
            leader.id().partition(), replicaId, ids(proposal));
      }
      ask(proposal);
    }
  }

  /** Called from time to time. */
  void dropLagging() {
    long lagMaxMs = cluster.lagTimeMaxMs();
    Proposal proposal = isr.proposeWithoutLagging(leader.logEndOffset(), environment.nowMs(), lagMaxMs);
    if (proposal != null) {
      if (cluster.mayLog("lags")) {
        LOG.warn("A follower lags and leaves the ISR topic={} partition={} isr={} replica.lag.time.max.ms={}", leader.id().topic(),
            leader.id().partition(), ids(proposal), lagMaxMs);
      }
      ask(proposal);
    }
  }

  /** A write begins to wait for followers: looks at intervals whether they still fetch, as long as writes wait. */
  void watch() {
    if (looking != null) {
      return;
    }
    synchronized (this) {
      long stallMs = cluster.stallMs();
      if (looking == null && stallMs > 0 && !leader.ended()) {
        isr.forgetLooks();
        looking = environment.scheduler().after(Math.max(1, stallMs / LOOKS), this::look);
      }
    }
  }

  private void look() {
    synchronized (this) {
      looking = null;
    }
    if (leader.ended() || !leader.isAwaited()) {
      return;
    }
    Proposal proposal = isr.proposeWithoutStalled(leader.logEndOffset(), LOOKS, leader.log().config().minInsyncReplicas());
    if (proposal != null) {
      if (cluster.mayLog("stalls")) {
        LOG.warn("A follower has stopped fetching while a write waits for it, and leaves the ISR topic={} partition={} isr={} "
            + "margay.replica.stall.ms={}", leader.id().topic(), leader.id().partition(), ids(proposal), cluster.stallMs());
      }
      ask(proposal);
    }
    synchronized (this) {
      if (looking == null && !leader.ended()) {
        looking = environment.scheduler().after(Math.max(1, cluster.stallMs() / LOOKS), this::look);
      }
    }
  }

  /** The log has failed. Asks for another leader, again and again until there is one or the log works again. */
  void giveUp() {
    synchronized (this) {
      if (givingUp || leader.ended()) {
        return;
      }
      givingUp = true;
    }
    if (!cluster.giveUp(leader.id(), leader.leaderEpoch(), answer -> gaveUp())) {
      synchronized (this) {
        givingUp = false; // nobody else can lead now; the next write asks again
      }
    }
  }

  private synchronized void gaveUp() {
    if (!leader.ended()) {
      giveUpAgain = environment.scheduler().after(RETRY_MS, () -> {
        synchronized (this) {
          givingUp = false;
        }
        if (leader.log().offline()) {
          giveUp();
        }
      });
    }
  }

  /**
   * Whether what comes next may replace the records from an offset on. Replicas compare their logs by the epochs of records, also when
   * this broker does not lead any more. So records of this epoch are only replaced in the next one, which is asked for if that is needed.
   */
  boolean mayReplaceFrom(long offset) {
    PartitionLog log = leader.log();
    long end = log.logEndOffset();
    if (offset >= end || log.logStartOffset() == end || log.epochAt(end - 1) != leader.leaderEpoch().value()) {
      return true;
    }
    synchronized (this) {
      if (raising) {
        return false;
      }
      raising = true;
    }
    if (!cluster.raiseEpoch(leader.id(), leader.leaderEpoch(), this::raised)) {
      raised(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    return false;
  }

  /** An image with the next epoch is on its way, or the next caller asks again. */
  private synchronized void raised(Errors answer) {
    raising = answer == Errors.NONE;
  }

  private void ask(Proposal proposal) {
    Map<BrokerId, Long> members = new HashMap<>();
    for (Member member : proposal.isr()) {
      BrokerImage broker = cluster.image().brokers().get(member.id());
      members.put(member.id(), member.brokerEpoch() >= 0 ? member.brokerEpoch() : broker == null ? -1 : broker.epoch());
    }
    cluster.isrRequests().ask(new IsrChange(leader.id(), leader.leaderEpoch(), proposal.partitionEpoch(), members),
        answer -> decided(proposal, answer));
  }

  private void decided(Proposal proposal, Errors answer) {
    switch (answer) {
      case NONE, INVALID_UPDATE_VERSION, FENCED_LEADER_EPOCH, NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_ID -> {
        // an image that decides is here or on its way; until then the proposed members count
      }
      case INELIGIBLE_REPLICA, INVALID_REQUEST -> {
        LOG.info("The controller has refused an ISR topic={} partition={} isr={} errorCode={}", leader.id().topic(),
            leader.id().partition(), ids(proposal), answer);
        nextJoinMs = environment.nowMs() + RETRY_MS;
        isr.refused(proposal);
        leader.maybeAdvance();
      }
      default -> {
        LOG.debug("It is not known whether an ISR was changed, it is asked for again partition={} errorCode={}", leader.id(), answer);
        askLater(proposal);
      }
    }
  }

  private synchronized void askLater(Proposal proposal) {
    if (!leader.ended()) {
      retry = environment.scheduler().after(RETRY_MS, () -> {
        if (!leader.ended() && isr.isOpen(proposal)) {
          ask(proposal);
        }
      });
    }
  }

  private static String ids(Proposal proposal) {
    return proposal.isr().stream().map(member -> member.id().toString()).toList().toString();
  }
}
