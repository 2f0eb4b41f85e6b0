package io.margay.audit.internal;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one sink has still to write: one batch in flight, and what waits behind it, bounded in bytes. What a sink refuses is offered again after a
 * second. What does not fit is dropped; in its place is an event {@link AuditEvent.Kind#LOST} with the number of the first event that is
 * missing, so that the numbers that a sink gets always rise, and a reader who misses some finds out why. Safe for all threads.
 */
final class SinkQueue {
  private static final Logger LOG = LoggerFactory.getLogger(SinkQueue.class);
  private static final int BATCH_EVENTS = 500;
  private static final int BATCH_BYTES = 256 * 1024;
  /** What a gap counts for. */
  private static final int GAP_BYTES = 300;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final AuditEvent.Actor NOBODY = new AuditEvent.Actor("", "", "", "");

  /** Makes the line of an event. */
  @FunctionalInterface
  interface Lines {
    /** @param seq the event's number */
    AuditSink.Line of(AuditEvent event, long seq);
  }

  /** A line, or a gap, which becomes a line when it is to be written. */
  private static final class Waiting {
    private final long seq;
    private final boolean gap;
    private final int bytes;
    /** Null for a gap that can still grow. */
    private AuditSink.Line line;
    /** How many events it stands for. */
    private long count;
    /** The last event of a gap. */
    private long lastSeq;

    private Waiting(long seq, AuditSink.Line line) {
      this.seq = seq;
      this.line = line;
      gap = line == null;
      bytes = gap ? GAP_BYTES : line.json().length;
      count = gap ? 0 : line.event().count();
    }

    private void grow(long more, long last) {
      count += more;
      lastSeq = last;
    }
  }

  private final String name;
  private final AuditSink sink;
  private final Clock clock;
  private final LongSupplier maxBytes;
  private final Lines lines;
  private final Runnable wake;
  private final LineLimit logged;
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private long bytes;
  private long dropped;
  /** The write in flight, which is the one of a former queue of this sink at first. Invariant: null when there is none. */
  private CompletableFuture<?> inFlight;
  private boolean failed;
  private long failedNanos;
  private long failingSinceNanos;
  private boolean closed;

  /**
   * @param lines makes a line of an event
   * @param wake called when there may be more to do
   */
  SinkQueue(String name, AuditSink sink, Clock clock, LongSupplier maxBytes, Lines lines, Runnable wake, LineLimit logged) {
    this.name = name;
    this.sink = sink;
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.lines = lines;
    this.wake = wake;
    this.logged = logged;
  }

  String name() {
    return name;
  }

  AuditSink sink() {
    return sink;
  }

  /** Writes nothing before {@code before} has completed, which is a write of the same sink. */
  void after(CompletableFuture<?> before) {
    synchronized (this) {
      inFlight = before;
    }
    before.whenComplete((written, e) -> {
      synchronized (this) {
        inFlight = null;
        notifyAll();
      }
      wake.run();
    });
  }

  /** @param seq the number of the event, more than that of the one before */
  synchronized void add(AuditSink.Line line, long seq) {
    if (bytes + line.json().length <= maxBytes.getAsLong()) {
      append(new Waiting(seq, line));
      return;
    }
    Waiting gap = waiting.peekLast();
    if (gap == null || gap.line != null) {
      gap = new Waiting(seq, null);
      append(gap);
    }
    gap.grow(line.event().count(), seq);
    dropped += line.event().count();
    if (logged.pass("audit dropped " + name) != LineLimit.HELD) {
      LOG.warn("Events are not recorded, because a sink does not take them fast enough sink={} dropped={}", name, dropped);
    }
  }

  private void append(Waiting last) {
    bytes += last.bytes;
    waiting.add(last);
  }

  /** Begins to write, unless that is under way or was refused just now. */
  void pump() {
    List<AuditSink.Line> batch = new ArrayList<>();
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      if (dueInMs() != 0) {
        return;
      }
      int size = 0;
      for (Waiting next : waiting) {
        if (batch.size() >= BATCH_EVENTS || size > 0 && size + next.bytes > BATCH_BYTES) {
          break;
        }
        size += next.bytes;
        batch.add(line(next));
      }
      inFlight = done;
    }
    write(batch).whenComplete((written, e) -> {
      done(batch, e);
      done.complete(null);
      wake.run();
    });
  }

  private AuditSink.Line line(Waiting next) {
    if (next.line == null) {
      next.line = lines.of(AuditEvent.of(clock.millis(), AuditEvent.Kind.LOST, "lost", NOBODY, AuditEvent.Resource.NONE, AuditEvent.OK, next.count,
          Map.of("source", "sink " + name, "lastSeq", Long.toString(next.lastSeq))), next.seq);
    }
    return next.line;
  }

  private CompletionStage<Void> write(List<AuditSink.Line> batch) {
    try {
      return Objects.requireNonNull(sink.write(batch), "a sink must return a stage");
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private synchronized void done(List<AuditSink.Line> batch, Throwable e) {
    inFlight = null;
    notifyAll();
    if (e != null) {
      failedNanos = clock.nanos();
      failingSinceNanos = failed ? failingSinceNanos : failedNanos;
      failed = true;
      growAgain();
      // a part that is replaced, or a topic that is just made, is back before
      if (failedNanos - failingSinceNanos >= PATIENCE_NANOS && logged.pass("audit sink " + name) != LineLimit.HELD) {
        LOG.warn("Events cannot be recorded now, and are kept while there is room sink={} error={}", name,
            e instanceof CompletionException && e.getCause() != null ? e.getCause().toString() : e.toString());
      }
      return;
    }
    failed = false;
    batch.forEach(line -> bytes -= waiting.remove().bytes);
  }

  /** Nothing was written. Gaps side by side become one, so that there are never more gaps than lines, however long a sink refuses. */
  private void growAgain() {
    waiting.stream().filter(w -> w.gap).forEach(w -> w.line = null);
    Waiting last = waiting.pollLast();
    Waiting before = waiting.peekLast();
    if (before != null && before.gap && last.gap) {
      before.grow(last.count, last.lastSeq);
      bytes -= last.bytes;
    } else {
      waiting.add(last);
    }
  }

  /** @return after how many milliseconds {@link #pump} does something, 0 for now, -1 for never; not while it writes */
  synchronized long dueInMs() {
    if (closed || inFlight != null || waiting.isEmpty()) {
      return -1;
    }
    long left = failed ? RETRY_NANOS - (clock.nanos() - failedNanos) : 0;
    return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(left) + 1;
  }

  /** @return whether the sink has refused the last batch */
  synchronized boolean failed() {
    return failed;
  }

  /**
   * Writes what waits, and nothing afterwards. What cannot be written is lost, and the log says how much.
   *
   * @param endNanos until when it may take, as of {@link System#nanoTime}
   * @param retry whether a sink that has refused a batch is asked again in that time
   * @return a write that is still in flight, or null
   */
  CompletableFuture<?> close(long endNanos, boolean retry) {
    try {
      for (boolean more = true; more;) {
        pump();
        more = await(endNanos, retry);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      closed = true;
      long lost = waiting.stream().mapToLong(w -> w.count).sum();
      if (lost > 0) {
        LOG.warn("Events were not recorded before their sink left sink={} lost={}", name, lost);
      }
      return inFlight;
    }
  }

  /** Waits until there may be more to do. @return whether there is */
  private synchronized boolean await(long endNanos, boolean retry) throws InterruptedException {
    long leftMs = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
    if (leftMs <= 0 || inFlight == null && (waiting.isEmpty() || failed && !retry)) {
      return false;
    }
    long dueMs = dueInMs();
    if (dueMs != 0) {
      wait(dueMs < 0 ? leftMs : Math.min(dueMs, leftMs));
    }
    return true;
  }
}
