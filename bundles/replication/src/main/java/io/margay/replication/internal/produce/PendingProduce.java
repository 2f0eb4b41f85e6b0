package io.margay.replication.internal.produce;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.ProduceRequest;
import io.margay.protocol.message.ProduceRequest.PartitionProduceData;
import io.margay.protocol.message.ProduceResponse;
import io.margay.protocol.message.ProduceResponse.PartitionProduceResponse;
import io.margay.replication.internal.CommitWaiter;
import io.margay.replication.internal.FailedRequests;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.PartitionLeader;
import io.margay.spi.handler.Request;
import io.margay.spi.log.PartitionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A produce request with undecided partitions: their log is not available yet, or their records are appended but not yet committed.
 * Answered when all are decided, or when its time is over.
 *
 * <p>Set up by the thread that serves the request, which parks and adds partitions, then starts it. A parked partition may be
 * appended by another thread before that.
 */
final class PendingProduce {
  private static final short ALL = -1;

  private final ProduceHandler handler;
  private final Request request;
  private final Scheduler scheduler;
  private final ProduceRequest produce;
  private final short acks;
  private final Set<PendingProduce> registry;
  private final List<Waiter> waiters = new ArrayList<>(4);
  private final List<Parked> parked = new ArrayList<>(0);
  /** Undecided partitions, plus one for {@link #start}, so that nothing is answered before everything is set up. */
  private final AtomicInteger open = new AtomicInteger(1);
  private ProduceResponse response;
  private volatile boolean expired;
  private volatile Scheduler.Timer timer;
  private volatile Scheduler.Timer parkTimer;

  PendingProduce(ProduceHandler handler, Request request, ProduceRequest produce, Scheduler scheduler,
      Set<PendingProduce> registry) {
    this.handler = handler;
    this.request = request;
    this.produce = produce;
    this.acks = produce.acks();
    this.scheduler = scheduler;
    this.registry = registry;
  }

  /** One partition's wait. The counter makes its writes to the answer visible to the thread that decides the last partition. */
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
      boolean shrunk = outcome == Errors.NONE && acks == ALL && leader.tooFewInSync();
      Errors error = shrunk ? Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND : outcome;
      if (error != Errors.NONE) {
        answer.setErrorCode(ProduceHandler.inVersion(request.version(), error).code()).setBaseOffset(-1).setLogAppendTimeMs(-1);
      }
      decided();
    }

    @Override
    protected boolean needsEnoughInSync() {
      return acks == ALL;
    }

    private void await() {
      if (acks == ALL) {
        leader.await(this);
      } else {
        leader.awaitFlush(this);
      }
    }

    private void expire() {
      if (leader.cancel(this)) {
        complete(Errors.REQUEST_TIMED_OUT);
      }
    }
  }

  /**
   * The records of one partition that wait for its log.
   *
   * <pre>
   *   WAITING --the log goes on--> RUNNING --appended or refused--> DONE, or a wait for the commit
   *      ^  |                         |
   *      |  +--time is over--> DONE   |
   *      +-suspended, or not verified-+
   * </pre>
   */
  private final class Parked implements Runnable, Verifications.Waiting {
    private final LocalReplica replica;
    private final PartitionProduceData data;
    private final PartitionProduceResponse answer;
    private final AtomicReference<ParkState> state = new AtomicReference<>(ParkState.WAITING);
    private volatile boolean late;
    private volatile boolean verified;
    private volatile Waiter waiter;

    Parked(LocalReplica replica, PartitionProduceData data, PartitionProduceResponse answer) {
      this.replica = replica;
      this.data = data;
      this.answer = answer;
    }

    void await() {
      while (!replica.whenOpen(this)) {
        if (!state.compareAndSet(ParkState.WAITING, ParkState.RUNNING)) {
          return;
        }
        PartitionLeader leader = replica.leader();
        Outcome outcome = append(leader);
        if (outcome != Outcome.SUSPENDED) {
          verifyIf(outcome, leader);
          return;
        }
      }
      if (late) {
        expire();
      }
    }

    private void verifyIf(Outcome outcome, PartitionLeader leader) {
      if (outcome == Outcome.UNVERIFIED) {
        verify(leader);
      }
    }

    void verify(PartitionLeader leader) {
      handler.verifications().await(leader, Verifications.key(leader, data.records().bufferOrNull(), produce.transactionalId(),
          request.version()), this);
      if (late) {
        expire();
      }
    }

    @Override
    public PartitionLeader leader() {
      return replica.leader();
    }

    @Override
    public boolean verified() {
      if (!state.compareAndSet(ParkState.WAITING, ParkState.RUNNING)) {
        return true;
      }
      verified = true;
      Outcome outcome = append(replica.leader());
      if (outcome == Outcome.SUSPENDED) {
        await();
      } else if (outcome == Outcome.UNVERIFIED && late) {
        expire();
      }
      return outcome != Outcome.UNVERIFIED;
    }

    @Override
    public void refused(Errors error) {
      if (state.compareAndSet(ParkState.WAITING, ParkState.DONE)) {
        answer.setErrorCode(Verifications.forProducer(error, request.version()).code())
            .setErrorMessage("the transaction was not verified: " + error);
        decided();
      }
    }

    @Override
    public void run() {
      if (!state.compareAndSet(ParkState.WAITING, ParkState.RUNNING)) {
        return;
      }
      PartitionLeader leader = replica.leader();
      Outcome outcome = append(leader);
      if (outcome == Outcome.SUSPENDED) {
        await();
      } else {
        verifyIf(outcome, leader);
      }
    }

    /** In RUNNING. Back in WAITING when the append has to be repeated. */
    private Outcome append(PartitionLeader leader) {
      PartitionLog.Appended appended = handler.append(request.version(), produce, replica, leader, data, answer, verified);
      boolean suspended = appended == PartitionLog.Appended.SUSPENDED;
      if (suspended || appended == ProduceHandler.UNVERIFIED) {
        verified = false;
        state.set(ParkState.WAITING);
        return suspended ? Outcome.SUSPENDED : Outcome.UNVERIFIED;
      }
      state.set(ParkState.DONE);
      if (ProduceHandler.waitsForCommit(acks, leader, appended)) {
        Waiter wait = new Waiter(leader, appended.nextOffset(), answer);
        waiter = wait;
        wait.await();
        if (expired) {
          wait.expire();
        }
      } else {
        decided();
      }
      return Outcome.OVER;
    }

    /** Its time is over, or the client or the handler has gone. Its records are not in the log. */
    private void expire() {
      late = true;
      if (state.compareAndSet(ParkState.WAITING, ParkState.DONE)) {
        replica.cancelWhenOpen(this);
        answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
        decided();
      }
    }
  }

  private enum ParkState { WAITING, RUNNING, DONE }

  /** Of an append: appended or refused, or to be repeated when the log goes on, or when the transaction is verified. */
  private enum Outcome { OVER, SUSPENDED, UNVERIFIED }

  void add(PartitionLeader leader, long nextOffset, PartitionProduceResponse answer) {
    waiters.add(new Waiter(leader, nextOffset, answer));
  }

  /** Appends the records of a partition when its log is open and not suspended, after earlier requests. */
  void park(LocalReplica replica, PartitionProduceData data, PartitionProduceResponse answer) {
    Parked wait = new Parked(replica, data, answer);
    parked.add(wait);
    open.incrementAndGet();
    wait.await();
  }

  /** Appends the records of a partition when the coordinator has confirmed their transaction. */
  void verify(LocalReplica replica, PartitionLeader leader, PartitionProduceData data, PartitionProduceResponse answer) {
    Parked wait = new Parked(replica, data, answer);
    parked.add(wait);
    open.incrementAndGet();
    wait.verify(leader);
  }

  /**
   * Starts the waits; nothing is added afterwards.
   *
   * @param timeoutMs for everything, in milliseconds
   * @param parkMs for logs, in milliseconds, at most {@code timeoutMs}
   */
  void start(ProduceResponse full, int timeoutMs, int parkMs) {
    response = full;
    open.addAndGet(waiters.size());
    registry.add(this);
    timer = scheduler.after(Math.max(timeoutMs, 0), this::expire);
    for (Waiter waiter : waiters) {
      waiter.await();
    }
    if (!parked.isEmpty()) {
      parkTimer = scheduler.after(Math.max(parkMs, 0), this::expireParked);
      request.onCancel(this::expireParked);
    }
    if (expired || handler.closed()) {
      // its time was over, or the handler left, before all waits had begun
      expire();
    }
    decided();
  }

  private void expireParked() {
    parked.forEach(Parked::expire);
  }

  /** The time is over: all waits end. Records that are appended stay in the log, as Kafka's clients expect. */
  void expire() {
    expired = true;
    expireParked();
    waiters.forEach(Waiter::expire);
    for (Parked partition : parked) {
      Waiter waiter = partition.waiter;
      if (waiter != null) {
        waiter.expire();
      }
    }
  }

  private void decided() {
    if (open.decrementAndGet() > 0) {
      return;
    }
    registry.remove(this);
    timer.cancel();
    Scheduler.Timer second = parkTimer;
    if (second != null) {
      second.cancel();
    }
    try {
      handler.finish(request, acks, response);
    } catch (RuntimeException | Error e) {
      FailedRequests.failed(request, handler, e);
    }
  }
}
