package io.margay.spi.log;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.protocol.record.InvalidRecordBatchException.Fault;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.SegmentInfo;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The log of one partition. Appending, truncating and cleaning exclude one another internally; reads run at any time. Any thread
 * may call any method. After an I/O error, which is reported to the fault handler, the log is offline: every further call answers
 * {@link Errors#KAFKA_STORAGE_ERROR} or throws {@link IOException}.
 *
 * <p>A log may be suspended for a while, because its storage engine is being replaced or it is moved to another one. Appends then
 * answer {@link Appended#SUSPENDED}, and other calls that need the store throw {@link LogSuspendedException}. Offsets, epochs and
 * producers stay as they were. The owner of the log lets requests wait in the meantime; see {@link #onSuspensionChange}.
 */
@ProviderType
public interface PartitionLog extends AutoCloseable {
  /** No verification is needed. */
  long NO_VERIFICATION = 0;

  /** The source of an append. */
  enum Origin {
    /** A client. */
    CLIENT,
    /** A coordinator inside the server: control batches are allowed, sequences are not checked. */
    COORDINATOR,
    /**
     * As {@link #COORDINATOR}, for the end of a transaction whose marker has a higher epoch than its records (transactions v2). A marker
     * with the epoch of the open transaction is late: it belongs to the one before, and is refused with INVALID_PRODUCER_EPOCH.
     */
    COORDINATOR_V2
  }

  /**
   * The result of an append.
   *
   * @param error {@link Errors#NONE}, or why nothing was appended
   * @param message what was wrong and what was expected, or null
   * @param baseOffset offset of the first record, -1 on error; for a duplicate, the offset it got the first time
   * @param nextOffset offset after the last record
   * @param appendTimeMs the timestamp that the broker set when the topic uses LogAppendTime, else -1
   * @param duplicate whether the batch had been appended before (idempotent producer)
   * @param faults the invalid records of the batch, up to a limit; empty if the error is not about single records
   */
  record Appended(Errors error, String message, long baseOffset, long nextOffset, long appendTimeMs, boolean duplicate,
      List<Fault> faults) {
    /**
     * The result of an append to a suspended log; compare it by identity. Nothing was appended, and the same append may be repeated
     * when the log is no longer suspended. Its error is for callers that do not wait.
     */
    public static final Appended SUSPENDED = failed(Errors.KAFKA_STORAGE_ERROR, "the log waits for its storage engine");

    /**
     * @param error why
     * @param message the reason in words
     * @return a failed append
     */
    public static Appended failed(Errors error, String message) {
      return failed(error, message, List.of());
    }

    /**
     * @param error why
     * @param message the reason in words
     * @param faults the invalid records
     * @return a failed append
     */
    public static Appended failed(Errors error, String message, List<Fault> faults) {
      return new Appended(error, message, -1, -1, -1, false, faults);
    }

    /**
     * @param baseOffset offset of the first record; -1 for a duplicate of which only the end is known
     * @param nextOffset offset after the last record, or a later one
     * @param appendTimeMs the timestamp that the broker set, or -1
     * @param duplicate whether the batch had been appended before
     * @return an append that succeeded
     */
    public static Appended at(long baseOffset, long nextOffset, long appendTimeMs, boolean duplicate) {
      return new Appended(Errors.NONE, null, baseOffset, nextOffset, appendTimeMs, duplicate, List.of());
    }
  }

  /** The end of an epoch: the offset after its last record. Both are -1 when nothing is known. */
  record EpochEnd(int epoch, long endOffset) { }

  /** A record's offset and timestamp (milliseconds); {@code leaderEpoch} is that of its batch or -1. */
  record FoundOffset(long offset, long timestamp, int leaderEpoch) { }

  /** An aborted transaction: producer and offset of its first record. */
  record AbortedTransaction(long producerId, long firstOffset) { }

  /** What a log knows about a producer, as DescribeProducers shows it. */
  record ProducerInfo(long producerId, int producerEpoch, int lastSequence, long lastTimestamp, int coordinatorEpoch,
      long currentTransactionStartOffset) { }

  /** @return which partition */
  TopicIdPartition id();

  /**
   * Validates and appends record batches as the leader: assigns offsets and the leader epoch, in place in the buffer. Runs on the
   * caller's thread and does not wait for stable storage.
   *
   * @param records whole batches between reader and writer index, writable; borrowed for the call; offsets, epochs and timestamps
   *     in it are overwritten
   * @param leaderEpoch the epoch of the leader; a lower one than {@link #beginEpoch} or {@link #followEpoch} was given is refused
   * @param origin the source of the append
   * @return the result, with Kafka's error codes (NOT_LEADER_OR_FOLLOWER for an old epoch, MESSAGE_TOO_LARGE, CORRUPT_MESSAGE,
   *     INVALID_RECORD, INVALID_TIMESTAMP, UNSUPPORTED_FOR_MESSAGE_FORMAT, OUT_OF_ORDER_SEQUENCE_NUMBER, INVALID_PRODUCER_EPOCH,
   *     UNKNOWN_PRODUCER_ID, KAFKA_STORAGE_ERROR, ...); POLICY_VIOLATION when the topic is a mirror
   */
  Appended appendAsLeader(ByteBuf records, LeaderEpoch leaderEpoch, Origin origin);

  /**
   * Begins the verification without which the first batch of a transaction is refused (KIP-890). The marker that ends a transaction of
   * the producer ends the verification, too. So a late batch, sent before the marker, cannot begin a transaction that no one ends.
   *
   * @param producerId the producer of a transactional batch from a client
   * @param producerEpoch its epoch
   * @return {@link #NO_VERIFICATION} when none is needed, because a transaction of the producer in that epoch is open; else a number
   *     for {@link #endVerification}. Pending verifications are as many as producers; beyond that the oldest is forgotten
   */
  long beginVerification(long producerId, short producerEpoch);

  /**
   * The coordinator has confirmed that the partition belongs to the producer's transaction: its first batch may be appended.
   *
   * @param producerId the producer
   * @param verification what {@link #beginVerification} returned
   * @return false when a marker came meanwhile; then nothing is verified
   */
  boolean endVerification(long producerId, long verification);

  /**
   * Appends batches from the leader with their offsets and epochs unchanged.
   *
   * @param records whole batches; borrowed; a partial batch at the end is ignored
   * @param leaderEpoch the epoch of the leader that sent them; an old one is refused, as in {@link #appendAsLeader}
   * @param fetchOffset the offset that was asked for
   * @return the result; OFFSET_OUT_OF_RANGE when the log no longer ends at {@code fetchOffset}, or the first batch begins before it
   */
  Appended appendAsFollower(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset);

  /**
   * Appends batches of another cluster with their offsets unchanged, as the leader of a mirror. The partition leader epoch of each batch
   * is overwritten with that of this leadership, in place; the checksum does not cover it. A batch may begin after the log's end: offsets
   * that the source no longer has are left out.
   *
   * @param records whole batches, writable; borrowed; a partial batch at the end is ignored
   * @param leaderEpoch the epoch of this leader; an old one is refused, as in {@link #appendAsLeader}
   * @param fetchOffset the offset that the source was asked for
   * @param source the value of {@code margay.mirror.source} that the caller works for
   * @return the result; POLICY_VIOLATION when the topic is not, or no longer, a mirror of that source; otherwise as
   *     {@link #appendAsFollower}
   */
  Appended appendMirrored(ByteBuf records, LeaderEpoch leaderEpoch, long fetchOffset, String source);

  /**
   * Reads whole batches; see {@link io.margay.spi.storage.LogStore#read}.
   *
   * @param offset from {@link #logStartOffset} to {@link #logEndOffset}, both inclusive; any other offset throws an
   *     {@link IndexOutOfBoundsException}
   * @param maxBytes the most bytes to return
   * @param endOffset batches that begin at or after it are not returned
   * @param atLeastOne whether the first batch is returned whatever its size
   * @return the batches; the caller releases the records
   * @throws io.margay.protocol.record.CorruptRecordException when what is stored there is damaged; the log stays usable
   */
  LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException;

  /** @return whether a read from there most likely needs no disk; see {@link io.margay.spi.storage.LogStore#isHot} */
  boolean isHot(long offset);

  /** @return the first offset that clients may read */
  long logStartOffset();

  /** @return the offset of the next record */
  long logEndOffset();

  /** @return the high watermark that was last set, or restored from a checkpoint when the log was opened */
  long highWatermark();

  /**
   * Sets the high watermark. Retention and compaction never go beyond it; it is checkpointed from time to time. Only truncation
   * lowers it.
   *
   * @param offset exclusive end of what is committed
   */
  void setHighWatermark(long offset);

  /** @return first offset of the oldest open transaction, or the high watermark when that is lower or there is none */
  long lastStableOffset();

  /**
   * @param fromOffset inclusive
   * @param toOffset exclusive
   * @return transactions that were aborted and have records in the range, by first offset
   */
  List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException;

  /** @return bytes of all batches */
  long sizeBytes();

  /** @return the segments */
  List<SegmentInfo> segments();

  /** @return everything below this offset is on stable storage */
  long flushedOffset();

  /**
   * Requests a flush of everything up to the current end. The log's flusher serves several requests with one flush.
   *
   * @param whenFlushed called on the flusher's thread once {@link #flushedOffset} has reached that end; also when the log goes
   *     offline or is closed, so check {@link #flushedOffset}
   */
  void requestFlush(Runnable whenFlushed);

  /**
   * @param timestamp milliseconds since the epoch
   * @return the first record, at or after the start and below the high watermark, whose timestamp is not lower; null when there is
   *     none. Exact to the record, even inside a compressed batch. May block.
   */
  FoundOffset findByTimestamp(long timestamp) throws IOException;

  /** @return the record with the highest timestamp (the first of several), or null when the log is empty. May block. */
  FoundOffset findMaxTimestamp() throws IOException;

  /** @return the epoch of the last batch, or {@link LeaderEpoch#NONE} */
  LeaderEpoch latestEpoch();

  /**
   * @param epoch a leader epoch
   * @return the largest known epoch that is not greater, and where it ends (KIP-101, KIP-320)
   */
  EpochEnd endOfEpoch(int epoch);

  /** @return leader epoch of the record at an offset, or -1 when unknown */
  int epochAt(long offset);

  /**
   * Records that this broker leads in an epoch, which begins at the current end. From now on the log refuses lower epochs. Waits for
   * no disk.
   *
   * @param epoch the epoch, not lower than an earlier one
   */
  void beginEpoch(LeaderEpoch epoch) throws IOException;

  /**
   * This broker follows the leader of an epoch. From now on the log refuses lower epochs; an append that is in progress has ended
   * when this returns. Epochs in which this broker led but appended nothing are forgotten. Waits for no disk.
   *
   * @param epoch the epoch, not lower than an earlier one
   */
  void followEpoch(LeaderEpoch epoch) throws IOException;

  /**
   * Advances the log's start (DeleteRecords, or because the leader's start moved). Survives a restart.
   *
   * @param offset the new start, at most the high watermark; lower than the current one changes nothing
   */
  void advanceStart(long offset) throws IOException;

  /**
   * Removes the end of the log, with the producers' state and the epochs that belong to it. Blocks.
   *
   * @param offset the first offset to remove
   * @param leaderEpoch the epoch of the leader whose log differs; an old one is refused
   * @return false when the epoch is old; nothing was changed then
   */
  boolean truncateTo(long offset, LeaderEpoch leaderEpoch) throws IOException;

  /**
   * Drops everything, for a follower or a mirror that is outside of its source's log. Blocks.
   *
   * @param offset the new start and end
   * @param leaderEpoch the epoch of that leader; an old one is refused
   * @return false when the epoch is old; nothing was changed then
   */
  boolean truncateFullyAndStartAt(long offset, LeaderEpoch leaderEpoch) throws IOException;

  /** @return the producers with state in this log */
  List<ProducerInfo> producers();

  /** @return its settings */
  LogConfig config();

  /** @param config takes effect at once; with another engine's name the log is moved there in the background */
  void configure(LogConfig config);

  /** @return whether it is suspended: temporarily unusable, but neither offline nor closed; a volatile read */
  boolean suspended();

  /**
   * Registers a listener for the beginning and the end of each suspension. It is called after {@link #suspended} has changed, by
   * the thread that suspends or resumes the log, without the log's lock, so that it may append. If the log cannot resume, its last
   * suspension ends when it goes offline or is closed.
   *
   * @param listener called for each change; asks {@link #suspended} for the current state; replaces an earlier listener
   */
  void onSuspensionChange(Runnable listener);

  /** @return whether an I/O error has put it offline */
  boolean offline();

  /** Writes checkpoints and snapshots, flushes and closes cleanly. Completes flush requests. */
  @Override
  void close() throws IOException;
}
