package io.margay.replication.internal;

import io.margay.metadata.PartitionImage;
import io.margay.model.BrokerId;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The progress of the followers of a leadership. The members are fixed; a changed ISR creates a new object that takes over what was
 * known. Safe for all threads.
 */
final class InSyncReplicas {
  private static final long UNKNOWN = -1;

  private final int[] followers;
  private final boolean[] inSync;
  private final AtomicLongArray ends;
  private final int isrSize;

  InSyncReplicas(PartitionImage image, BrokerId self, InSyncReplicas former) {
    this.followers = image.replicas().stream().filter(r -> !r.equals(self)).mapToInt(BrokerId::value).toArray();
    this.inSync = new boolean[followers.length];
    this.ends = new AtomicLongArray(followers.length);
    this.isrSize = image.isr().size();
    for (int i = 0; i < followers.length; i++) {
      inSync[i] = image.isr().contains(new BrokerId(followers[i]));
      ends.set(i, former == null ? UNKNOWN : former.end(followers[i]));
    }
  }

  /** How many replicas are in sync, the leader included. */
  int isrSize() {
    return isrSize;
  }

  /** The largest offset that every in-sync replica has reached, when the leader is at {@code leaderEnd}; -1 when unknown. */
  long committedEnd(long leaderEnd) {
    long end = leaderEnd;
    for (int i = 0; i < followers.length; i++) {
      if (inSync[i]) {
        end = Math.min(end, ends.get(i));
      }
    }
    return end;
  }

  /** Records that a follower has everything below {@code end}; false when it is not a replica of the partition. */
  boolean onFetch(int replicaId, long end) {
    for (int i = 0; i < followers.length; i++) {
      if (followers[i] == replicaId) {
        ends.set(i, end);
        return true;
      }
    }
    return false;
  }

  private long end(int replicaId) {
    for (int i = 0; i < followers.length; i++) {
      if (followers[i] == replicaId) {
        return ends.get(i);
      }
    }
    return UNKNOWN;
  }
}
