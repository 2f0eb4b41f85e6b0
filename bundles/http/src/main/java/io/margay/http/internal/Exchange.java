package io.margay.http.internal;

import io.margay.model.Scheduler;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One request, from its first byte to the last of its response. No thread waits. Every event (bytes have arrived, a record is
 * written, the client reads, a timeout) calls {@link #enter} or {@link #signal}, and one thread at a time does what is possible: it
 * writes the known results in the order of the records, and reads as long as there is room for more.
 *
 * <p>A body is read only while fewer than {@value #MAX_SLOTS} records wait for their result or for the client to read it. The
 * status is that of the first result; later errors are in their place in the body.
 *
 * <p>It ends when everything is answered, when the connection breaks, or when it makes no progress for
 * {@code margay.http.timeout.ms}. Records that are in flight then are still written, but their results are not sent.
 */
final class Exchange implements ReadListener, WriteListener {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);
  private static final int MAX_SLOTS = 500;
  private static final int BUFFER_BYTES = 8 * 1024;
  /** Bytes of an incomplete record that each exchange may hold without reserving them. */
  private static final int FREE_BYTES = 64 * 1024;

  private final Producing producing;
  private final Target target;
  private final RecordSource source;
  private final Sending sending;
  private final AsyncContext async;
  private final HttpServletResponse response;
  private final ServletInputStream in;
  private final ServletOutputStream out;
  private final AtomicInteger events = new AtomicInteger();
  private volatile boolean readable;
  private volatile boolean writable;
  private volatile boolean timerRang;
  private volatile HttpError stop;
  private volatile HttpError expired;
  private volatile Throwable broken;
  private volatile long progressNanos = System.nanoTime();
  private volatile boolean done;

  // below: used only by the thread that has entered
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

  Exchange(Producing producing, Target target, RecordSource source, AsyncContext async, HttpServletResponse response)
      throws IOException {
    this.producing = producing;
    this.target = target;
    this.source = source;
    this.sending = new Sending(producing, target, this::onEvent);
    this.async = async;
    this.response = response;
    this.in = (ServletInputStream) async.getRequest().getInputStream();
    this.out = response.getOutputStream();
  }

  /** Starts; called once by the container's thread. */
  void start() {
    // Our own timer bounds every wait; the container's timeout would send its own response.
    async.setTimeout(0);
    timer = producing.scheduler().after(producing.limits().timeoutMs(), this::ring);
    producing.open().add(this);
    in.setReadListener(this);
    out.setWriteListener(this);
  }

  @Override
  public void onDataAvailable() {
    readable = true;
    enter();
  }

  @Override
  public void onAllDataRead() {
    readable = true;
    enter();
  }

  @Override
  public void onWritePossible() {
    writable = true;
    enter();
  }

  @Override
  public void onError(Throwable failure) {
    broken = failure;
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

  /** Handles an event on a thread that must not do the work itself. */
  private void signal() {
    if (events.getAndIncrement() == 0) {
      try {
        producing.executor().execute(this::drain);
      } catch (RejectedExecutionException e) {
        // The bundle has stopped and has ended all exchanges before.
        LOG.debug("Too late for an exchange topic={}", target.topic());
      }
    }
  }

  /** Handles an event on a thread of the container. */
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
      } catch (IOException e) {
        LOG.debug("A connection broke topic={}", target.topic(), e);
        finish();
      } catch (RuntimeException e) {
        LOG.error("Serving a request failed topic={}", target.topic(), e);
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

  private void advance() throws IOException {
    if (done) {
      return;
    }
    Throwable failure = broken;
    if (failure != null) {
      broken = null;
      onBroken(failure);
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
    } else if (unflushed && writable && out.isReady()) {
      unflushed = false;
      out.flush();
    }
  }

  // reading

  private boolean read() throws IOException {
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

  private boolean fill() throws IOException {
    if (!readable) {
      return false;
    }
    // before the call: the container may call back at once when it returns false
    readable = false;
    if (!in.isReady()) {
      return false;
    }
    readable = true;
    int n = in.read(buffer);
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
    if (!bodyEnded && !committed) {
      response.setHeader("Connection", "close");
    }
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

  private boolean write() throws IOException {
    boolean moved = false;
    while (writable && !slots.isEmpty() && slots.peek().line() != null) {
      // before the call: the container may call back at once when it returns false
      writable = false;
      if (!out.isReady()) {
        return moved;
      }
      writable = true;
      Slot slot = slots.poll();
      commit(slot.error());
      out.write(slot.line());
      unflushed = true;
      moved = true;
      progressNanos = System.nanoTime();
    }
    return moved;
  }

  private void commit(HttpError first) {
    if (!committed) {
      committed = true;
      respond(response, first);
    }
  }

  /** Sets status and headers. @param error the first result, or null when it is not an error */
  static void respond(HttpServletResponse response, HttpError error) {
    response.setStatus(error == null ? HttpServletResponse.SC_OK : error.status());
    response.setContentType("application/json");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("Cache-Control", "no-store");
    if (error != null && error.retryAfterSeconds() > 0) {
      response.setIntHeader("Retry-After", error.retryAfterSeconds());
    }
  }

  // the end

  private void onBroken(Throwable failure) {
    if (failing || inputEnded) {
      finish();
      return;
    }
    failing = true;
    // records in flight are still answered if the client can be reached
    endInput(failure instanceof TimeoutException || failure.getCause() instanceof TimeoutException
        ? new HttpError(408, "the body did not arrive in time")
        : HttpError.malformed("the body ends too early, or is not sent as it should be: " + failure.getMessage()));
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
    async.complete();
  }
}
