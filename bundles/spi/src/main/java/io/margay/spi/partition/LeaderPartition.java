package io.margay.spi.partition;

import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import io.margay.spi.log.PartitionLog;
import io.margay.spi.storage.LogSlice;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ProviderType;

/** A partition that this broker leads. Safe for all threads. */
@ProviderType
public interface LeaderPartition {
  /** @return which partition */
  TopicIdPartition id();

  /** @return the epoch of this leadership */
  LeaderEpoch leaderEpoch();

  /**
   * Appends batches; see {@link PartitionLog#appendAsLeader}. They are not committed yet.
   *
   * @param records whole batches, writable; borrowed
   * @param origin the source of the append
   * @return the result; NOT_LEADER_OR_FOLLOWER when the leadership has ended, NOT_ENOUGH_REPLICAS when the ISR is too small;
   *     {@link PartitionLog.Appended#SUSPENDED} when the append has to be repeated, see {@link #whenResumed}
   */
  PartitionLog.Appended append(ByteBuf records, PartitionLog.Origin origin);

  /**
   * Appends batches of another cluster with their offsets; see {@link PartitionLog#appendMirrored}. They are not committed yet.
   *
   * @param records whole batches, writable; borrowed
   * @param fetchOffset the offset that the source was asked for
   * @param source the value of {@code margay.mirror.source} that the caller works for
   * @return the result, as of {@link #append}; an ISR that is too small does not refuse it, since the source still has the records
   */
  PartitionLog.Appended appendMirrored(ByteBuf records, long fetchOffset, String source);

  /**
   * Makes the log of a mirror end at an offset. What is beyond is cut, with the high watermark. When the offset is beyond the end, or the log
   * is empty, the whole log is dropped, and begins again there. Blocks.
   *
   * <p>Replicas compare their logs by the leader epochs of records, so records of this epoch are not replaced in it. The controller is asked
   * for a new one then, and nothing is changed: the caller asks again in the next leadership.
   *
   * @param offset the new end
   * @param source the value of {@code margay.mirror.source} that the caller works for
   * @return false when nothing was changed: the leadership has ended or is about to, or the topic is no mirror of that source
   */
  boolean endMirrorAt(long offset, String source) throws IOException;

  /**
   * Advances the start of a mirror's log to that of its source, at most to the high watermark. Blocks.
   *
   * @param offset the source's first offset
   * @param source the value of {@code margay.mirror.source} that the caller works for
   */
  void advanceMirrorStart(long offset, String source) throws IOException;

  /** @return {@code margay.mirror.source} of the topic, or null when it is not a mirror */
  String mirrorSource();

  /**
   * Registers a task that runs when the log is no longer suspended: after an append answered
   * {@link PartitionLog.Appended#SUSPENDED}, or a read threw {@link io.margay.spi.log.LogSuspendedException}. It also runs when the
   * leadership ends before that. Tasks run in the order of registration; only {@link #cancelResume} bounds the wait.
   *
   * @param task run once by the thread that resumes the log; may append, must not block
   * @return false when the log is no longer suspended; the task does not run then
   */
  boolean whenResumed(Runnable task);

  /**
   * @param task given to {@link #whenResumed}
   * @return whether it was still waiting; it does not run then
   */
  boolean cancelResume(Runnable task);

  /**
   * Waits, without blocking, until the high watermark reaches an offset.
   *
   * @param nextOffset exclusive end of what must be committed
   * @param done gets {@link Errors#NONE}, or NOT_LEADER_OR_FOLLOWER when the leadership ended before, or REQUEST_TIMED_OUT; called
   *     exactly once, at once on this thread when it is committed already, else on any thread
   * @param timeoutMs how long to wait at most, in milliseconds
   */
  void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done);

  /** See {@link PartitionLog#read}. @return the batches; the caller releases the records */
  LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException;

  /** @return whether a read from there most likely needs no disk; see {@link PartitionLog#isHot} */
  boolean isHot(long offset);

  /** See {@link PartitionLog#abortedTransactions}. @return aborted transactions with records in the range, by first offset */
  List<PartitionLog.AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException;

  /** See {@link PartitionLog#findByTimestamp}. May block. @return the first record whose timestamp is not lower, or null */
  PartitionLog.FoundOffset findByTimestamp(long timestamp) throws IOException;

  /**
   * Finds where to go on when the rest of a segment cannot be read.
   *
   * @param offset an offset
   * @return where the first segment begins that begins after the offset; -1 when there is none
   */
  long nextSegment(long offset);

  /** @return first readable offset */
  long logStartOffset();

  /** @return exclusive end of what is committed */
  long highWatermark();

  /** @return exclusive end of what is appended */
  long logEndOffset();

  /** @return exclusive end of what read_committed readers see */
  long lastStableOffset();
}
