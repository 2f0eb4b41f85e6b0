package io.margay.coordinator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lock of one shard: what is deferred while it is held runs when its outermost holder has let go of it. */
final class ShardLock {
  private static final Logger LOG = LoggerFactory.getLogger(ShardLock.class);

  private final String coordinator;
  private final int shard;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Runnable> deferred = new ArrayDeque<>();

  ShardLock(String coordinator, int shard) {
    this.coordinator = coordinator;
    this.shard = shard;
  }

  /** Runs with the lock held, and what was deferred after it, even when the body throws: clients wait for it. */
  void run(Runnable body) {
    List<Runnable> after = List.of();
    lock.lock();
    try {
      body.run();
    } finally {
      if (lock.getHoldCount() == 1 && !deferred.isEmpty()) {
        after = new ArrayList<>(deferred);
        deferred.clear();
      }
      lock.unlock();
      after.forEach(this::complete);
    }
  }

  private void complete(Runnable completion) {
    try {
      completion.run();
    } catch (Throwable e) {
      // an Error of one completion must not keep the others from running
      LOG.error("A completion failed. coordinator={} shard={}", coordinator, shard, e);
    }
  }

  /** Runs a task when the lock is no longer held; held now. */
  void defer(Runnable task) {
    requireHeld();
    deferred.add(task);
  }

  void requireHeld() {
    if (!lock.isHeldByCurrentThread()) {
      throw new IllegalStateException("shard " + shard + " of " + coordinator + " is used by thread "
          + Thread.currentThread().getName() + " without being held by it: " + lock);
    }
  }
}
