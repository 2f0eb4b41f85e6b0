package io.margay.replication.internal.fetch;

import io.margay.spi.handler.Request;

/**
 * The memory that a fetch takes beyond its frame, reserved with its request: in advance when there are many partitions, else when
 * the fetch begins to wait. So a fetch with few partitions that is answered at once costs no reservation. Used by one thread at a
 * time.
 */
final class FetchMemory {
  /** A fetch with up to this many partitions takes less memory than its connection does. */
  static final int FEW = 64;
  /** The objects of a fetch that do not depend on its partitions. */
  private static final long FETCH_BYTES = 400;
  /** The part of the answer for one partition. */
  private static final long ANSWER_BYTES = 184;

  private final Request request;
  private long reserved;

  FetchMemory(Request request) {
    this.request = request;
  }

  /** Whether the request may be looked at. @param partitions how many it names */
  boolean mayName(int partitions) {
    return partitions <= FEW || reserve((long) partitions * (FetchItem.SIZE_BYTES + FetchPart.SIZE_BYTES));
  }

  /** Whether its partitions may be read. @param partitions their number, including those that the session knows */
  boolean mayRead(int partitions) {
    return partitions <= FEW || reserve((long) partitions * FetchPart.SIZE_BYTES);
  }

  /** Whether it may wait. @param partitions as in {@link #mayRead} */
  boolean mayWait(int partitions) {
    return reserve(Math.max(reserved, (long) partitions * (FetchItem.SIZE_BYTES + FetchPart.SIZE_BYTES)) + FETCH_BYTES);
  }

  /** Whether its answer may be built. @param partitions how many it reports */
  boolean mayAnswer(int partitions) {
    return partitions <= FEW || reserve(reserved + partitions * ANSWER_BYTES);
  }

  private boolean reserve(long total) {
    long more = total - reserved;
    if (more <= 0) {
      return true;
    }
    if (!request.reserve(more)) {
      return false;
    }
    reserved = total;
    return true;
  }
}
