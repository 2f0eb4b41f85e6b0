package io.margay.replication.internal;

import io.margay.model.Scheduler;
import io.margay.spi.handler.Request;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Lets requests wait, bounded, for logs that are being opened. Requests for the same replica continue in the order in which they
 * came, on the thread that opens, and before any that comes later.
 */
public final class OpenGate implements AutoCloseable {
  private final Scheduler scheduler;
  private final Set<Parked> parked = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /** @param scheduler for the bound of the waits */
  public OpenGate(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  /** Parks a request; false when there is nothing to wait for, so that the caller goes on at once. */
  private boolean park(LocalReplica replica, Request request, long waitMs, Runnable resume) {
    if (closed || waitMs <= 0) {
      return false;
    }
    Parked wait = new Parked(replica, request, resume);
    parked.add(wait);
    if (!replica.awaitOpen(wait)) {
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

  /**
   * Runs an action when none of some logs is being opened any more, or when the time is over.
   *
   * @param request the request that waits
   * @param replicas what it is about; null elements are passed over
   * @param waitMs how long to wait at the most, in milliseconds
   * @param action goes on with the request; run at once on this thread when there is nothing to wait for
   */
  public void whenOpen(Request request, List<LocalReplica> replicas, long waitMs, Runnable action) {
    whenOpen(request, replicas, 0, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs), action);
  }

  private void whenOpen(Request request, List<LocalReplica> replicas, int from, long deadlineNanos, Runnable action) {
    for (int i = from; i < replicas.size(); i++) {
      LocalReplica replica = replicas.get(i);
      if (replica != null && replica.opening() && replica.leader() == null) {
        int next = i + 1;
        long waitMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        if (park(replica, request, waitMs, () -> whenOpen(request, replicas, next, deadlineNanos, action))) {
          return;
        }
      }
    }
    action.run();
  }

  /** Has all that wait go on at once. */
  @Override
  public void close() {
    closed = true;
    for (Parked wait : parked) {
      if (wait.claim()) {
        wait.resume.run();
      }
    }
  }

  /** One request that waits. Claimed once: by the opening, the timer or the cancellation. */
  private final class Parked implements Runnable {
    private final LocalReplica replica;
    private final Request request;
    private final Runnable resume;
    private final AtomicBoolean claimed = new AtomicBoolean();
    private volatile Scheduler.Timer timer;

    Parked(LocalReplica replica, Request request, Runnable resume) {
      this.replica = replica;
      this.request = request;
      this.resume = resume;
    }

    private boolean claim() {
      if (!claimed.compareAndSet(false, true)) {
        return false;
      }
      parked.remove(this);
      replica.cancelAwaitOpen(this);
      Scheduler.Timer running = timer;
      if (running != null) {
        running.cancel();
      }
      return true;
    }

    @Override
    public void run() {
      if (claim()) {
        resume.run();
      }
    }

    private void timeOut() {
      if (claim()) {
        request.executor().execute(resume);
      }
    }

    private void cancel() {
      if (claim()) {
        request.respondNothing();
      }
    }
  }
}
