package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/**
 * The ISR of one leadership, and the progress of its followers. What the leader asks of the controller counts at once: until the
 * image confirms a change, the high watermark waits for the members of the old ISR and of the new one. So whichever of them the
 * controller has elected from, the elected replica has all that was committed.
 *
 * <p>No clock and no timer: callers pass the time. Guarded by its monitor, but for what single methods say.
 *
 * <p>Invariant: {@code proposed} is null, or differs from {@code isr} and is based on {@code partitionEpoch}.
 */
final class InSyncReplicas {
  /** What a fetch of a follower means. */
  enum Fetched { KNOWN, NO_REPLICA, STALE }

  /** A member of a proposed ISR: {@code brokerEpoch} is -1 when it has not fetched in this leadership. */
  record Member(BrokerId id, long brokerEpoch) { }

  /** A new ISR, based on an epoch of the partition. */
  record Proposal(int partitionEpoch, List<Member> isr) { }

  private final BrokerId self;
  /** Whether some follower may have to cut its log. */
  private volatile boolean cuts;
  private volatile FollowerProgress[] followers = { };
  private volatile int isrSize;
  private List<BrokerId> isr;
  private List<BrokerId> proposed;
  private int partitionEpoch;

  InSyncReplicas(PartitionImage image, BrokerId self, long nowMs) {
    this.self = self;
    update(image, nowMs);
  }

  /** Adopts an image of the same leader epoch. Followers keep their progress. */
  synchronized void update(PartitionImage image, long nowMs) {
    List<FollowerProgress> next = new ArrayList<>(image.replicas().size());
    for (BrokerId replica : image.replicas()) {
      if (!replica.equals(self)) {
        FollowerProgress known = follower(replica.value());
        next.add(known != null ? known : new FollowerProgress(replica, nowMs));
      }
    }
    if (isr == null || image.partitionEpoch() > partitionEpoch) {
      proposed = null;
    }
    isr = image.isr();
    partitionEpoch = image.partitionEpoch();
    // those that are new are counted before they can be seen
    next.forEach(this::count);
    followers = next.toArray(FollowerProgress[]::new);
    isrSize = isr.size();
  }

  private void count(FollowerProgress follower) {
    follower.counted(isr.contains(follower.id) || proposed != null && proposed.contains(follower.id));
  }

  private FollowerProgress follower(int replicaId) {
    for (FollowerProgress follower : followers) {
      if (follower.id.value() == replicaId) {
        return follower;
      }
    }
    return null;
  }

  /** How many replicas the image says are in sync, the leader included; any thread. */
  int isrSize() {
    return isrSize;
  }

  /** Whether the leader is the only replica; any thread. */
  boolean alone() {
    return followers.length == 0;
  }

  /** Whether the ISR is smaller than a topic demands, as far as it has so many replicas; any thread. */
  boolean tooFew(int minInSync) {
    return isrSize < minInSync && isrSize < followers.length + 1;
  }

  /**
   * The largest offset that every replica that counts has reached; any thread.
   *
   * @param leaderEnd what the leader has
   * @param minInSync see {@link #tooFew}
   * @return {@link FollowerProgress#UNKNOWN} when one of them has not fetched yet, or too few are in sync
   */
  long committedEnd(long leaderEnd, int minInSync) {
    FollowerProgress[] now = followers;
    if (now.length == 0) {
      return leaderEnd;
    }
    if (tooFew(minInSync)) {
      return FollowerProgress.UNKNOWN;
    }
    long end = leaderEnd;
    for (FollowerProgress follower : now) {
      if (follower.counted()) {
        end = Math.min(end, follower.end());
      }
    }
    return end;
  }

  /**
   * A follower has everything below an offset.
   *
   * @param brokerEpoch epoch of its registration
   * @param offset what it asks for
   * @param logStart first offset that it has
   * @param leaderEnd the leader's end
   */
  synchronized Fetched onFetch(int replicaId, long brokerEpoch, long offset, long logStart, long leaderEnd, long nowMs) {
    FollowerProgress follower = follower(replicaId);
    if (follower == null) {
      return Fetched.NO_REPLICA;
    }
    return follower.fetched(brokerEpoch, offset, logStart, leaderEnd, nowMs) ? Fetched.KNOWN : Fetched.STALE;
  }

  /** The leader has cut its log: nobody has anything beyond. */
  synchronized void cut(long offset) {
    for (FollowerProgress follower : followers) {
      follower.cut(offset);
    }
    cuts = true;
  }

  /** See {@link FollowerProgress#mustCutTo}. Costs a look at a field while nobody has to. */
  long mustCutTo(int replicaId, long fetchOffset) {
    return cuts ? cutOf(replicaId, fetchOffset) : FollowerProgress.UNKNOWN;
  }

  private synchronized long cutOf(int replicaId, long fetchOffset) {
    FollowerProgress follower = follower(replicaId);
    long to = follower == null ? FollowerProgress.UNKNOWN : follower.mustCutTo(fetchOffset);
    cuts = Arrays.stream(followers).anyMatch(FollowerProgress::mustCut);
    return to;
  }

  /** Whether the image says that a replica is in sync. */
  synchronized boolean contains(int replicaId) {
    return isr.contains(new BrokerId(replicaId));
  }

  /** Whether a follower that fetched just now might join the ISR; a quick look. */
  synchronized boolean mayJoin(int replicaId) {
    FollowerProgress follower = follower(replicaId);
    return follower != null && proposed == null && !isr.contains(follower.id);
  }

  /**
   * Proposes that a follower joins, once it has all that is committed and all that this leadership began with.
   *
   * @param highWatermark must not advance meanwhile: the caller holds the lock for that
   * @param epochStart where this leadership's epoch begins
   * @return the new ISR with broker epochs, or null
   */
  synchronized Proposal proposeJoining(int replicaId, long highWatermark, long epochStart) {
    FollowerProgress joining = follower(replicaId);
    if (joining == null || proposed != null || isr.contains(joining.id) || joining.end() < highWatermark || joining.end() < epochStart) {
      return null;
    }
    List<BrokerId> next = new ArrayList<>(isr);
    next.add(joining.id);
    return proposal(next);
  }

  /** Proposes that followers leave that have lagged for too long; null when there are none. */
  synchronized Proposal proposeWithoutLagging(long leaderEnd, long nowMs, long lagMaxMs) {
    return proposeWithout(follower -> follower.lags(leaderEnd, nowMs, lagMaxMs), 1);
  }

  /**
   * Looks, at intervals while a write waits, which followers stopped without a sign, and proposes that they leave.
   *
   * @param leaderEnd the leader's end
   * @param looks after how many intervals without a fetch they leave
   * @param minInSync how many replicas must remain
   * @return the new ISR, or null
   */
  synchronized Proposal proposeWithoutStalled(long leaderEnd, int looks, int minInSync) {
    for (FollowerProgress follower : followers) {
      follower.look(leaderEnd);
    }
    return proposeWithout(follower -> follower.stalled(looks), minInSync);
  }

  /**
   * Proposes that a follower leaves that has lost records: every member of the ISR had all that is committed.
   *
   * @param highWatermark exclusive end of what is committed
   * @return the new ISR; null when the follower has all that, or is not in the ISR
   */
  synchronized Proposal proposeWithoutLost(int replicaId, long highWatermark) {
    return proposeWithout(follower -> follower.id.value() == replicaId && follower.end() < highWatermark, 1);
  }

  synchronized void forgetLooks() {
    for (FollowerProgress follower : followers) {
      follower.forgetLooks();
    }
  }

  private Proposal proposeWithout(Predicate<FollowerProgress> leaving, int least) {
    if (proposed != null) {
      return null;
    }
    List<BrokerId> next = new ArrayList<>(isr);
    for (FollowerProgress follower : followers) {
      if (isr.contains(follower.id) && leaving.test(follower)) {
        next.remove(follower.id);
      }
    }
    return next.size() == isr.size() || next.size() < least ? null : proposal(next);
  }

  private Proposal proposal(List<BrokerId> next) {
    proposed = next;
    List<Member> members = new ArrayList<>(next.size());
    for (BrokerId id : next) {
      FollowerProgress follower = follower(id.value());
      members.add(new Member(id, follower == null ? FollowerProgress.UNKNOWN : follower.brokerEpoch()));
    }
    for (FollowerProgress follower : followers) {
      count(follower);
    }
    return new Proposal(partitionEpoch, members);
  }

  /** The controller has refused a proposal for good: only the ISR of the image counts. */
  synchronized void refused(Proposal proposal) {
    if (proposed != null && proposal.partitionEpoch() == partitionEpoch) {
      proposed = null;
      for (FollowerProgress follower : followers) {
        count(follower);
      }
    }
  }

  /** Whether a proposal is still open. */
  synchronized boolean isOpen(Proposal proposal) {
    return proposed != null && proposal.partitionEpoch() == partitionEpoch;
  }

  /** The lowest start of all replicas' logs, given the leader's; {@link FollowerProgress#UNKNOWN} when one has not fetched yet. */
  synchronized long lowestStart(long leaderStart, Predicate<BrokerId> alive) {
    long lowest = leaderStart;
    for (FollowerProgress follower : followers) {
      if (alive.test(follower.id)) {
        lowest = Math.min(lowest, follower.logStart());
      }
    }
    return lowest;
  }

  /** The follower in the ISR that has most, of those that have an offset; null when there is none. */
  synchronized BrokerId mostAdvanced(long offset, Predicate<BrokerId> candidate) {
    FollowerProgress best = null;
    for (FollowerProgress follower : followers) {
      if (follower.end() >= offset && follower.logStart() <= offset && isr.contains(follower.id) && candidate.test(follower.id)
          && (best == null || follower.end() > best.end())) {
        best = follower;
      }
    }
    return best == null ? null : best.id;
  }
}
