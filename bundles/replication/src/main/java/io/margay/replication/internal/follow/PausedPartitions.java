package io.margay.replication.internal.follow;

import io.margay.model.Scheduler;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Partitions that wait before they are fetched again, with one timer for all of them. Safe for all threads. */
final class PausedPartitions {
  private final FollowerPorts.Time time;
  private final Consumer<FetchedPartition> resume;
  private final Set<FetchedPartition> waiting = new LinkedHashSet<>();
  private Scheduler.Timer timer;
  private long dueMs;
  private boolean closed;

  PausedPartitions(FollowerPorts.Time time, Consumer<FetchedPartition> resume) {
    this.time = time;
    this.resume = resume;
  }

  synchronized void add(FetchedPartition partition, long delayMs) {
    partition.resumeMs = nowMs() + delayMs;
    waiting.add(partition);
    schedule(partition.resumeMs);
  }

  synchronized void remove(FetchedPartition partition) {
    waiting.remove(partition);
  }

  private long nowMs() {
    return time.clock().nanos() / 1_000_000;
  }

  private void schedule(long at) {
    if (closed || timer != null && dueMs <= at) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    dueMs = at;
    timer = time.scheduler().after(Math.max(0, at - nowMs()), this::wake);
  }

  private void wake() {
    List<FetchedPartition> due = new ArrayList<>();
    synchronized (this) {
      timer = null;
      long next = Long.MAX_VALUE;
      long now = nowMs();
      for (Iterator<FetchedPartition> all = waiting.iterator(); all.hasNext();) {
        FetchedPartition partition = all.next();
        if (partition.resumeMs <= now) {
          all.remove();
          due.add(partition);
        } else {
          next = Math.min(next, partition.resumeMs);
        }
      }
      if (next != Long.MAX_VALUE) {
        schedule(next);
      }
    }
    due.forEach(resume);
  }

  synchronized void close() {
    closed = true;
    waiting.clear();
    if (timer != null) {
      timer.cancel();
    }
  }
}
