package io.margay.replication.internal.fetch;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The waiting fetches, so that they are answered when the handler leaves. Safe for all threads. */
final class ParkedFetches {
  private final Set<PendingFetch> parked = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Adds a fetch before it waits; false when the handler leaves, so that the fetch has to be answered now. */
  boolean add(PendingFetch fetch) {
    parked.add(fetch);
    if (closed) {
      parked.remove(fetch);
      return false;
    }
    return true;
  }

  void remove(PendingFetch fetch) {
    parked.remove(fetch);
  }

  boolean closed() {
    return closed;
  }

  /** Answers all, and those that come later at once. */
  void close() {
    closed = true;
    parked.forEach(PendingFetch::close);
  }
}
