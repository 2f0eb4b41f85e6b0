package io.margay.log.internal;

import io.margay.spi.log.PartitionLog.AbortedTransaction;
import io.margay.spi.log.PartitionLog.FoundOffset;
import io.margay.spi.storage.LogSlice;
import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.util.List;

/**
 * Reads batches of one log. Nothing here waits for an append, as offsets are volatile and a store can be read at any time; only the
 * list of aborted transactions takes the lock for a moment.
 */
final class LogReader {
  private final SegmentedPartitionLog log;

  LogReader(SegmentedPartitionLog log) {
    this.log = log;
  }

  LogSlice read(long offset, int maxBytes, long endOffset, boolean atLeastOne) throws IOException {
    log.availability.require();
    long start = log.offsets.start();
    long end = log.offsets.end();
    if (offset < start || offset > end) {
      throw new IndexOutOfBoundsException("offset " + offset + " of " + log.id() + " is not in [" + start + ", " + end + "]");
    }
    if (offset >= endOffset || offset == end) {
      return LogSlice.empty(offset);
    }
    return reading("read", used -> SegmentReads.read(used, offset, maxBytes, Math.min(endOffset, end), atLeastOne));
  }

  FoundOffset findByTimestamp(long timestamp) throws IOException {
    return reading("find a timestamp",
        used -> TimestampSearch.first(used, timestamp, log.offsets.start(), log.offsets.highWatermark()));
  }

  FoundOffset findMaxTimestamp() throws IOException {
    return reading("find the highest timestamp", used -> TimestampSearch.max(used, log.offsets.start(), log.offsets.end()));
  }

  List<AbortedTransaction> abortedTransactions(long fromOffset, long toOffset) throws IOException {
    log.availability.require();
    log.lock.lock();
    try {
      return log.state.aborted.overlapping(fromOffset, toOffset);
    } finally {
      log.lock.unlock();
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T run(LogStore used) throws IOException;
  }

  private <T> T reading(String what, Reading<T> reading) throws IOException {
    LogStore used = log.store;
    log.availability.require();
    try {
      return reading.run(used);
    } catch (IOException e) {
      throw log.faultOf(used, what, e);
    }
  }
}
