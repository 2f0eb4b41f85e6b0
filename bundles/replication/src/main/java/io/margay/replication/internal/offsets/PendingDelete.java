package io.margay.replication.internal.offsets;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.DeleteRecordsResponse;
import io.margay.protocol.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import io.margay.replication.internal.CommitWaiter;
import io.margay.replication.internal.PartitionLeader;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A request whose records are deleted at the leaders, and that waits until no live follower has them either. One element for each of
 * its partitions, so that the memory that the request has reserved covers it.
 */
final class PendingDelete {
  private final Request request;
  private final Set<PendingDelete> registry;
  private final List<Waiter> waiters = new ArrayList<>(4);
  /** Undecided partitions, plus one for {@link #start}. */
  private final AtomicInteger open = new AtomicInteger(1);
  private DeleteRecordsResponse response;
  private volatile Scheduler.Timer timer;
  private volatile boolean expired;

  PendingDelete(Request request, Set<PendingDelete> registry) {
    this.request = request;
    this.registry = registry;
  }

  private final class Waiter extends CommitWaiter {
    private final PartitionLeader leader;
    private final DeleteRecordsPartitionResult result;

    Waiter(PartitionLeader leader, long offset, DeleteRecordsPartitionResult result) {
      super(offset);
      this.leader = leader;
      this.result = result;
    }

    @Override
    protected void complete(Errors error) {
      result.setErrorCode(error.code()).setLowWatermark(error == Errors.NONE ? leader.lowWatermark() : -1);
      decided();
    }

    private void expire() {
      if (leader.cancel(this)) {
        complete(Errors.REQUEST_TIMED_OUT);
      }
    }
  }

  /** Waits for the followers of one partition. @param offset below which they have nothing then */
  void add(PartitionLeader leader, long offset, DeleteRecordsPartitionResult result) {
    waiters.add(new Waiter(leader, offset, result));
  }

  /** Begins the waits; nothing is added afterwards. */
  void start(DeleteRecordsResponse full, int timeoutMs, Scheduler scheduler) {
    response = full;
    open.addAndGet(waiters.size());
    registry.add(this);
    timer = scheduler.after(Math.max(0, timeoutMs), this::expire);
    waiters.forEach(waiter -> waiter.leader.awaitStart(waiter));
    if (expired) {
      expire();
    }
    decided();
  }

  /** The time is over, or the handler leaves. What is deleted stays deleted. */
  void expire() {
    expired = true;
    waiters.forEach(Waiter::expire);
  }

  private void decided() {
    if (open.decrementAndGet() == 0) {
      registry.remove(this);
      timer.cancel();
      request.respond(response);
    }
  }
}
