package io.margay.replication.internal.follow;

import io.margay.replication.internal.PartitionFollower;
import io.margay.spi.log.PartitionLog;
import java.util.UUID;

/**
 * How far one follower is. Changed under the lock of its {@link LeaderFetcher}; while a request is open, what the answer changes
 * belongs to the thread that takes the answer.
 *
 * <pre>
 *   WORKING (its epoch begins) --> FETCHING --> WORKING (its log is cut, or flushed) --> FETCHING
 *                                  FETCHING --failed, or throttled--> PAUSED --> FETCHING
 * </pre>
 */
final class FetchedPartition {
  /** What happens to it. */
  enum Phase { FETCHING, WORKING, PAUSED }

  /** Names a partition. */
  record Key(UUID topicId, int partition) { }

  final PartitionFollower follower;
  final Key key;
  volatile Phase phase = Phase.WORKING;
  int failures;
  long resumeMs;
  /** Whether the start of its log is being advanced. */
  volatile boolean startMoves;
  /** Whether it has records of which it does not know that they are committed. */
  boolean uncommitted;
  // what the leader's session knows
  boolean inSession;
  /** Number of the request that told its position. */
  long sentIn;
  long sentOffset;
  int sentEpoch;
  long sentStart;

  FetchedPartition(PartitionFollower follower) {
    this.follower = follower;
    this.key = new Key(follower.id().topicId(), follower.id().partition());
  }

  PartitionLog log() {
    return follower.log();
  }

  /** Takes over from the log where to fetch from. @return whether the session knows something else */
  boolean refresh() {
    PartitionLog log = log();
    long start = log.logStartOffset();
    long offset = log.logEndOffset();
    int epoch = offset > start ? log.epochAt(offset - 1) : -1;
    boolean changed = !inSession || offset != sentOffset || epoch != sentEpoch || start != sentStart;
    sentOffset = offset;
    sentEpoch = epoch;
    sentStart = start;
    return changed;
  }
}
