package io.margay.replication.internal;

import io.margay.model.Clock;
import io.margay.model.Scheduler;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Lets whole requests wait, for a bounded time, for logs that are being opened or are suspended. They continue on the thread that
 * opens or resumes the log. For requests whose order does not matter: a produce request waits partition by partition.
 */
public final class OpenGate implements AutoCloseable {
  private final Scheduler scheduler;
  private final Clock clock;
  private final Set<Parked> parked = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param scheduler ends the waits after their time
   * @param clock tells how much of the wait is left
   */
  public OpenGate(Scheduler scheduler, Clock clock) {
    this.scheduler = scheduler;
    this.clock = clock;
  }

  /** Parks a request; false when there is nothing to wait for, so that the caller continues at once. */
  private boolean park(LocalReplica replica, Wait owner, int next) {
    long waitMs = owner.leftMs();
    if (closed || waitMs <= 0) {
      return false;
    }
    Request request = owner.request;
    Parked wait = new Parked(replica, owner, next);
    parked.add(wait);
    if (!replica.whenOpen(wait)) {
      parked.remove(wait);
      return false;
    }
    wait.timer = scheduler.after(waitMs, wait::timeOut);
    request.onCancel(wait::cancel);
    if (closed) {
      wait.timeOut();
    } else if (wait.claimed.get()) {
      wait.timer.cancel();
    }
    return true;
  }

  /** How a request continues when the logs are available. */
  public interface Action {
    /**
     * @param again runs the action once more after another wait, because a log was still found suspended; returns false when the
     *     time is over, so that the request has to be answered now
     */
    void run(BooleanSupplier again);
  }

  /**
   * Runs an action when none of the given logs is being opened or is suspended any more, or when the time is over.
   *
   * @param request the waiting request
   * @param handler the handler of the request; answers when the action throws an exception after a wait
   * @param replicas the replicas that it needs; null elements are skipped
   * @param waitMs how long to wait at most, in milliseconds
   * @param action continues the request; runs at once on this thread when there is nothing to wait for
   */
  public void whenOpen(Request request, ApiHandler handler, List<LocalReplica> replicas, long waitMs, Action action) {
    new Wait(request, handler, replicas, clock.nanos() + TimeUnit.MILLISECONDS.toNanos(waitMs), action).from(0);
  }

  /** The passage of one request through the gate. */
  private final class Wait {
    private final Request request;
    private final ApiHandler handler;
    private final List<LocalReplica> replicas;
    private final long deadlineNanos;
    private final Action action;

    Wait(Request request, ApiHandler handler, List<LocalReplica> replicas, long deadlineNanos, Action action) {
      this.request = request;
      this.handler = handler;
      this.replicas = replicas;
      this.deadlineNanos = deadlineNanos;
      this.action = action;
    }

    private long leftMs() {
      return TimeUnit.NANOSECONDS.toMillis(deadlineNanos - clock.nanos());
    }

    private void from(int first) {
      for (int i = first; i < replicas.size(); i++) {
        LocalReplica replica = replicas.get(i);
        if (replica != null && replica.waiting() && park(replica, this, i + 1)) {
          return;
        }
      }
      action.run(this::again);
    }

    /** Continues after a wait, on a thread that knows nothing about the request. */
    private void resume(int next) {
      try {
        from(next);
      } catch (RuntimeException | Error e) {
        FailedRequests.failed(request, handler, e);
      }
    }

    private boolean again() {
      if (closed || leftMs() <= 0) {
        return false;
      }
      replicas.forEach(replica -> {
        if (replica != null) {
          replica.mustWait();
        }
      });
      from(0);
      return true;
    }
  }

  /** Ends all waits: the requests continue at once. */
  @Override
  public void close() {
    closed = true;
    parked.forEach(Parked::run);
  }

  /** One request that waits. Claimed once: by the opening of a log, the timer or the cancellation. */
  private final class Parked implements Runnable {
    private final LocalReplica replica;
    private final Wait owner;
    private final int next;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private volatile Scheduler.Timer timer;

    Parked(LocalReplica replica, Wait owner, int next) {
      this.replica = replica;
      this.owner = owner;
      this.next = next;
    }

    private boolean claim() {
      if (!claimed.compareAndSet(false, true)) {
        return false;
      }
      parked.remove(this);
      replica.cancelWhenOpen(this);
      Scheduler.Timer running = timer;
      if (running != null) {
        running.cancel();
      }
      return true;
    }

    @Override
    public void run() {
      if (claim()) {
        owner.resume(next);
      }
    }

    private void timeOut() {
      if (claim()) {
        try {
          owner.request.executor().execute(() -> owner.resume(next));
        } catch (RejectedExecutionException e) {
          // the event loop has ended, so an answer would not be read
          owner.request.respondNothing();
        }
      }
    }

    private void cancel() {
      if (claim()) {
        owner.request.respondNothing();
      }
    }
  }
}
