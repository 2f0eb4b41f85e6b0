package io.margay.replication.internal.fetch;

import io.margay.protocol.message.FetchRequest;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionRole;

/**
 * What a request asks for, for all its partitions together.
 *
 * @param replicaId the follower that asks; -1 for a consumer
 * @param brokerEpoch epoch of that follower's registration, -1 when it does not say
 * @param rack the rack of a client that knows that it may read from followers (KIP-392), empty when it has none; else null
 * @param readCommitted whether records of open and aborted transactions are withheld
 * @param minBytes answer at once when this many bytes are available, {@code >= 0}
 * @param maxBytes answer with at most this many bytes, but at least one batch; {@code >= 0}
 * @param maxWaitMs how long to wait for the minimum, {@code >= 0}
 */
record FetchLimits(int replicaId, long brokerEpoch, String rack, boolean readCommitted, int minBytes, int maxBytes, int maxWaitMs) {
  private static final short FIRST_FROM_FOLLOWERS = 11;
  private static final short FIRST_WITH_REPLICA_STATE = 15;
  private static final int CONSUMER = -1;

  static FetchLimits of(FetchRequest request, short version, int serverMaxBytes) {
    int replicaId = version >= FIRST_WITH_REPLICA_STATE ? request.replicaState().replicaId() : request.replicaId();
    int maxBytes = Math.max(0, replicaId >= 0 ? request.maxBytes() : Math.min(request.maxBytes(), serverMaxBytes));
    int minBytes = Math.max(0, Math.min(request.minBytes(), maxBytes));
    long brokerEpoch = version >= FIRST_WITH_REPLICA_STATE ? request.replicaState().replicaEpoch() : -1;
    String rack = replicaId < 0 && version >= FIRST_FROM_FOLLOWERS ? request.rackId() : null;
    return new FetchLimits(Math.max(replicaId, CONSUMER), brokerEpoch, rack, request.isolationLevel() == 1 && replicaId < 0, minBytes,
        maxBytes, Math.max(0, request.maxWaitMs()));
  }

  /** The same with at most so many bytes. */
  FetchLimits atMost(long bytes) {
    if (bytes >= maxBytes) {
      return this;
    }
    return new FetchLimits(replicaId, brokerEpoch, rack, readCommitted, (int) Math.min(minBytes, bytes), (int) bytes, maxWaitMs);
  }

  boolean isFollower() {
    return replicaId != CONSUMER;
  }

  /** The role of a replica that the reader may read from, or null. */
  PartitionRole role(LocalReplica replica) {
    PartitionRole leader = replica.leader();
    return leader != null || rack == null ? leader : replica.follower();
  }

  /** Exclusive end of what the reader may see of a partition. */
  long bound(PartitionRole role) {
    if (isFollower()) {
      return role.logEndOffset();
    }
    return readCommitted ? role.lastStableOffset() : role.highWatermark();
  }

  /** Whether more to see is enough, however many bytes it has, or its bytes cannot be counted when they are appended. */
  boolean anyMoveCounts(PartitionRole role) {
    return minBytes <= 1 || readCommitted || !isFollower() && role.commitsLater();
  }
}
