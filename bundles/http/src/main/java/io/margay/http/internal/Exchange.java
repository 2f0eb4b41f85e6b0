package io.margay.http.internal;

import io.margay.model.LineLimit;
import io.margay.model.Scheduler;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request, from the first byte of its body to the last of its response. No thread waits. Every event (bytes have arrived, a
 * record is written, the client reads, a timeout) calls {@link #enter} or {@link #signal}, and the event loop of the connection does
 * what is possible: it writes the known results in the order of the records, and reads as long as there is room for more.
 *
 * <p>A body is read only while fewer than {@value #MAX_SLOTS} records wait for their result or for the client to read it. The
 * status is that of the first result; later errors are in their place in the body.
 *
 * <p>It ends when everything is answered, when the connection breaks, or when it makes no progress for
 * {@code margay.http.timeout.ms}. Records that are in flight then are still written, but their results are not sent.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final int MAX_SLOTS = 500;
  private static final int BUFFER_BYTES = 8 * 1024;
  /** Bytes of an incomplete record that each exchange may hold without reserving them. */
  private static final int FREE_BYTES = 64 * 1024;

  private final Producing producing;
  private final Target target;
  private final RecordSource source;
  private final Sending sending;
  private final Peer peer;
  private final AtomicInteger events = new AtomicInteger();
  private volatile boolean timerRang;
  private volatile HttpError stop;
  private volatile HttpError expired;
  private volatile String broken;
  private volatile boolean gone;
  private volatile long progressNanos = System.nanoTime();
  private volatile boolean done;

  // below: used only on the event loop
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private final Deque<Slot> slots = new ArrayDeque<>();
  private RecordRequest held;
  private long bodyBytes;
  private long reservedBytes;
  private boolean empty = true;
  private boolean bodyEnded;
  private boolean inputEnded;
  private boolean committed;
  private boolean unflushed;
  private boolean bug;
  private boolean failing;
  private Scheduler.Timer timer;

  Exchange(Producing producing, Target target, RecordSource source, Peer peer) {
    this.producing = producing;
    this.target = target;
    this.source = source;
    this.sending = new Sending(producing, target, this::onEvent, this::signal);
    this.peer = peer;
  }

  /** Starts; called once, on the event loop, as are the next four. */
  void start() {
    timer = producing.scheduler().after(producing.limits().timeoutMs(), this::ring);
    producing.open().add(this);
    enter();
  }

  /** There are bytes of the body, or its end. */
  void onReadable() {
    enter();
  }

  /** The client has read a part of the response. */
  void onWritable() {
    enter();
  }

  /**
   * No more of the body can be read. The client may still read the response.
   *
   * @param why what is wrong with the body
   */
  void onBroken(String why) {
    broken = why;
    enter();
  }

  /** The connection is closed. */
  void onGone() {
    gone = true;
    enter();
  }

  private void ring() {
    timerRang = true;
    signal();
  }

  /**
   * Stops reading, and ends as soon as all records in flight are answered.
   *
   * @param why the answer to the part of the body that is not read, if there is one
   */
  void stop(HttpError why) {
    stop = why;
    signal();
  }

  /** Handles an event on any thread. */
  private void signal() {
    if (events.getAndIncrement() == 0) {
      try {
        peer.execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The event loops have ended, and all connections with them.
        LOG.debug("Too late for an exchange topic={}", target.topic());
      }
    }
  }

  /** Handles an event on the event loop. */
  private void enter() {
    if (events.getAndIncrement() == 0) {
      drain();
    }
  }

  private void drain() {
    int seen;
    do {
      seen = events.get();
      try {
        advance();
      } catch (RuntimeException | Error e) { // also when memory is short: nothing else would end this request
        if (producing.lines().pass("failure") != LineLimit.HELD) {
          LOG.error("Serving a request failed topic={}", target.topic(), e);
        }
        if (bug) {
          finish();
        } else {
          bug = true;
          fail(new HttpError(500, "internal error; the server's log says more"));
          signal();
        }
      }
    } while (!events.compareAndSet(seen, 0) && !done);
  }

  private void advance() {
    if (done) {
      return;
    }
    if (gone) {
      finish();
      return;
    }
    String failure = broken;
    if (failure != null) {
      broken = null;
      endBroken(failure);
    }
    HttpError why = stop;
    if (why != null && !inputEnded) {
      endInput(why);
    }
    if (expired != null) {
      fail(expired);
    }
    if (timerRang) {
      timerRang = false;
      checkTime();
    }
    boolean moved;
    do {
      moved = write();
      moved |= read();
    } while (moved && !done);
    if (expired != null || inputEnded && slots.isEmpty()) {
      finish();
    } else if (unflushed) {
      unflushed = false;
      peer.flush();
    }
  }

  // reading

  private boolean read() {
    boolean moved = false;
    while (!inputEnded && slots.size() < MAX_SLOTS) {
      if (held == null) {
        RecordSource.Item item = source.next();
        if (item == null) {
          if (bodyEnded) {
            inputEnded = true;
            if (empty) {
              answer(HttpError.malformed("the body has no record"));
            }
            return true;
          }
          if (!reserve() || !fill()) {
            return moved || inputEnded;
          }
        } else {
          empty = false;
        }
        if (item instanceof RecordSource.Parsed parsed) {
          held = parsed.record();
          progressNanos = System.nanoTime();
        } else if (item instanceof RecordSource.Refused refused) {
          answer(refused.error());
          progressNanos = System.nanoTime();
        } else if (item instanceof RecordSource.Broken end) {
          endInput(end.error());
        }
      }
      if (held != null && !dispatch()) {
        return moved;
      }
      moved = true;
    }
    return moved;
  }

  /** Takes the bytes of the incomplete record from the shared budget. */
  private boolean reserve() {
    long wanted = source.pendingBytes() <= FREE_BYTES ? 0 : (source.pendingBytes() / FREE_BYTES + 1L) * FREE_BYTES;
    if (wanted < reservedBytes) {
      producing.budget().giveBack(reservedBytes - wanted);
      reservedBytes = wanted;
    } else if (wanted > reservedBytes) {
      if (!producing.budget().tryTake(wanted - reservedBytes)) {
        endInput(HttpError.tooMany("too many bytes of other requests are in flight; try again"));
        return false;
      }
      reservedBytes = wanted;
    }
    return true;
  }

  private boolean fill() {
    int n = peer.read(buffer);
    if (n == 0) {
      return false;
    }
    if (n < 0) {
      bodyEnded = true;
      source.end();
      return true;
    }
    bodyBytes += n;
    if (bodyBytes > producing.limits().maxRequestBytes()) {
      endInput(HttpError.tooLarge("the body has more than margay.http.request.max.bytes, " + producing.limits().maxRequestBytes()));
      return false;
    }
    source.feed(buffer, n);
    return true;
  }

  /** Stops reading; the client gets the reason instead of an answer to the rest. */
  private void endInput(HttpError why) {
    inputEnded = true;
    held = null;
    answer(why);
  }

  private void answer(HttpError error) {
    slots.add(Slot.failed(error));
  }

  /** Sends the record that is held. @return whether it was sent or refused */
  private boolean dispatch() {
    Slot slot = sending.send(held);
    if (slot == null) {
      return false;
    }
    slots.add(slot);
    held = null;
    return true;
  }

  private void onEvent() {
    progressNanos = System.nanoTime();
    signal();
  }

  // writing

  private boolean write() {
    boolean moved = false;
    while (!slots.isEmpty() && slots.peek().line() != null && peer.writable()) {
      Slot slot = slots.poll();
      commit(slot.error());
      peer.write(slot.line());
      unflushed = true;
      moved = true;
      progressNanos = System.nanoTime();
    }
    return moved;
  }

  private void commit(HttpError first) {
    if (!committed) {
      committed = true;
      peer.begin(first, inputEnded && !bodyEnded);
    }
  }

  // the end

  private void endBroken(String failure) {
    if (failing || inputEnded) {
      finish();
      return;
    }
    failing = true;
    // records in flight are still answered if the client can be reached
    endInput(HttpError.malformed(failure));
  }

  private void checkTime() {
    long timeoutMs = producing.limits().timeoutMs();
    long idleMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - progressNanos);
    if (idleMs < timeoutMs) {
      timer = producing.scheduler().after(timeoutMs - idleMs, this::ring);
    } else if (!slots.isEmpty() && slots.peek().line() != null) {
      // the client does not read
      finish();
    } else if (!slots.isEmpty() || held != null) {
      fail(HttpError.unavailable("no answer within " + timeoutMs + " ms; whether the record was written is not known"));
      timer = producing.scheduler().after(timeoutMs, this::ring);
    } else {
      endInput(new HttpError(408, "no complete record within " + timeoutMs + " ms"));
      timer = producing.scheduler().after(timeoutMs, this::ring);
    }
  }

  /** Stops reading, and answers everything that is still open with an error. */
  private void fail(HttpError why) {
    slots.forEach(s -> s.fail(why));
    if (!inputEnded) {
      endInput(why);
    }
  }

  /** The same as {@link #stop}, without waiting for records in flight. */
  void expire(HttpError why) {
    expired = why;
    signal();
  }

  private void finish() {
    if (done) {
      return;
    }
    done = true;
    sending.close();
    timer.cancel();
    producing.budget().giveBack(reservedBytes);
    producing.open().remove(this);
    peer.end(committed && inputEnded && slots.isEmpty());
  }
}
