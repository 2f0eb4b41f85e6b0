package io.margay.server.internal;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.margay.spi.lease.ServiceHolder.Lease;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What requests from a socket and requests from inside the process have in common: one answer, and the lease of the handler. */
abstract class RoutedRequest implements Request {
  private static final Logger LOG = LoggerFactory.getLogger(RoutedRequest.class);
  private static final VarHandle ANSWERED;
  private static final VarHandle LEASE;
  private static final long ENDED = -1;

  /** Why memory is denied. */
  enum Denial {
    /** More than a connection may ever have. */
    NEVER,
    /** Other requests of the connection have its share. */
    SHARE,
    /** Other connections have all of it. */
    POOL
  }


  static {
    try {
      ANSWERED = MethodHandles.lookup().findVarHandle(RoutedRequest.class, "answered", boolean.class);
      LEASE = MethodHandles.lookup().findVarHandle(RoutedRequest.class, "lease", Lease.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Api api;
  private final short version;
  private final int correlationId;
  private final ByteBuf body;
  private final long receivedNanos;
  @SuppressWarnings("unused") // through ANSWERED
  private volatile boolean answered;
  @SuppressWarnings("unused") // through LEASE
  private volatile Lease<ApiHandler> lease;
  private volatile Runnable onCancel;
  /** Bytes of the budget that were reserved for the handler and for what is decoded, or {@link #ENDED}. Guarded by this. */
  private long reservedByHandler;
  /** How many of them nobody uses yet. Guarded by this. */
  private long unusedBytes;
  private long deniedBytes;
  private Denial denial;
  /** Who decides what the client may do; null for no restrictions. Set before the handler gets the request. */
  private Authorization.Decider decider;
  /** How long its client must wait because of its quota, in milliseconds. Written with the monitor held. */
  private volatile int quotaMs;
  /** How long was worked for it, as far as nobody has counted that. Guarded by this. */
  private long workedNanos;
  private volatile boolean exempt;
  /** The last decoding began and did not end. */
  private boolean undecoded;
  /** Records what was denied, and changes. Set before the handler gets the request. */
  private RequestAudit audit;
  /** Whether the request may change something that is recorded. */
  private boolean change;
  /** What was decoded of such a request. */
  private volatile Message decoded;
  /** What the client was denied; null for nothing. */
  private volatile RequestAudit.Denials denials;

  RoutedRequest(Api api, short version, int correlationId, ByteBuf body, long receivedNanos) {
    this.api = api;
    this.version = version;
    this.correlationId = correlationId;
    this.body = body;
    this.receivedNanos = receivedNanos;
  }

  /** The client said which software it is. On the event loop. */
  void software(String name, String version) {
    // nothing comes after a request that has no connection
  }

  /** @return whether it comes from inside the process and may do everything */
  boolean trusted() {
    return false;
  }

  /** Whether what it changes is recorded; the server's own housekeeping is not. */
  boolean recorded() {
    return true;
  }

  final void recordedBy(RequestAudit recorder, boolean changes) {
    audit = recorder;
    change = changes && recorded();
  }

  /** It is answered. The read of two fields, unless there is something to record. */
  private void record(Message response) {
    RequestAudit.Denials denied = denials;
    if (change || denied != null) {
      audit.answered(this, decoded, response, denied);
    }
  }

  /** @return what was decided for the connection before */
  abstract Decisions decisions();

  final void decidedBy(Authorization.Decider who) {
    decider = who;
  }

  @Override
  public final boolean allowed(AclOperation operation, ResourceType type, String name) {
    if (isAllowed(operation, type, name)) {
      return true;
    }
    denied(operation, type, name);
    return false;
  }

  private boolean isAllowed(AclOperation operation, ResourceType type, String name) {
    Authorization.Decider who = decider;
    return who == null || decisions().allowed(who, principal(), clientAddress(), operation, type, name);
  }

  private void denied(AclOperation operation, ResourceType type, String name) {
    RequestAudit.Denials all = denials;
    if (all == null) {
      synchronized (this) {
        all = denials == null ? new RequestAudit.Denials() : denials;
        denials = all;
      }
    }
    all.add(operation, type, name);
  }

  /** A question of the client, and no attempt: what it may not do is not recorded. */
  @Override
  public final int allowedOperations(ResourceType type, String name) {
    int bits = 0;
    for (AclOperation operation : type.operations()) {
      bits |= isAllowed(operation, type, name) ? operation.bit() : 0;
    }
    return bits;
  }

  @Override
  public final boolean allowedForAny(AclOperation operation, ResourceType type) {
    Authorization.Decider who = decider;
    if (who == null || decisions().allowedForAny(who, principal(), clientAddress(), operation, type)) {
      return true;
    }
    denied(operation, type, null);
    return false;
  }

  @Override
  public final void unlimited() {
    exempt = true;
  }

  /** Whether no quota counts for it. */
  final boolean exempt() {
    return exempt;
  }

  @Override
  public final synchronized void worked(long nanos) {
    workedNanos += nanos;
  }

  /** @return for how long was worked since the last call, in nanoseconds */
  final synchronized long takeWork() {
    long taken = workedNanos;
    workedNanos = 0;
    return taken;
  }

  /** The client must wait at least this long. */
  final void noteQuota(int ms) {
    if (ms > 0) {
      synchronized (this) {
        quotaMs = Math.max(quotaMs, ms);
      }
    }
  }

  final int quotaMs() {
    return quotaMs;
  }

  /** Routes the request again, now that there is a handler. On the event loop. */
  abstract void resume();

  /** No handler was given the request, and none will be: the server goes. On the event loop. */
  void handBack() {
    close("the server stops");
  }

  /** The request waits for a handler from now on, until {@link #resume} or an answer. On the event loop. */
  void parked() {
    // nothing comes after a request that has no connection
  }

  /** Runs a task on the event loop after a delay. */
  abstract void later(long delay, TimeUnit unit, Runnable task);

  /**
   * Sends the answer, on any thread; called once.
   *
   * @param response the answer; null for none
   * @param throttleMs how long the connection is not read afterwards, in milliseconds
   * @param closeReason why the connection is to be closed, or null
   */
  abstract void finish(Message response, int throttleMs, String closeReason);

  final void leased(Lease<ApiHandler> taken) {
    lease = taken;
  }

  @SuppressWarnings("unchecked")
  final void endLease() {
    Lease<ApiHandler> held = (Lease<ApiHandler>) LEASE.getAndSet(this, (Lease<ApiHandler>) null);
    if (held != null) {
      held.close();
    }
  }

  /** @return null when it was taken from the work memory, or why not; any thread */
  abstract Denial takeWork(long bytes);

  abstract void giveWork(long bytes);

  /** Bytes were taken from the pool itself: they count as the connection's, too. */
  void counted(long bytes) {
    // a request without a connection has no share
  }

  abstract RequestMemory memory();

  @Override
  public final boolean reserve(long bytes) {
    synchronized (this) {
      if (reservedByHandler == ENDED) {
        return false;
      }
      if (bytes <= unusedBytes) {
        unusedBytes -= bytes;
        return true;
      }
      long more = bytes - unusedBytes;
      if (reservedByHandler + more > memory().workShareBytes()) {
        denial = Denial.NEVER;
        return false;
      }
      Denial why = takeWork(more);
      if (why != null) {
        denial = why;
        deniedBytes = reservedByHandler + more;
        return false;
      }
      unusedBytes = 0;
      reservedByHandler += more;
      return true;
    }
  }

  /** @return why the last reservation was denied */
  final synchronized Denial denial() {
    return denial;
  }

  /**
   * Gives everything back so that the request can wait with nothing but its frame.
   *
   * @return how many bytes it needs to start again
   */
  final long restartReservation() {
    long held;
    long needed;
    synchronized (this) {
      held = Math.max(0, reservedByHandler);
      needed = deniedBytes;
      if (reservedByHandler != ENDED) {
        reservedByHandler = 0;
      }
      unusedBytes = 0;
    }
    if (held > 0) {
      giveWork(held);
    }
    return needed;
  }

  /** @param bytes were taken from the pool for this request, and are used first */
  final void granted(long bytes) {
    counted(bytes);
    synchronized (this) {
      if (reservedByHandler != ENDED) {
        reservedByHandler += bytes;
        unusedBytes += bytes;
        return;
      }
    }
    giveWork(bytes);
  }

  /** Gives back what the handler reserved; it can reserve no more. */
  final void endReservation() {
    long bytes;
    synchronized (this) {
      bytes = reservedByHandler;
      reservedByHandler = ENDED;
    }
    if (bytes > 0) {
      giveWork(bytes);
    }
  }

  private boolean answer(String how) {
    if (ANSWERED.compareAndSet(this, false, true)) {
      return true;
    }
    LOG.error("A request was answered twice apiKey={} correlationId={} clientId={} second={}", api.name(), correlationId, clientId(), how);
    return false;
  }

  @Override
  public final void respond(Message response) {
    respond(response, 0);
  }

  @Override
  public final void respond(Message response, int throttleMs) {
    if (answer("respond")) {
      record(response);
      finish(response, throttleMs, null);
    }
  }

  /**
   * Answers, and closes the connection when the answer is sent.
   *
   * @param why one sentence for the log
   */
  final void respondAndClose(Message response, String why) {
    if (answer("respondAndClose")) {
      record(response);
      finish(response, 0, why);
    }
  }

  /** The token that a SaslAuthenticate has; called once. */
  byte[] saslToken() {
    return read(new SaslAuthenticateRequest()).authBytes();
  }

  /** What the client of the connection has proved about itself; null for a request without a connection. */
  ClientSession session() {
    return null;
  }

  @Override
  public final void respondNothing() {
    if (answer("respondNothing")) {
      record(null);
      finish(null, 0, null);
    }
  }

  @Override
  public final void close(String why) {
    if (answer("close")) {
      record(null);
      finish(null, 0, why);
    }
  }

  @Override
  public final Api api() {
    return api;
  }

  @Override
  public final short version() {
    return version;
  }

  @Override
  public final int correlationId() {
    return correlationId;
  }

  @Override
  public final ByteBuf body() {
    return body;
  }

  @Override
  public final long receivedNanos() {
    return receivedNanos;
  }

  @Override
  public final <T extends Message> T read(T into) {
    undecoded = true;
    into.read(new MessageReader(body, this::reserve), version);
    undecoded = false;
    if (change) {
      decoded = into;
    }
    return into;
  }

  /** @return whether the last {@link #read} failed; on the thread that called it */
  final boolean isUndecoded() {
    return undecoded;
  }

  @Override
  public Principal principal() {
    return Principal.ANONYMOUS;
  }

  @Override
  public final void onCancel(Runnable task) {
    onCancel = task;
    if (cancelled()) {
      runOnCancel();
    }
  }

  final boolean isAnswered() {
    return answered;
  }

  final void runOnCancel() {
    Runnable task = onCancel;
    onCancel = null;
    if (task != null) {
      task.run();
    }
  }
}
