package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import io.margay.spi.log.PartitionLog;

/**
 * One followership of a partition. The one who fetches for it is found through {@link Followers}; it stops when this has ended, and
 * the log refuses what still comes from it, because its epoch is old then.
 */
public final class PartitionFollower extends PartitionRole {
  private final BrokerId leader;
  private volatile long leaderHighWatermark = -1;

  PartitionFollower(LocalReplica replica, PartitionLog log, PartitionImage image) {
    super(replica, log, image.leaderEpoch());
    this.leader = image.leader();
  }

  /** @return the broker to fetch from */
  public BrokerId leader() {
    return leader;
  }

  void end() {
    markEnded();
  }

  @Override
  public boolean leads() {
    return false;
  }

  @Override
  public long highWatermark() {
    return log().highWatermark();
  }

  /**
   * The leader has committed up to an offset; this replica counts of that what it has.
   *
   * @param offset the leader's high watermark
   */
  public void committed(long offset) {
    leaderHighWatermark = offset;
    if (offset > log().highWatermark()) {
      log().setHighWatermark(Math.min(offset, log().logEndOffset()));
      replica().dataWaiters().wakeAll();
    }
  }

  /** @return how many committed records this replica lacks, as far as it knows */
  public long lag() {
    return Math.max(0, leaderHighWatermark - log().logEndOffset());
  }

  /** @return whether it has all that it knows to be committed; false until it has been told */
  public boolean caughtUp() {
    long committed = leaderHighWatermark;
    return committed >= 0 && log().logEndOffset() >= committed;
  }

  /** Bytes are not counted here: what can be read changes with the high watermark. */
  @Override
  public long appendedBytes() {
    return 0;
  }

  @Override
  public boolean commitsLater() {
    return true;
  }
}
