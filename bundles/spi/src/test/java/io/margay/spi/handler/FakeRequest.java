package io.margay.spi.handler;

import io.margay.model.acl.AclOperation;
import io.margay.model.acl.ResourceType;
import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.spi.quota.ClientQuota;
import io.margay.spi.security.Authorizer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * A request from encoded bytes, whose answer is encoded and decoded again, as a client would see it. What it hands to its event
 * loop runs in {@link #runLoop}. It has a budget, endless unless a test limits it. Answers on any thread.
 */
public final class FakeRequest implements Request {
  private final Api api;
  private final short version;
  private final ByteBuf body;
  private final Queue<Runnable> loop = new ArrayDeque<>();
  /** The encoded answer; null for none. Fails when the request was closed, or its answer could not be encoded. */
  private final CompletableFuture<byte[]> answered = new CompletableFuture<>();
  private String clientId = "test";
  private String listener = "PLAINTEXT";
  private int clientPort;
  private Principal principal = Principal.ANONYMOUS;
  private Authorizer authorizer;
  private ClientQuota quota = ClientQuota.NONE;
  private long budgetBytes = Long.MAX_VALUE;
  private long reservedBytes;
  private Executor executor = task -> {
    synchronized (loop) {
      loop.add(task);
    }
  };
  private LongSupplier nanos = System::nanoTime;
  private Runnable cancelTask;
  private Map<String, Runnable> farewells = new HashMap<>();
  private volatile boolean cancelled;
  private volatile String closed;

  /**
   * @param api the API
   * @param message the request, encoded in the same version
   * @param version its version
   */
  public FakeRequest(Api api, Message message, int version) {
    this(api, Unpooled.wrappedBuffer(Messages.toBytes(message, (short) version)), version);
  }

  /**
   * @param api the API
   * @param body what came from a client
   * @param version the version that the client claims
   */
  public FakeRequest(Api api, ByteBuf body, int version) {
    this.api = api;
    this.version = (short) version;
    this.body = body;
  }

  /** Sets what the client calls itself. */
  public FakeRequest clientId(String id) {
    clientId = id;
    return this;
  }

  /** Sets the port that the client sends from. */
  public FakeRequest clientPort(int port) {
    clientPort = port;
    return this;
  }

  /** Sets the listener that the client came to. */
  public FakeRequest listener(String name) {
    listener = name;
    return this;
  }

  /** Sets who the client is. */
  public FakeRequest principal(Principal who) {
    principal = who;
    return this;
  }

  /** Sets who decides what the client may do; null, as at first, allows everything. */
  public FakeRequest authorizer(Authorizer decides) {
    authorizer = decides;
    return this;
  }

  /** Limits what handlers may reserve. */
  public FakeRequest budget(long bytes) {
    budgetBytes = bytes;
    return this;
  }

  /**
   * Replaces the event loop and the time.
   *
   * @param loop runs what is handed to the event loop, instead of {@link #runLoop}
   * @param clock the time at which it is received, in nanoseconds
   */
  public FakeRequest in(Executor loop, LongSupplier clock) {
    executor = loop;
    nanos = clock;
    return this;
  }

  /** Runs what was handed to the event loop. */
  public void runLoop() {
    for (;;) {
      Runnable task;
      synchronized (loop) {
        task = loop.poll();
      }
      if (task == null) {
        return;
      }
      task.run();
    }
  }

  /** The client leaves. */
  public void cancel() {
    cancelled = true;
    synchronized (loop) {
      loop.clear();
    }
    if (cancelTask != null && !answered.isDone()) {
      cancelTask.run();
    }
  }

  /** Comes over the same connection as another one. */
  public FakeRequest after(FakeRequest before) {
    farewells = before.farewells;
    return this;
  }

  /** The connection closes, after the request was answered. */
  public void disconnect() {
    List<Runnable> tasks = List.copyOf(farewells.values());
    farewells.clear();
    tasks.forEach(Runnable::run);
  }

  public boolean isAnswered() {
    return answered.isDone();
  }

  public String closedBecause() {
    return closed;
  }

  public boolean answeredNothing() {
    return answered.isDone() && !answered.isCompletedExceptionally() && answered.join() == null;
  }

  /** @return what is reserved; 0 once it is answered */
  public synchronized long reservedBytes() {
    return answered.isDone() ? 0 : reservedBytes;
  }

  /** @return the encoded answer, when it is there */
  public CompletableFuture<byte[]> bytes() {
    return answered;
  }

  /** The decoded answer; waits for it, at most for a minute. */
  public <T extends Message> T answer(T into) {
    byte[] bytes;
    try {
      bytes = answered.get(60, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError("not answered: " + api, e);
    }
    if (bytes == null) {
      throw new AssertionError("answered nothing: " + api);
    }
    into.read(new MessageReader(bytes), version);
    return into;
  }

  /** What limits its client. */
  public FakeRequest quota(ClientQuota limits) {
    quota = limits;
    return this;
  }

  @Override
  public boolean fetches(long bytes) {
    return quota.fetched(bytes) == 0;
  }

  @Override
  public long mostFetchBytes() {
    return quota.mostFetchBytes();
  }

  @Override
  public boolean mutates(long partitions, boolean strict) {
    return quota.mutated(partitions, strict) >= 0;
  }

  @Override
  public void unlimited() {
    quota = ClientQuota.NONE;
  }

  @Override
  public Api api() {
    return api;
  }

  @Override
  public short version() {
    return version;
  }

  @Override
  public int correlationId() {
    return 7;
  }

  @Override
  public String clientId() {
    return clientId;
  }

  @Override
  public Principal principal() {
    return principal;
  }

  @Override
  public boolean allowed(AclOperation operation, ResourceType type, String name) {
    return authorizer == null || authorizer.allows(principal, clientAddress(), operation, type, name);
  }

  @Override
  public boolean allowedForAny(AclOperation operation, ResourceType type) {
    return authorizer == null || authorizer.allowsAny(principal, clientAddress(), operation, type);
  }

  @Override
  public int clientPort() {
    return clientPort;
  }

  @Override
  public InetAddress clientAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public String listener() {
    return listener;
  }

  @Override
  public long receivedNanos() {
    return nanos.getAsLong();
  }

  @Override
  public ByteBuf body() {
    return body;
  }

  @Override
  public ByteBufAllocator allocator() {
    return ByteBufAllocator.DEFAULT;
  }

  @Override
  public Executor executor() {
    return task -> executor.execute(() -> {
      if (!cancelled) {
        task.run();
      }
    });
  }

  @Override
  public boolean cancelled() {
    return cancelled;
  }

  @Override
  public void onCancel(Runnable task) {
    cancelTask = task;
  }

  @Override
  public boolean onDisconnect(String key, Runnable task) {
    if (task == null) {
      farewells.remove(key);
    } else {
      farewells.put(key, task);
    }
    return true;
  }

  @Override
  public synchronized boolean reserve(long bytes) {
    if (answered.isDone() || bytes > budgetBytes - reservedBytes) {
      return false;
    }
    reservedBytes += bytes;
    return true;
  }

  @Override
  public <T extends Message> T read(T into) {
    into.read(new MessageReader(body), version);
    return into;
  }

  @Override
  public void respond(Message response) {
    byte[] bytes;
    try {
      bytes = Messages.toBytes(response, version);
    } catch (RuntimeException e) {
      answered.completeExceptionally(e);
      throw e;
    }
    done(answered.complete(bytes));
  }

  @Override
  public void respond(Message response, int throttleMs) {
    respond(response);
  }

  @Override
  public void respondNothing() {
    done(answered.complete(null));
  }

  @Override
  public void close(String why) {
    closed = why;
    done(answered.completeExceptionally(new IllegalStateException("closed: " + why)));
  }

  private void done(boolean first) {
    if (!first) {
      throw new IllegalStateException("answered twice: " + api);
    }
  }
}
