package io.margay.coordinator;

import io.margay.coordinator.PartitionWriter.Appended;
import io.margay.protocol.Errors;
import io.margay.spi.partition.MarkerWriter;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Writes a result that is larger than a batch as several that stand or fall together: a transaction of the coordinator itself, in its own
 * partition, that a marker ends. Who loads the log, and compaction, take the batches of a transaction for nothing until they see that it was
 * committed. When a part cannot be written the transaction is aborted, at the latest before the next append, or by the coordinator that
 * loads the shard.
 *
 * <p>Belongs to one shard; used with the shard held.
 */
final class AtomicParts {
  /** The producer of these transactions. Producers of clients get ids from 0 on. */
  static final long PRODUCER_ID = Long.MAX_VALUE;
  private static final short EPOCH = 0;
  private static final TransactionStep.Part PART = new TransactionStep.Part(PRODUCER_ID, EPOCH);

  private final LongSupplier nowMs;
  /** Whether parts are in the log that no marker has ended. */
  private boolean open;

  /** @param nowMs milliseconds since the epoch */
  AtomicParts(LongSupplier nowMs) {
    this.nowMs = nowMs;
  }

  /** How far the parts of one result are. */
  static final class Progress {
    private int written;
    private int most = Integer.MAX_VALUE;
  }

  /** The log was lost; who loads it ends what is open. */
  void reset() {
    open = false;
  }

  static MarkerWriter.Marker marker(boolean committed) {
    return new MarkerWriter.Marker(PRODUCER_ID, EPOCH, committed, 0, 1);
  }

  /** Ends what a failed result has left; the outcome is an error while that cannot be. */
  Appended abortRest(PartitionWriter writer) {
    Appended done = writer.append(marker(false), nowMs.getAsLong());
    open &= done.error() != Errors.NONE;
    return done;
  }

  boolean open() {
    return open;
  }

  /**
   * Appends the records that are not in the log yet, and the marker. May be called again, with the same progress, while the log is
   * suspended.
   *
   * @return what became of the whole
   */
  Appended append(PartitionWriter writer, List<CoordinatorRecord> records, Progress progress) {
    while (progress.written < records.size()) {
      int from = progress.written;
      int to = BatchParts.end(records, from, Math.min(progress.most, records.size()));
      Appended done = writer.append(records.subList(from, to), PART, nowMs.getAsLong());
      if (to - from > 1 && tooLarge(done.error())) {
        progress.most = (to - from) / 2;
      } else if (done.error() != Errors.NONE) {
        return failed(writer, done);
      } else {
        open = true;
        progress.written = to;
      }
    }
    Appended done = writer.append(marker(true), nowMs.getAsLong());
    if (done.error() != Errors.NONE) {
      return failed(writer, done);
    }
    open = false;
    return done;
  }

  private Appended failed(PartitionWriter writer, Appended done) {
    if (open && done != Appended.SUSPENDED) {
      abortRest(writer);
    }
    return done;
  }

  static boolean tooLarge(Errors error) {
    return error == Errors.MESSAGE_TOO_LARGE || error == Errors.RECORD_LIST_TOO_LARGE;
  }
}
