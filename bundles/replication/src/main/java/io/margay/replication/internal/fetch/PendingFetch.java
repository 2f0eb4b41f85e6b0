package io.margay.replication.internal.fetch;

import io.margay.model.Scheduler;
import io.margay.protocol.Errors;
import io.margay.protocol.message.FetchResponse;
import io.margay.replication.internal.LocalReplica;
import io.margay.replication.internal.ReplicationContext;
import io.margay.replication.internal.fetch.FetchAttempt.Mode;
import io.margay.spi.handler.Request;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One fetch request until it is answered: passes over its partitions, with waits between them until there is enough, or its time
 * is over, or the client has left.
 *
 * <pre>
 *   RUNNING --not enough--> WAITING --woken--> SCHEDULED --on the connection's event loop--> RUNNING
 *      |                       |                   |
 *      +--------answered-------+----client left----+--> DONE
 * </pre>
 *
 * <p>Only who brought it to RUNNING touches {@code last}, with one exception: a waker reads it while WAITING.
 */
final class PendingFetch implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(PendingFetch.class);

  private enum State { RUNNING, WAITING, SCHEDULED, DONE }

  private final Request request;
  private final ReplicationContext replication;
  private final FetchContext context;
  private final FetchLimits limits;
  private final FetchHints hints;
  private final PageWarmer warmer;
  private final Set<PendingFetch> registry;
  private final AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
  private volatile FetchAttempt last;
  private volatile boolean expired;
  private LocalReplica[] registered;
  private Scheduler.Timer timer;

  PendingFetch(Request request, ReplicationContext replication, FetchContext context, FetchLimits limits, FetchHints hints,
      PageWarmer warmer, Set<PendingFetch> registry) {
    this.warmer = warmer;
    this.request = request;
    this.replication = replication;
    this.context = context;
    this.limits = limits;
    this.hints = hints;
    this.registry = registry;
    this.expired = limits.maxWaitMs() == 0;
  }

  /** Makes the first pass, on the event loop. */
  void start() {
    pass(Mode.EVENT_LOOP);
  }

  private void pass(Mode mode) {
    FetchAttempt attempt = new FetchAttempt(replication, limits, context, mode, warmer);
    try {
      attempt.run();
    } catch (RuntimeException e) {
      attempt.release();
      fail(e);
      return;
    }
    if (attempt.needsDisk()) {
      attempt.release();
      if (!replication.reads().run(() -> pass(Mode.BLOCKING))) {
        pass(Mode.HOT_ONLY);
      }
    } else if (attempt.satisfied() || expired) {
      answer(attempt);
    } else {
      attempt.release();
      await(attempt, mode);
    }
  }

  private void answer(FetchAttempt attempt) {
    finish();
    if (request.cancelled()) {
      attempt.release();
      request.respondNothing();
      return;
    }
    FetchResponse response;
    try {
      response = context.respond(attempt.answers(), replication.clock().millis());
      hints.add(request, response);
    } catch (RuntimeException e) {
      attempt.release();
      fail(e);
      return;
    }
    request.respond(response);
  }

  private void fail(RuntimeException e) {
    LOG.error("A fetch failed clientId={} correlationId={}", request.clientId(), request.correlationId(), e);
    finish();
    request.respond(FetchHandler.error(request, Errors.UNKNOWN_SERVER_ERROR));
  }

  private void await(FetchAttempt attempt, Mode mode) {
    last = attempt;
    if (registered == null) {
      register(attempt.replicas());
    }
    state.set(State.WAITING);
    // what happened before this thread was WAITING woke nobody
    if (expired || request.cancelled()) {
      schedule();
    } else if (mode != Mode.HOT_ONLY) {
      run();
    }
  }

  private void register(LocalReplica[] replicas) {
    registered = replicas;
    registry.add(this);
    for (LocalReplica replica : replicas) {
      if (replica != null) {
        replica.dataWaiters().add(this);
      }
    }
    timer = replication.scheduler().after(limits.maxWaitMs(), this::expire);
    request.onCancel(this::cancel);
  }

  /** Wakes it when there is reason to; called on any thread by whoever appends or changes a leadership. */
  @Override
  public void run() {
    if (state.get() == State.WAITING && last.worthRepeating()) {
      schedule();
    }
  }

  private void schedule() {
    if (state.compareAndSet(State.WAITING, State.SCHEDULED)) {
      request.executor().execute(this::resume);
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

  private void cancel() {
    expired = true;
    // when it is RUNNING, the end of the pass finds that the client has left
    if (state.compareAndSet(State.WAITING, State.DONE) || state.compareAndSet(State.SCHEDULED, State.DONE)) {
      finish();
      request.respondNothing();
    }
  }

  /** The handler leaves: answers at once with what there is, on this thread. */
  void close() {
    expired = true;
    if (state.compareAndSet(State.WAITING, State.RUNNING) || state.compareAndSet(State.SCHEDULED, State.RUNNING)) {
      pass(Mode.HOT_ONLY);
    }
  }

  private void finish() {
    state.set(State.DONE);
    if (registered != null) {
      registry.remove(this);
      timer.cancel();
      for (LocalReplica replica : registered) {
        if (replica != null) {
          replica.dataWaiters().remove(this);
        }
      }
    }
  }
}
