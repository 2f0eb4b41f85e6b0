package io.margay.server.internal;

import io.margay.model.LineLimit;
import io.margay.model.acl.AclOperation;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.protocol.MessageMemoryException;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.lease.ServiceHolder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers by API key, and what happens when one is replaced. A key that was served once stays known: while its handler is
 * away, requests wait in the order in which they came, bounded in number and time, and go to the next handler of the key; then
 * they get a retriable error. Requests that the old handler was given are awaited, bounded, before it is let go.
 *
 * <p>{@link #bind} and {@link #unbind} come from the service registry's threads, {@link #route} from event loops.
 */
final class HandlerTable {
  /** Keys from 0 to below this are possible. */
  static final int MAX_KEYS = 256;

  private static final Logger LOG = LoggerFactory.getLogger(HandlerTable.class);
  private static final long DRAIN_MS = 200;
  private static final long AWAY_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** What is known of one key. */
  static final class Entry {
    private final ServiceHolder<ApiHandler> holder = new ServiceHolder<>(DRAIN_MS);
    private final List<ApiHandler> registered = new ArrayList<>();
    private final WaitingRequests waiting = new WaitingRequests();
    /** The last handler, kept while it is away since only it knows how its errors look. */
    private volatile ApiHandler last;
    private volatile Access access;
    private volatile boolean recorded;
    private volatile Api api;
    private volatile short lowest;
    private volatile short highest;
    /** When the last handler left; guarded by the table. */
    private long leftNanos;

    Api api() {
      return api;
    }

    short lowest() {
      return lowest;
    }

    short highest() {
      return highest;
    }

    /** @return whether its requests are those of brokers and of logins, for which no quota counts */
    boolean exempt() {
      Access now = access;
      return now.operation() == AclOperation.CLUSTER_ACTION || api.key() == SaslHandshakeRequest.API.key()
          || api.key() == SaslAuthenticateRequest.API.key();
    }

    /** @return how many requests wait for a handler */
    int waiting() {
      return waiting.size();
    }
  }

  private final AtomicReferenceArray<Entry> entries = new AtomicReferenceArray<>(MAX_KEYS);
  private final LongSupplier waitMs;
  private final LineLimit lines;
  private final Authorization authorization;
  private final RequestAudit audit;

  /**
   * @param waitMs how long a request waits for a handler, in milliseconds
   * @param authorization decides what clients may do
   * @param lines limits log lines that clients can cause
   * @param audit records what requests change, and what they are denied
   */
  HandlerTable(LongSupplier waitMs, Authorization authorization, LineLimit lines, RequestAudit audit) {
    this.waitMs = waitMs;
    this.authorization = authorization;
    this.lines = lines;
    this.audit = audit;
  }

  /**
   * @param key an API key, any number
   * @return what is known of it, or null when it was never served
   */
  Entry entry(short key) {
    return key < 0 || key >= MAX_KEYS ? null : entries.get(key);
  }

  /** @return whether an API of this name was ever served */
  boolean serves(String api) {
    for (int key = 0; key < MAX_KEYS; key++) {
      Entry e = entries.get(key);
      if (e != null && e.api.name().equals(api)) {
        return true;
      }
    }
    return false;
  }

  /** @return how many requests wait for a handler, of all keys */
  long waiting() {
    long sum = 0;
    for (int key = 0; key < MAX_KEYS; key++) {
      Entry e = entries.get(key);
      sum += e == null ? 0 : e.waiting();
    }
    return sum;
  }

  /** @return the names of the APIs that have a handler, or had one just now: it may be about to come back */
  synchronized List<String> served() {
    List<String> names = new ArrayList<>();
    for (int key = 0; key < MAX_KEYS; key++) {
      Entry e = entries.get(key);
      if (e != null && (!e.registered.isEmpty() || System.nanoTime() - e.leftNanos < AWAY_NANOS)) {
        names.add(e.api.name());
      }
    }
    return names;
  }

  /** @param handler takes over its key; requests that wait go to it */
  synchronized void bind(ApiHandler handler) {
    short key = handler.api().key();
    Entry e = entries.get(key);
    if (e == null) {
      e = new Entry();
      describe(e, handler);
      entries.set(key, e);
    }
    e.registered.add(handler);
    install(e, handler);
  }

  /** @param handler leaves its key; returns when its requests are answered, or after a short time */
  synchronized void unbind(ApiHandler handler) {
    Entry e = entries.get(handler.api().key());
    e.registered.remove(handler);
    if (e.registered.isEmpty()) {
      e.leftNanos = System.nanoTime();
      e.holder.clear(handler);
    } else if (e.holder.peek() == handler) {
      install(e, e.registered.get(e.registered.size() - 1));
    }
  }

  private void install(Entry e, ApiHandler handler) {
    describe(e, handler);
    e.holder.set(handler);
    e.waiting.resume();
  }

  private void describe(Entry e, ApiHandler handler) {
    e.last = handler;
    e.access = handler.access();
    e.recorded = audit.changes(handler.api().key());
    e.lowest = handler.lowestVersion();
    e.highest = handler.highestVersion();
    e.api = handler.api();
  }

  /**
   * @param e an entry
   * @return whether the next request may start before the answer to one of this key
   */
  static boolean pipelined(Entry e) {
    return e.last.ordering() == ApiHandler.Ordering.PIPELINED;
  }

  /**
   * Gives a request to its handler, now or when there is one again. On the request's event loop.
   *
   * @param e the entry of its key
   * @param request the request, of a version that the entry serves
   */
  void route(Entry e, RoutedRequest request) {
    request.recordedBy(audit, e.recorded);
    switch (authorization.enter(request, e.access, () -> fail(e.last, request, Errors.REQUEST_TIMED_OUT))) {
      case PASS -> handle(e, request);
      case DENIED -> fail(e.last, request, Errors.CLUSTER_AUTHORIZATION_FAILED);
      case FULL -> fail(e.last, request, Errors.REQUEST_TIMED_OUT);
      default -> { } // it waits
    }
  }

  private void handle(Entry e, RoutedRequest request) {
    ServiceHolder.Lease<ApiHandler> lease = e.holder.lease();
    if (lease == null) {
      park(e, request);
      return;
    }
    request.leased(lease);
    ApiHandler handler = lease.service();
    try {
      handler.handle(request);
    } catch (MessageMemoryException ex) {
      noMemory(e, request, ex);
    } catch (MalformedMessageException ex) {
      request.close(e.api.name() + " cannot be decoded: " + ex.getMessage());
    } catch (Throwable ex) { // also an Error: what the request holds must be given back
      if (lines.pass("handle " + e.api.name()) != LineLimit.HELD) {
        LOG.error("Handling a request failed apiKey={} version={} clientId={}", e.api.name(), request.version(), request.clientId(), ex);
      }
      fail(handler, request, Errors.UNKNOWN_SERVER_ERROR);
    }
  }

  /** What is decoded from a request does not fit: it waits until there is memory, or is refused when there never will be. */
  private void noMemory(Entry e, RoutedRequest request, MessageMemoryException why) {
    if (request.denial() == RoutedRequest.Denial.POOL && !request.isAnswered()) {
      long needed = request.restartReservation();
      request.endLease();
      request.parked();
      new MemoryWait(request, needed, () -> refuse(e, request, Errors.REQUEST_TIMED_OUT, why)).begin(waitMs.getAsLong());
      return;
    }
    refuse(e, request, request.denial() == RoutedRequest.Denial.NEVER ? Errors.INVALID_REQUEST : Errors.REQUEST_TIMED_OUT, why);
  }

  /** Answers with an error, or closes the connection where the answer has no place for it. One line in the log says so either way. */
  private void refuse(Entry e, RoutedRequest request, Errors error, MessageMemoryException why) {
    if (request.isAnswered()) {
      return;
    }
    String reason = e.api.name() + " needs more memory than it gets (" + error + "): " + why.getMessage() + ", a connection has at most "
        + request.memory().workShareBytes() + " bytes; see margay.request.memory.bytes";
    Message answer = errorAnswer(e.last, request, error);
    if (answer == null) {
      request.close(reason); // logged by the connection
      return;
    }
    long held = lines.pass("memory " + e.api.name());
    if (held != LineLimit.HELD) {
      LOG.warn("Refusing a request: {} version={} clientId={} sinceLast={}", reason, request.version(), request.clientId(), held);
    }
    request.respond(answer);
  }

  private void park(Entry e, RoutedRequest request) {
    boolean waits = e.waiting.park(request, () -> e.holder.peek() != null, waitMs.getAsLong(), () -> {
      if (lines.pass("no handler for " + e.api.name()) != LineLimit.HELD) {
        LOG.warn("No handler came back in time apiKey={} clientId={} waitMs={}", e.api.name(), request.clientId(), waitMs.getAsLong());
      }
      fail(e.last, request, Errors.REQUEST_TIMED_OUT);
    });
    if (!waits) {
      fail(e.last, request, Errors.REQUEST_TIMED_OUT);
    }
  }

  /** Gives requests that wait for a handler back to where they came from. */
  void handBack() {
    authorization.handBack();
    for (int key = 0; key < MAX_KEYS; key++) {
      Entry e = entries.get(key);
      if (e != null) {
        e.waiting.handBack();
      }
    }
  }

  private void fail(ApiHandler handler, RoutedRequest request, Errors error) {
    if (request.isAnswered()) {
      return;
    }
    Message answer = errorAnswer(handler, request, error);
    if (answer == null) {
      request.close(request.api().name() + " failed with " + error + ", and its answer has no place for the error");
    } else {
      request.respond(answer);
    }
  }

  /** @return null when there is no answer that would tell the client about the error */
  private Message errorAnswer(ApiHandler handler, RoutedRequest request, Errors error) {
    try {
      Message answer = handler.errorResponse(request, error);
      // Without an error code of its own, the answer's parts carry the error. They cannot be named when the request was not decoded, and an
      // answer without parts looks like success.
      return answer != null && request.isUndecoded() && !answer.hasErrorCode(request.version()) ? null : answer;
    } catch (MalformedMessageException ex) {
      LOG.debug("An error answer needs the request, which cannot be decoded apiKey={}", request.api().name(), ex);
    } catch (Throwable ex) { // also an Error, as above
      if (lines.pass("error answer of " + request.api().name()) != LineLimit.HELD) {
        LOG.error("Building an error answer failed apiKey={}", request.api().name(), ex);
      }
    }
    return null;
  }
}
