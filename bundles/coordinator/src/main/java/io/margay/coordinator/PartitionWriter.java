package io.margay.coordinator;

import io.margay.protocol.Errors;
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
  record Appended(Errors error, long nextOffset) { }

  /** @return whether there is nothing to load */
  boolean isEmpty();

  /**
   * Replays all that is in the log, committed or not. Blocks.
   *
   * @param state what the records are applied to
   * @return offset after the last record
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
   * Waits, without blocking, until an offset is committed.
   *
   * @param nextOffset exclusive end of what must be committed
   * @param timeoutMs milliseconds at the most
   * @param done told once, on any thread, also at once on this one
   */
  void whenCommitted(long nextOffset, int timeoutMs, Consumer<Errors> done);
}
