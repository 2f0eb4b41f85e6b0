package io.margay.audit.internal;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditSink;
import io.margay.spi.audit.AuditSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes events from the sources and gives them to the sinks, so many per second. Sources are drained in turn, so that a flood in one does not hold up
 * the others. {@link #step} does what is due; the thread {@code margay-audit} calls it, and exists from the first event on. All else is called by any
 * thread.
 */
final class Recorder implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Recorder.class);
  private static final int PER_SOURCE = 200;
  private static final long CLOSE_MS = 2_000;

  private final int node;
  private final Clock clock;
  private final IntSupplier perSecond;
  private final LongSupplier sinkBytes;
  private final ThreadFactory threads;
  private final LineLimit logged;
  private final List<AuditSource> sources = new CopyOnWriteArrayList<>();
  private final List<SinkQueue> sinks = new CopyOnWriteArrayList<>();
  /**
   * When sinks that were removed have written their last; at most one each, until the sink is garbage. What it completes does not refer to the sink.
   * Guarded by this.
   */
  private final Map<AuditSink, CompletableFuture<Void>> leaving = new WeakHashMap<>();
  private final Object signal = new Object();
  private boolean signalled;
  private Thread thread;
  private volatile boolean closed;
  private final Object stepping = new Object();
  /** The number of the last event; guarded by {@link #stepping}. */
  private long seq;
  /** How many events may be taken; guarded by {@link #stepping}. */
  private double allowance;
  /** Guarded by {@link #stepping}. */
  private long allowedNanos;
  /** Which source is the first in the next step, so that none has the whole allowance each time; guarded by {@link #stepping}. */
  private long turn;

  /**
   * @param node this node's id
   * @param perSecond how many events per second
   * @param sinkBytes how much waits for a sink
   * @param threads makes the thread
   */
  Recorder(int node, Clock clock, IntSupplier perSecond, LongSupplier sinkBytes, ThreadFactory threads) {
    this.threads = threads;
    this.node = node;
    this.clock = clock;
    this.perSecond = perSecond;
    this.sinkBytes = sinkBytes;
    this.logged = new LineLimit(clock);
    this.allowance = perSecond.getAsInt();
    this.allowedNanos = clock.nanos();
  }

  void add(AuditSource source) {
    sources.add(source);
    source.onEvent(this::wake);
  }

  /** It goes: what it has is taken now, beyond what the rate allows, and its repetitions before they are due. */
  void remove(AuditSource source) {
    source.onEvent(null);
    sources.remove(source);
    synchronized (stepping) {
      if (!closed) {
        List<AuditEvent> left = new ArrayList<>();
        source.drainAll(left::add);
        give(left);
      }
    }
    wake();
  }

  /** Gives it what comes from now on, unless it gets it already. */
  synchronized void addSink(String name, AuditSink sink) {
    if (sinks.stream().anyMatch(queue -> queue.sink() == sink)) {
      return;
    }
    SinkQueue queue = new SinkQueue(name, sink, clock, sinkBytes, this::line, this::wake, logged);
    CompletableFuture<Void> before = leaving.remove(sink);
    if (before != null) {
      queue.after(before);
    }
    sinks.add(queue);
    wake();
  }

  /** Has it write what waits, bounded in time, and nothing afterwards. */
  void removeSink(AuditSink sink) {
    takeSink(sink).run();
  }

  /**
   * Gives it nothing more. Where that was said before, on another thread, its end is waited for, bounded in time, too.
   *
   * @return has it write what waits, bounded in time, and nothing afterwards; to be run once, without locks
   */
  synchronized Runnable takeSink(AuditSink sink) {
    SinkQueue queue = sinks.stream().filter(q -> q.sink() == sink).findFirst().orElse(null);
    if (queue == null) {
      CompletableFuture<Void> before = leaving.get(sink);
      return before == null ? () -> { } : () -> before.copy().completeOnTimeout(null, CLOSE_MS, TimeUnit.MILLISECONDS).join();
    }
    sinks.remove(queue);
    CompletableFuture<Void> left = new CompletableFuture<>();
    leaving.put(sink, left);
    return () -> {
      CompletableFuture<?> inFlight = queue.close(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS), false);
      if (inFlight == null) {
        left.complete(null);
      } else {
        inFlight.whenComplete((written, e) -> left.complete(null));
      }
    };
  }

  private void wake() {
    synchronized (signal) {
      if (signalled || closed) {
        return;
      }
      signalled = true;
      if (thread == null) {
        thread = threads.newThread(this::run);
        thread.start();
      }
      signal.notifyAll();
    }
  }

  private void run() {
    while (!closed) {
      try {
        long dueMs = step();
        synchronized (signal) {
          if (!signalled && !closed && dueMs != 0) {
            signal.wait(dueMs < 0 ? 0 : dueMs);
          }
          signalled = false;
        }
      } catch (InterruptedException e) {
        return;
      } catch (RuntimeException | Error e) {
        if (logged.pass("audit step") != LineLimit.HELD) {
          LOG.error("Recording failed, and goes on", e);
        }
      }
    }
  }

  /** @return after how many milliseconds there is more to do; 0 for now, -1 for never */
  long step() {
    long due = -1;
    synchronized (stepping) {
      if (closed) {
        return -1;
      }
      refill();
      List<AuditEvent> events = new ArrayList<>();
      List<AuditSource> inTurn = new ArrayList<>(sources);
      Collections.rotate(inTurn, -(int) (turn++ % Math.max(1, inTurn.size())));
      for (AuditSource source : inTurn) {
        int room = (int) Math.min(PER_SOURCE, allowance - events.size());
        if (room > 0) {
          source.drain(room, events::add);
        }
      }
      allowance -= events.size();
      events.sort(Comparator.comparingLong(AuditEvent::timeMs)); // stable: the order of each source stays
      give(events);
      for (AuditSource source : sources) {
        long ms = source.dueInMs();
        due = sooner(due, ms == 0 && allowance < 1 ? Math.max(1, 1000 / perSecond.getAsInt()) : ms);
      }
    }
    for (SinkQueue sink : sinks) {
      sink.pump();
      due = sooner(due, sink.dueInMs());
    }
    return due;
  }

  private static long sooner(long a, long b) {
    return a < 0 ? b : b < 0 ? a : Math.min(a, b);
  }

  private void refill() {
    long now = clock.nanos();
    double rate = perSecond.getAsInt();
    allowance = Math.min(rate, allowance + rate * (now - allowedNanos) / TimeUnit.SECONDS.toNanos(1));
    allowedNanos = now;
  }

  private void give(List<AuditEvent> events) {
    for (AuditEvent event : events) {
      long number = ++seq;
      AuditSink.Line line = line(event, number);
      sinks.forEach(sink -> sink.add(line, number));
    }
  }

  private AuditSink.Line line(AuditEvent event, long number) {
    return new AuditSink.Line(event, AuditJson.line(event, node, number));
  }

  /** Takes nothing more: it stays in the sources, for the next version of this bundle. What was taken is written, bounded in time. */
  @Override
  public void close() {
    synchronized (stepping) {
      closed = true;
    }
    sources.forEach(source -> source.onEvent(null));
    Thread running;
    synchronized (signal) {
      running = thread;
      signal.notifyAll();
    }
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MS);
    try {
      if (running != null) {
        running.join(CLOSE_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // those that work first: one that has refused a batch may need all of the time
    sinks.stream().sorted(Comparator.comparing(SinkQueue::failed)).forEach(sink -> sink.close(end, true));
  }
}
