package io.margay.audit.internal;

import io.margay.model.Clock;
import io.margay.model.LineLimit;
import io.margay.spi.audit.AuditEvent;
import io.margay.spi.audit.AuditSink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one sink has still to write: one batch in flight, and what waits behind it, bounded in bytes. What a sink refuses is offered again after a
 * second. What does not fit is dropped and counted; the count is the next event. Safe for all threads.
 */
final class SinkQueue {
  private static final Logger LOG = LoggerFactory.getLogger(SinkQueue.class);
  private static final int BATCH_EVENTS = 500;
  private static final int BATCH_BYTES = 256 * 1024;
  private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final AuditEvent.Actor NOBODY = new AuditEvent.Actor("", "", "", "");

  private final String name;
  private final AuditSink sink;
  private final Clock clock;
  private final LongSupplier maxBytes;
  private final Function<AuditEvent, AuditSink.Line> lines;
  private final Runnable wake;
  private final LineLimit logged;
  private final ArrayDeque<AuditSink.Line> waiting = new ArrayDeque<>();
  private long bytes;
  private long dropped;
  private boolean busy;
  private boolean failed;
  private long failedNanos;
  private long failingSinceNanos;

  /**
   * @param lines makes a line of an event
   * @param wake called when there may be more to do
   */
  SinkQueue(String name, AuditSink sink, Clock clock, LongSupplier maxBytes, Function<AuditEvent, AuditSink.Line> lines, Runnable wake,
      LineLimit logged) {
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

  synchronized void add(AuditSink.Line line) {
    if (bytes + line.json().length > maxBytes.getAsLong()) {
      dropped += line.event().count();
      if (logged.pass("audit dropped " + name) != LineLimit.HELD) {
        LOG.warn("Events are not recorded, because a sink does not take them fast enough sink={} dropped={}", name, dropped);
      }
      return;
    }
    bytes += line.json().length;
    waiting.add(line);
  }

  /** Begins to write, unless that is under way or was refused just now. */
  void pump() {
    List<AuditSink.Line> batch = new ArrayList<>();
    long counted;
    synchronized (this) {
      if (busy || dueInMs() != 0) {
        return;
      }
      int size = 0;
      counted = dropped;
      if (dropped > 0) {
        batch.add(lines.apply(AuditEvent.of(clock.millis(), AuditEvent.Kind.LOST, "lost", NOBODY, AuditEvent.Resource.NONE, AuditEvent.OK, dropped,
            Map.of("source", "sink " + name))));
      }
      for (AuditSink.Line line : waiting) {
        if (batch.size() >= BATCH_EVENTS || size > 0 && size + line.json().length > BATCH_BYTES) {
          break;
        }
        size += line.json().length;
        batch.add(line);
      }
      busy = true;
    }
    write(batch).whenComplete((written, e) -> {
      done(batch, counted, e);
      wake.run();
    });
  }

  private CompletionStage<Void> write(List<AuditSink.Line> batch) {
    try {
      return sink.write(batch);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private synchronized void done(List<AuditSink.Line> batch, long counted, Throwable e) {
    busy = false;
    if (e != null) {
      failedNanos = clock.nanos();
      failingSinceNanos = failed ? failingSinceNanos : failedNanos;
      failed = true;
      // a part that is replaced, or a topic that is just made, is back before
      if (failedNanos - failingSinceNanos >= PATIENCE_NANOS && logged.pass("audit sink " + name) != LineLimit.HELD) {
        LOG.warn("Events cannot be recorded now, and are kept while there is room sink={} error={}", name,
            e.getCause() == null ? e.toString() : e.getCause().toString());
      }
      return;
    }
    failed = false;
    dropped -= counted;
    for (int i = counted > 0 ? 1 : 0; i < batch.size(); i++) {
      bytes -= waiting.remove().json().length;
    }
  }

  /** @return after how many milliseconds {@link #pump} does something, 0 for now, -1 for never; not while it writes */
  synchronized long dueInMs() {
    if (busy || waiting.isEmpty() && dropped == 0) {
      return -1;
    }
    long left = failed ? RETRY_NANOS - (clock.nanos() - failedNanos) : 0;
    return left <= 0 ? 0 : TimeUnit.NANOSECONDS.toMillis(left) + 1;
  }

  /** @return how many events are not written */
  synchronized long unwritten() {
    return waiting.stream().mapToLong(l -> l.event().count()).sum() + dropped;
  }
}
