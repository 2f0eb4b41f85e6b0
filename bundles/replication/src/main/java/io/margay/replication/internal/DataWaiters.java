package io.margay.replication.internal;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * Long polls that wait for something to read from one replica. They stay in until they take themselves out. While nobody waits, a
 * wake-up costs one volatile read and no memory is held.
 */
public final class DataWaiters {
  private static final Runnable[] NOBODY = { };

  private Set<Runnable> waiting;
  private volatile Runnable[] snapshot = NOBODY;

  /** @param waiter run, on any thread, whenever there may be more to read, or another answer to give; quick */
  public synchronized void add(Runnable waiter) {
    if (waiting == null) {
      waiting = Collections.newSetFromMap(new IdentityHashMap<>(4));
    }
    if (waiting.add(waiter)) {
      snapshot = waiting.toArray(NOBODY);
    }
  }

  /** @param waiter who waits no longer */
  public synchronized void remove(Runnable waiter) {
    if (waiting != null && waiting.remove(waiter)) {
      if (waiting.isEmpty()) {
        waiting = null;
        snapshot = NOBODY;
      } else {
        snapshot = waiting.toArray(NOBODY);
      }
    }
  }

  /** Runs everyone. */
  void wakeAll() {
    Runnable[] all = snapshot;
    for (Runnable waiter : all) {
      waiter.run();
    }
  }

  /** @return whether nobody waits */
  public boolean isEmpty() {
    return snapshot.length == 0;
  }
}
