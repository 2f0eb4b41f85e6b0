package io.margay.server.internal;

import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/**
 * What the requests of one connection have taken of the memory for work, at most {@link RequestMemory#workShareBytes}. Safe for all
 * threads.
 */
final class WorkShare {
  private static final AtomicLongFieldUpdater<WorkShare> BYTES = AtomicLongFieldUpdater.newUpdater(WorkShare.class, "bytes");

  private final RequestMemory memory;
  private volatile long bytes;

  WorkShare(RequestMemory memory) {
    this.memory = memory;
  }

  long bytes() {
    return bytes;
  }

  RequestMemory memory() {
    return memory;
  }

  /**
   * Takes memory for what a request keeps.
   *
   * @return null when it was taken, or why not
   */
  RoutedRequest.Denial take(long more) {
    long all = BYTES.addAndGet(this, more);
    boolean fits = all <= memory.workShareBytes();
    if (fits && memory.work().tryTake(more, more <= MemoryPool.SMALL_BYTES)) {
      return null;
    }
    BYTES.addAndGet(this, -more);
    return fits ? RoutedRequest.Denial.POOL : RoutedRequest.Denial.SHARE;
  }

  /** Counts what was taken of the memory in another way. */
  void count(long more) {
    BYTES.addAndGet(this, more);
  }

  void give(long less) {
    BYTES.addAndGet(this, -less);
    memory.work().give(less);
  }
}
