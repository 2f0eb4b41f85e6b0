package io.margay.replication.internal.produce;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.replication.internal.CommitWaiter;
import io.margay.replication.internal.PartitionLeader;
import io.margay.spi.handler.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** A produce request whose records are appended and not yet committed. Answered when all are, or when its time is over. */
final class PendingProduce {
  private final Request request;
  private final Scheduler scheduler;
  private final boolean allReplicas;
  private final Set<PendingProduce> registry;
  private final List<Waiter> waiters = new ArrayList<>(4);
  /** Partitions that are not decided, and one for {@link #start}, so that nothing is answered before everything is set up. */
  private final AtomicInteger open = new AtomicInteger(1);
  private ProduceResponse response;
  private volatile Scheduler.Timer timer;

  PendingProduce(Request request, boolean allReplicas, Scheduler scheduler, Set<PendingProduce> registry) {
    this.request = request;
    this.allReplicas = allReplicas;
    this.scheduler = scheduler;
    this.registry = registry;
  }

  /** One partition's wait. What it writes to the answer is seen by whoever decides the last partition, through the counter. */
  private final class Waiter extends CommitWaiter {
    private final PartitionLeader leader;
    private final PartitionProduceResponse answer;

    Waiter(PartitionLeader leader, long nextOffset, PartitionProduceResponse answer) {
      super(nextOffset);
      this.leader = leader;
      this.answer = answer;
    }

    @Override
    protected void complete(Errors outcome) {
      boolean shrunk = outcome == Errors.NONE && allReplicas && leader.tooFewInSync();
      Errors error = shrunk ? Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND : outcome;
      if (error != Errors.NONE) {
        answer.setErrorCode(error.code()).setBaseOffset(-1).setLogAppendTimeMs(-1);
      }
      decided();
    }
  }

  void add(PartitionLeader leader, long nextOffset, PartitionProduceResponse answer) {
    waiters.add(new Waiter(leader, nextOffset, answer));
  }

  /** Begins to wait; nothing is added afterwards. */
  void start(ProduceResponse full, int timeoutMs) {
    response = full;
    open.addAndGet(waiters.size());
    registry.add(this);
    timer = scheduler.after(Math.max(timeoutMs, 0), this::expire);
    for (Waiter waiter : waiters) {
      waiter.leader.await(waiter);
    }
    decided();
  }

  /** The time is over: whoever still waits is told so. The records stay in the log, as Kafka's clients expect. */
  void expire() {
    for (Waiter waiter : waiters) {
      if (waiter.leader.cancel(waiter)) {
        waiter.complete(Errors.REQUEST_TIMED_OUT);
      }
    }
  }

  private void decided() {
    if (open.decrementAndGet() > 0) {
      return;
    }
    registry.remove(this);
    timer.cancel();
    request.respond(response);
  }
}
