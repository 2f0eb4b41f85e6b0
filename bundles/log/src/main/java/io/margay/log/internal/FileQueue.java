package io.margay.log.internal;

import io.margay.spi.storage.LogStore;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Writes and deletions of a log's small files that wait: what changes the state of a log adds them under the log's lock, and they
 * are done in that order without it, so that no append waits for them. A crash before they are done is as one before the change:
 * the batches tell. Safe for all threads.
 */
final class FileQueue {
  /** How many may wait before the one that adds to them does them. */
  static final int MOST = 32;

  /** Something that is done with the small files of a store. */
  @FunctionalInterface
  interface Work {
    void run(LogStore store) throws IOException;
  }

  private final ArrayDeque<Work> waiting = new ArrayDeque<>();
  /** Held while the work is done, so that it is done in its order. */
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
   * Does what waited when this was called. After a failure the log is offline, and drops what is left when it is opened again.
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
