package io.margay.replication.internal;

import io.margay.model.Scheduler;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets all leaderships with followers look for followers that lag, twice in the time that a follower may lag. Safe for all threads. */
final class LagWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LagWatch.class);

  private final Scheduler scheduler;
  private final LongSupplier lagTimeMaxMs;
  private final Set<PartitionLeader> leaders = new LinkedHashSet<>();
  private Scheduler.Timer timer;
  private boolean closed;

  LagWatch(Scheduler scheduler, LongSupplier lagTimeMaxMs) {
    this.scheduler = scheduler;
    this.lagTimeMaxMs = lagTimeMaxMs;
  }

  synchronized void add(PartitionLeader leader) {
    leaders.add(leader);
    schedule();
  }

  private void schedule() {
    if (timer == null && !leaders.isEmpty() && !closed) {
      timer = scheduler.after(Math.max(1, lagTimeMaxMs.getAsLong() / 2), this::look);
    }
  }

  synchronized void remove(PartitionLeader leader) {
    leaders.remove(leader);
    if (leaders.isEmpty() && timer != null) {
      timer.cancel();
      timer = null;
    }
  }

  private void look() {
    List<PartitionLeader> all;
    synchronized (this) {
      timer = null;
      all = List.copyOf(leaders);
    }
    for (PartitionLeader leader : all) {
      try {
        leader.dropLagging();
      } catch (RuntimeException e) {
        LOG.error("The followers of a partition could not be checked partition={}", leader.id(), e);
      }
    }
    synchronized (this) {
      schedule();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
