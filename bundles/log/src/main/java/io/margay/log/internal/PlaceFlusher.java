package io.margay.log.internal;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The flusher of one place: one thread, because a disk forces one file after the other anyway. Requests for a log that arrive
 * while it waits in the queue are served by one flush. The thread ends when it has been idle for a while.
 */
final class PlaceFlusher implements Flusher {
  /** Holds each log at most once, see {@link LogFlushing#enterQueue}. */
  private final ExecutorService thread;

  PlaceFlusher(String place, LogThreads threads) {
    thread = threads.single("margay-flush-" + place);
  }

  @Override
  public void request(SegmentedPartitionLog log) {
    if (!log.flushing().enterQueue()) {
      return;
    }
    try {
      thread.execute(() -> {
        log.flushing().leaveQueue();
        log.flushing().now();
      });
    } catch (RejectedExecutionException e) {
      // At shutdown no request may be left waiting; logs are flushed when they are closed.
      log.flushing().leaveQueue();
      log.flushing().now();
    }
  }

  /** Serves what is in the queue and ends; waits, for a bounded time. */
  void close(long waitMs) {
    thread.shutdown();
    try {
      thread.awaitTermination(waitMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
