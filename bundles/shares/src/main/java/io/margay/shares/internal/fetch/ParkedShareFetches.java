package io.margay.shares.internal.fetch;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The waiting fetches, so that they are answered when the handler leaves. Safe for all threads. */
final class ParkedShareFetches {
  private final Set<PendingShareFetch> parked = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** Adds a fetch before it waits; false when the handler leaves, so that the fetch has to be answered now. */
  boolean add(PendingShareFetch fetch) {
    parked.add(fetch);
    if (closed) {
      parked.remove(fetch);
      return false;
    }
    return true;
  }

  void remove(PendingShareFetch fetch) {
    parked.remove(fetch);
  }

  boolean closed() {
    return closed;
  }

  /** Answers all, and those that come later at once. */
  void close() {
    closed = true;
    parked.forEach(PendingShareFetch::close);
  }
}
