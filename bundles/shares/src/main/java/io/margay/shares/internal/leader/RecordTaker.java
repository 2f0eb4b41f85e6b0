package io.margay.shares.internal.leader;

import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.shares.internal.partition.Acquired;
import io.margay.shares.internal.partition.LogBatch;
import io.margay.shares.internal.partition.ShareLimits;
import io.margay.shares.internal.partition.SharePartition;
import io.margay.spi.partition.LeaderPartition;
import java.io.IOException;
import java.util.List;

/** Acquires records of a share partition where the log has some. Guarded by the lock of its owner, but for {@link #read}. */
final class RecordTaker {
  private final LeaderPartition log;
  private final ShareLimits limits;
  private final LogSlices slices;

  RecordTaker(LeaderPartition log, ShareLimits limits) {
    this.log = log;
    this.limits = limits;
    this.slices = new LogSlices(log, limits);
  }

  /** What is read, and with what bound. */
  record Place(long offset, long bound) { }

  /** Null when there is nothing to read. */
  Place place(SharePartition partition) {
    partition.onLogStart(log.logStartOffset());
    long offset = partition.nextOffset();
    long bound = offset < 0 ? -1 : Math.min(visibleEnd(), partition.availableUpTo(offset));
    return offset < bound ? new Place(offset, bound) : null;
  }

  /** The end of what members may see. */
  long visibleEnd() {
    return limits.readCommitted() ? log.lastStableOffset() : log.highWatermark();
  }

  /** May wait for a disk; needs no lock. */
  LogSlices.Slice read(Place place, Want want) throws IOException {
    return slices.read(place.offset, place.bound, want);
  }

  /** Acquires what was read; null when none of it is delivered. The slice is used up. */
  Fetched take(SharePartition partition, Want want, Place place, LogSlices.Slice slice, long nowMs) throws IOException {
    Records records = slice.records();
    List<Acquired> acquired = List.of();
    try {
      List<LogBatch> batches = slice.found().batches();
      if (batches.isEmpty()) {
        partition.nothingIn(place.offset, place.bound);
        records.release();
        return null;
      }
      acquired = partition.acquire(want.memberId(), place.offset, batches, want.maxRecords(), want.strict(), nowMs);
      if (acquired.isEmpty()) {
        records.release();
        return null;
      }
      long end = acquired.get(acquired.size() - 1).last() + 1;
      if (slice.found().complete() && batches.get(batches.size() - 1).first() < end) {
        return new Fetched(Errors.NONE, records, acquired, false);
      }
      // without the batches behind the last one that was acquired
      Records exact = log.read(place.offset, Math.max(0, want.maxBytes()), Math.min(end, place.bound), true).records();
      records.release();
      return new Fetched(Errors.NONE, exact, acquired, false);
    } catch (IOException | RuntimeException | Error e) {
      records.release();
      partition.undo(want.memberId(), acquired);
      throw e;
    }
  }
}
