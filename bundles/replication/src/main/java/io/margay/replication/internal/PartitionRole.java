package io.margay.replication.internal;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import java.io.IOException;
import java.util.List;

/**
 * What a replica does in one leader epoch: it leads ({@link PartitionLeader}) or it follows ({@link PartitionFollower}). Readers see
 * the log through it. It ends with its epoch, and a new epoch has a new object. Owned by the {@link LocalReplica}.
 */
public abstract class PartitionRole {
  private final LocalReplica replica;
  private final PartitionLog log;
  private final LeaderEpoch epoch;
  private volatile boolean ended;

  PartitionRole(LocalReplica replica, PartitionLog log, LeaderEpoch epoch) {
    this.replica = replica;
    this.log = log;
    this.epoch = epoch;
  }

  /** @return which partition */
  public TopicIdPartition id() {
    return log.id();
  }

  /** @return the replica that this role belongs to */
  public final LocalReplica replica() {
    return replica;
  }

  /** @return the log below */
  public final PartitionLog log() {
    return log;
  }

  /** @return the epoch of this role */
  public LeaderEpoch leaderEpoch() {
    return epoch;
  }

  /** @return whether it has ended */
  public final boolean ended() {
    return ended;
  }

  final void markEnded() {
    ended = true;
  }

  /** @return whether it leads */
  public abstract boolean leads();

  /** @return exclusive end of what is committed, as far as this replica knows */
  public abstract long highWatermark();

  /** @return first readable offset */
  public long logStartOffset() {
    return log.logStartOffset();
  }

  /** @return exclusive end of what is appended */
  public long logEndOffset() {
    return log.logEndOffset();
  }

  /** @return exclusive end of what read_committed readers see */
  public long lastStableOffset() {
    return log.lastStableOffset();
  }

  /** See {@link PartitionLog#read}. @return the batches; the caller releases the records */
  public LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    return log.read(offset, maxBytes, endOffset, atLeastOne);
  }

  /** @return whether a read from there most likely needs no disk */
  public boolean isHot(long offset) {
    return log.isHot(offset);
  }

  /** See {@link PartitionLog#abortedTransactions}. @return aborted transactions with records in the range, by first offset */
  public List<PartitionLog.AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException {
    return log.abortedTransactions(fromOffset, toOffset);
  }

  /** See {@link PartitionLog#findByTimestamp}. May block. @return the first record whose timestamp is not lower, or null */
  public PartitionLog.FoundOffset findByTimestamp(long timestamp) throws IOException {
    return log.findByTimestamp(timestamp);
  }

  /** @return bytes appended in this role, to guess how much there is to read without reading it */
  public abstract long appendedBytes();

  /** @return whether a record may be committed some time after it is appended */
  public abstract boolean commitsLater();

  /**
   * Compares the epoch that a client knows with this one (KIP-320).
   *
   * @param clientEpoch what the client knows, -1 for nothing
   * @return NONE, FENCED_LEADER_EPOCH when the client is behind, UNKNOWN_LEADER_EPOCH when this broker is
   */
  public Errors checkEpoch(int clientEpoch) {
    if (clientEpoch < 0 || clientEpoch == epoch.value()) {
      return Errors.NONE;
    }
    return clientEpoch < epoch.value() ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
  }
}
