package io.margay.shares.internal.leader;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The fetches that wait for records of one share partition, in the order of their arrival. Guarded by the lock of its owner. */
final class ShareWaiters {
  private final Set<ShareWaiter> waiting = new LinkedHashSet<>();

  void add(ShareWaiter waiter) {
    waiting.add(waiter);
  }

  void remove(ShareWaiter waiter) {
    waiting.remove(waiter);
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** The one that has waited longest, which does not wait any more; null when there is none. */
  ShareWaiter poll() {
    Iterator<ShareWaiter> first = waiting.iterator();
    if (!first.hasNext()) {
      return null;
    }
    ShareWaiter waiter = first.next();
    first.remove();
    return waiter;
  }

  List<ShareWaiter> drain() {
    List<ShareWaiter> all = new ArrayList<>(waiting);
    waiting.clear();
    return all;
  }
}
