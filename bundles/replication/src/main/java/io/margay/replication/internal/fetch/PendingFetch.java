package io.margay.replication.internal.fetch;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchResponse;
import io.margay.replication.internal.PartitionRole;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.fetch.FetchAttempt.Mode;
import io.margay.spi.handler.ParkedRequests;
import io.margay.spi.handler.Request;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch request until it is answered: passes over its partitions, with waits between them, until there is enough, its time is
 * over, or the client has disconnected. While it waits, each of its parts is among the waiters of its replica, and only the part
 * whose replica changed is checked.
 *
 * <pre>
 *   RUNNING --not enough--> WAITING --woken--> SCHEDULED --on the connection's event loop--> RUNNING
 *      |                       |                   |
 *      +--------answered-------+----client left----+--> DONE
 * </pre>
 *
 * <p>Only the thread that changed the state to RUNNING touches the parts, except as {@link FetchPart} says.
 */
final class PendingFetch {
  private static final Logger LOG = LoggerFactory.getLogger(PendingFetch.class);
  /** How long the connection is not read when a fetch may not wait. */
  private static final int REFUSED_WAIT_MS = 100;

  private enum State { RUNNING, WAITING, SCHEDULED, DONE }

  private final Request request;
  private final ReplicationContext replication;
  private final FetchContext context;
  private final FetchLimits limits;
  private final FetchMemory memory;
  private final FetchHints hints;
  private final ParkedRequests<PendingFetch> registry;
  private final FetchPart[] parts;
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private volatile boolean expired;
  private boolean parked;
  private Scheduler.Timer timer;
  /** Bytes of records that another pass would find; guarded by this. */
  private long expectedBytes;

  PendingFetch(Request request, ReplicationContext replication, FetchContext context, FetchLimits limits,
      FetchMemory memory, FetchHints hints, ParkedRequests<PendingFetch> registry) {
    this.request = request;
    this.replication = replication;
    this.context = context;
    this.limits = limits;
    this.memory = memory;
    this.hints = hints;
    this.registry = registry;
    this.expired = limits.maxWaitMs() == 0;
    FetchItem[] items = context.items();
    this.parts = new FetchPart[items.length];
    for (int i = 0; i < items.length; i++) {
      parts[i] = new FetchPart(this, items[i]);
    }
  }

  /** Makes the first pass, on the event loop. */
  void start() {
    pass(Mode.EVENT_LOOP);
  }

  private void pass(Mode mode) {
    FetchAttempt attempt = new FetchAttempt(replication, limits, context, parts, request, mode);
    try {
      attempt.run();
      if (attempt.needsDisk()) {
        attempt.release();
        if (!replication.reads().run(this::blockingPass, () -> pass(Mode.HOT_ONLY))) {
          pass(Mode.HOT_ONLY);
        }
      } else if (attempt.satisfied() || expired) {
        answer(attempt, 0);
      } else if (parked || park()) {
        attempt.release();
        await(attempt.bytes());
      } else {
        answer(attempt, registry.closed() ? 0 : REFUSED_WAIT_MS);
      }
    } catch (RuntimeException | Error e) {
      attempt.release();
      fail(e);
    }
  }

  private void blockingPass() {
    long began = System.nanoTime();
    pass(Mode.BLOCKING);
    request.worked(System.nanoTime() - began);
  }

  private void answer(FetchAttempt attempt, int throttleMs) {
    FetchResponse response = null;
    int wait = throttleMs;
    if (!request.cancelled() && !memory.mayAnswer(attempt.answerCount())) {
      attempt.release();
      response = FetchHandler.error(request, Errors.THROTTLING_QUOTA_EXCEEDED);
      wait = REFUSED_WAIT_MS;
    } else if (!request.cancelled() && !request.fetches(attempt.bytes())) {
      attempt.release();
      response = context.withoutRecords();
    } else if (!request.cancelled()) {
      response = context.respond(attempt.answers(), replication.clock().millis());
      hints.add(request, response);
    }
    if (!finish()) {
      attempt.release();
    } else if (response == null) {
      attempt.release();
      request.respondNothing();
    } else if (wait > 0) {
      attempt.pay();
      request.respond(response.setThrottleTimeMs(wait), wait);
    } else {
      attempt.pay();
      request.respond(response);
    }
  }

  private void fail(Throwable e) {
    LOG.error("A fetch failed clientId={} correlationId={}", request.clientId(), request.correlationId(), e);
    if (finish()) {
      request.respond(FetchHandler.error(request, Errors.UNKNOWN_SERVER_ERROR));
    }
  }

  /** Reserves the memory for a wait; false when the fetch may not wait. */
  private boolean park() {
    if (!memory.mayWait(parts.length) || !registry.add(this)) {
      return false;
    }
    parked = true;
    timer = replication.scheduler().after(limits.maxWaitMs(), this::expire);
    if (limits.isFollower() && context.session() != null) {
      context.session().waits(this);
    }
    request.onCancel(this::cancel);
    return true;
  }

  private void await(int foundBytes) {
    if (limits.minBytes() > 1) {
      beginCredit(foundBytes);
    }
    for (FetchPart part : parts) {
      part.enter();
    }
    state.set(State.WAITING);
    // changes before this thread was WAITING woke no waiter
    if (request.cancelled()) {
      cancel();
    } else if (expired || anyWorthAPass()) {
      schedule();
    }
  }

  private synchronized void beginCredit(int foundBytes) {
    expectedBytes = foundBytes;
    for (FetchPart part : parts) {
      part.beginCredit();
    }
  }

  private boolean anyWorthAPass() {
    for (FetchPart part : parts) {
      if (part.replica() != null && isWorthAPass(part)) {
        return true;
      }
    }
    return false;
  }

  /** Whether, because of one partition, another pass would most likely find enough, or another answer to give. */
  private boolean isWorthAPass(FetchPart part) {
    PartitionRole role = limits.role(part.replica());
    if (role != part.role() || part.suspended() && !part.replica().waiting()) {
      return true;
    }
    if (role == null || part.suspended() || part.held()) {
      return false;
    }
    if (part.moved(limits.bound(role)) && limits.anyMoveCounts(role)) {
      return true;
    }
    return limits.minBytes() > 1 && enoughWith(part, role);
  }

  private synchronized boolean enoughWith(FetchPart part, PartitionRole role) {
    expectedBytes += part.moreBytes(role);
    return expectedBytes >= limits.minBytes();
  }

  /**
   * A part was woken. Called on any thread that appends or changes a leadership.
   *
   * @return whether the part does not need to wait for more: either another pass follows, which lets it wait again, or it is
   *     answered
   */
  boolean wake(FetchPart part) {
    State now = state.get();
    if (now == State.RUNNING || now == State.WAITING && !isWorthAPass(part)) {
      return false;
    }
    schedule();
    return true;
  }

  boolean isFollower() {
    return limits.isFollower();
  }

  boolean isDone() {
    return state.get() == State.DONE;
  }

  private void schedule() {
    if (state.compareAndSet(State.WAITING, State.SCHEDULED)) {
      try {
        request.executor().execute(this::resume);
      } catch (RejectedExecutionException e) {
        LOG.debug("The event loop of a fetch has ended", e);
        cancel();
      }
    }
  }

  private void resume() {
    if (state.compareAndSet(State.SCHEDULED, State.RUNNING)) {
      pass(Mode.EVENT_LOOP);
    }
  }

  private void expire() {
    expired = true;
    schedule();
  }

  /** The follower has sent another request, and waits for this answer before that one's. */
  void supersede() {
    expire();
  }

  private void cancel() {
    expired = true;
    // when it is RUNNING, the end of the pass notices that the client has disconnected
    if (state.compareAndSet(State.WAITING, State.DONE) || state.compareAndSet(State.SCHEDULED, State.DONE)) {
      leave();
      request.respondNothing();
    }
  }

  /** The handler leaves: answers at once with what is available, on this thread. */
  void close() {
    expired = true;
    if (state.compareAndSet(State.WAITING, State.RUNNING) || state.compareAndSet(State.SCHEDULED, State.RUNNING)) {
      pass(Mode.HOT_ONLY);
    }
  }

  /** Ends it, on the thread that is RUNNING; false when it has ended already. */
  private boolean finish() {
    if (state.getAndSet(State.DONE) == State.DONE) {
      return false;
    }
    leave();
    return true;
  }

  private void leave() {
    if (parked) {
      registry.remove(this);
      timer.cancel();
      if (limits.isFollower() && context.session() != null) {
        context.session().ended(this);
      }
      for (FetchPart part : parts) {
        part.leave();
      }
    }
  }
}
