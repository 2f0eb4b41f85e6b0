package io.margay.coordinator;

import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.osgi.annotation.versioning.ConsumerType;

/** The port through which a shard reaches the partition that holds it. Belongs to one leadership; safe for all threads. */
@ConsumerType
public interface PartitionWriter {
  /**
   * What became of an append.
   *
   * @param error {@link Errors#NONE}, or why nothing was appended
   * @param nextOffset offset after the last record, -1 on error
   */
  record Appended(Errors error, long nextOffset) {
    /** The answer, by identity, while the log is suspended: the same append may be made again, see {@link #whenResumed}. */
    public static final Appended SUSPENDED = new Appended(Errors.KAFKA_STORAGE_ERROR, -1);
  }

  /** @return whether there is nothing to load */
  boolean isEmpty();

  /**
   * Replays all that is in the log, committed or not. Blocks. A record that the state refuses, by throwing, is skipped.
   *
   * @param state what the records are applied to
   * @return offset after the last record
   * @throws io.margay.spi.log.LogSuspendedException when it can be read later, see {@link #whenResumed}
   * @throws IOException when the log cannot be read
   */
  long load(ShardState state) throws IOException;

  /**
   * Appends records as one batch.
   *
   * @param records at least one
   * @param nowMs their timestamp
   * @return what became of it
   */
  Appended append(List<CoordinatorRecord> records, long nowMs);

  /**
   * Appends records as one batch of a producer's transaction.
   *
   * @param records at least one
   * @param producer the producer
   * @param nowMs their timestamp
   * @return what became of it
   */
  Appended append(List<CoordinatorRecord> records, TransactionStep.Part producer, long nowMs);

  /**
   * Appends the marker that ends a producer's transaction.
   *
   * @param marker the end of the transaction
   * @param nowMs its timestamp
   * @return what became of it
   */
  Appended append(MarkerWriter.Marker marker, long nowMs);

  /**
   * Runs a task when the log is no longer suspended, or the leadership has ended.
   *
   * @param task run once, by the thread that resumes the log; may append
   * @return false when the log is not suspended any more; the task is not run then
   */
  boolean whenResumed(Runnable task);

  /** @param task given to {@link #whenResumed}, which need not be run any more */
  void cancelResume(Runnable task);

  /**
   * Waits, without blocking, until an offset is committed.
   *
   * @param nextOffset exclusive end of what must be committed
   * @param timeoutMs milliseconds at most
   * @param done called once, on any thread, also at once on this one
   */
  void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done);
}
