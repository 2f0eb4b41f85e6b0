package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Pending writes and deletions of a log's small files. Code that changes the state of a log adds them under the log's lock; they
 * are carried out in that order without it, so that no append waits for them. A crash before that is like one before the change:
 * the state is rebuilt from the batches. Safe for all threads.
 */
final class FileQueue {
  /** How many may wait before the thread that adds one carries them out itself. */
  static final int MOST = 32;

  /** One write or deletion of a store's small files. */
  @FunctionalInterface
  interface Work {
    void run(LogStore store) throws IOException;
  }

  private final ArrayDeque<Work> waiting = new ArrayDeque<>();
  /** Held while the work is done, to keep its order. */
  private final Object working = new Object();
  private volatile int count;

  void add(Work work) {
    synchronized (waiting) {
      waiting.add(work);
      count = waiting.size();
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  boolean isFull() {
    return count >= MOST;
  }

  /**
   * Carries out what was queued when this was called. After a failure the log is offline, and the rest is dropped when it is
   * reopened.
   */
  void drain(LogStore store) throws IOException {
    int left = count;
    if (left == 0) {
      return;
    }
    synchronized (working) {
      for (Work work = next(); work != null; work = --left > 0 ? next() : null) {
        work.run(store);
      }
    }
  }

  private Work next() {
    synchronized (waiting) {
      Work work = waiting.poll();
      count = waiting.size();
      return work;
    }
  }

  void clear() {
    synchronized (waiting) {
      waiting.clear();
      count = 0;
    }
  }
}
