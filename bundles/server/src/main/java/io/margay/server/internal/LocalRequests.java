package io.margay.server.internal;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.MessageWriter;
import io.margay.protocol.Messages;
import io.margay.server.internal.audit.RequestAudit;
import io.margay.spi.client.LocalClient;
import io.margay.spi.handler.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Requests from inside the process: they are encoded, routed, and their answers decoded, as if they had come over a connection,
 * so that parts and the shell see exactly what a client sees. Safe for all threads.
 */
final class LocalRequests implements LocalClient {
  private static final String CLIENT_ID = "margay-local";

  private final HandlerTable handlers;
  private final Supplier<EventLoop> loops;
  private final String listener;
  private final RequestMemory memory;
  private final Authorization authorization;
  private final RequestAudit audit;
  private final Supplier<KnownQuota> quotas;
  private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  /**
   * @param handlers routes the requests
   * @param loops gives an event loop to run a request on
   * @param listener the listener as whose client the requests count
   * @param memory what handlers of these requests reserve from
   * @param authorization decides what callers may do that are not trusted
   * @param audit records what they are denied
   * @param quotas gives a memory for the limits of a caller
   */
  LocalRequests(HandlerTable handlers, Supplier<EventLoop> loops, String listener, RequestMemory memory, Authorization authorization,
      RequestAudit audit, Supplier<KnownQuota> quotas) {
    this.quotas = quotas;
    this.handlers = handlers;
    this.loops = loops;
    this.listener = listener;
    this.memory = memory;
    this.authorization = authorization;
    this.audit = audit;
  }

  @Override
  public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
    return send(null, null, api, request, response);
  }

  @Override
  public LocalClient as(Caller caller) {
    Decisions decisions = new Decisions();
    KnownQuota quota = quotas.get();
    return new LocalClient() {
      @Override
      public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
        return LocalRequests.this.send(caller, decisions, api, request, response);
      }

      @Override
      public Verdict decide(String action, AclOperation operation, ResourceType type, String name) {
        Verdict verdict = caller.trusted() ? Verdict.ALLOWED
            : authorization.decide(decisions, caller.principal(), caller.address(), operation, type, name);
        if (verdict == Verdict.DENIED) {
          audit.denied(caller.principal(), caller.address(), caller.clientId(), action, operation, type, name);
        }
        return verdict;
      }

      @Override
      public int produced(long bytes) {
        return caller.trusted() ? 0 : quota.produced(caller.principal(), caller.clientId(), bytes);
      }

      @Override
      public LocalClient as(Caller other) {
        return LocalRequests.this.as(other);
      }
    };
  }

  private <R extends Message> CompletionStage<R> send(Caller caller, Decisions decisions, Api api, Message request, R response) {
    CompletableFuture<R> result = new CompletableFuture<>();
    HandlerTable.Entry entry = handlers.entry(api.key());
    if (closed || entry == null) {
      result.completeExceptionally(new IllegalStateException(closed ? "the server stops" : "nobody serves " + api.name()));
      return result;
    }
    open.add(result);
    result.whenComplete((r, e) -> open.remove(result));
    short version = (short) Math.min(api.highest(), entry.highest());
    ByteBuf body = Unpooled.buffer();
    try {
      request.write(MessageWriter.copying(body), version);
      EventLoop loop = loops.get();
      Local<R> local = new Local<>(entry, version, body, response, new From<>(caller, decisions, result), loop);
      loop.execute(local::resume);
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  /** Fails what is still open; nothing more is taken. */
  void close() {
    closed = true;
    for (CompletableFuture<?> f : open) {
      f.completeExceptionally(new IllegalStateException("the server stops"));
    }
  }

  /** Where a request comes from, and its answer goes; caller and decisions are null for the server itself. */
  private record From<R>(Caller caller, Decisions decisions, CompletableFuture<R> result) { }

  private final class Local<R extends Message> extends RoutedRequest {
    private final HandlerTable.Entry entry;
    private final R into;
    private final From<R> from;
    private final CompletableFuture<R> result;
    private final EventLoop loop;

    Local(HandlerTable.Entry entry, short version, ByteBuf body, R into, From<R> from, EventLoop loop) {
      super(entry.api(), version, 0, body, System.nanoTime());
      this.entry = entry;
      this.into = into;
      this.from = from;
      this.result = from.result();
      this.loop = loop;
    }

    @Override
    boolean trusted() {
      return from.caller() == null || from.caller().trusted();
    }

    @Override
    boolean recorded() {
      return from.caller() != null;
    }

    @Override
    Decisions decisions() {
      return from.decisions();
    }

    @Override
    public Principal principal() {
      return from.caller() == null ? super.principal() : from.caller().principal();
    }

    @Override
    void resume() {
      handlers.route(entry, this);
    }

    @Override
    void later(long delay, TimeUnit unit, Runnable task) {
      try {
        loop.schedule(task, delay, unit);
      } catch (RejectedExecutionException e) {
        result.completeExceptionally(e);
      }
    }

    @Override
    void finish(Message response, int throttleMs, String closeReason) {
      endLease();
      endReservation();
      if (response == null) {
        result.completeExceptionally(new IllegalStateException(closeReason == null ? "no answer" : closeReason));
        return;
      }
      try {
        into.read(new MessageReader(Messages.toBytes(response, version())), version());
        result.complete(into);
      } catch (Throwable e) { // also an Error: the caller waits for the result
        result.completeExceptionally(e);
      }
    }

    @Override
    Denial takeWork(long bytes) {
      return memory.work().tryTake(bytes, bytes <= MemoryPool.SMALL_BYTES) ? null : Denial.POOL;
    }

    @Override
    void giveWork(long bytes) {
      memory.work().give(bytes);
    }

    @Override
    RequestMemory memory() {
      return memory;
    }

    @Override
    public String clientId() {
      return from.caller() == null ? CLIENT_ID : from.caller().clientId();
    }

    @Override
    public InetAddress clientAddress() {
      return from.caller() == null ? InetAddress.getLoopbackAddress() : from.caller().address();
    }

    @Override
    public String listener() {
      return listener;
    }

    @Override
    public ByteBufAllocator allocator() {
      return UnpooledByteBufAllocator.DEFAULT;
    }

    @Override
    public Executor executor() {
      return loop;
    }

    @Override
    public boolean cancelled() {
      return result.isDone();
    }
  }

}
