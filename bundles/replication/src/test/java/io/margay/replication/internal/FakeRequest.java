package io.margay.replication.internal;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** A request from encoded bytes, whose answer is encoded and decoded again, as a client would see it. */
public final class FakeRequest implements Request {
  private final Api api;
  private final short version;
  private final ByteBuf body;
  private final Queue<Runnable> loop = new ArrayDeque<>();
  private final CountDownLatch answered = new CountDownLatch(1);
  private String clientId = "test";
  private Runnable cancelTask;
  private volatile boolean cancelled;
  private volatile byte[] answer;
  private volatile String closed;
  private volatile int answers;

  public FakeRequest(Api api, Message message, int version) {
    this(api, Unpooled.wrappedBuffer(Messages.toBytes(message, (short) version)), version);
  }

  public FakeRequest(Api api, ByteBuf body, int version) {
    this.api = api;
    this.version = (short) version;
    this.body = body;
  }

  public FakeRequest clientId(String id) {
    clientId = id;
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
    if (cancelTask != null) {
      cancelTask.run();
    }
  }

  public boolean isAnswered() {
    return answered.getCount() == 0;
  }

  public String closedBecause() {
    return closed;
  }

  public boolean answeredNothing() {
    return isAnswered() && answer == null && closed == null;
  }

  /** The decoded answer; waits for it, at the most for a minute. */
  public <T extends Message> T answer(T into) {
    try {
      if (!answered.await(60, TimeUnit.SECONDS)) {
        throw new AssertionError("not answered");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (answer == null) {
      throw new AssertionError("no answer; closed because " + closed);
    }
    into.read(new MessageReader(answer), version);
    return into;
  }

  private synchronized void done() {
    answers++;
    if (answers > 1) {
      throw new IllegalStateException("answered twice");
    }
    answered.countDown();
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
    return Principal.ANONYMOUS;
  }

  @Override
  public InetAddress clientAddress() {
    return InetAddress.getLoopbackAddress();
  }

  @Override
  public String listener() {
    return "PLAINTEXT";
  }

  @Override
  public boolean zeroCopy() {
    return true;
  }

  @Override
  public long receivedNanos() {
    return System.nanoTime();
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
    return task -> {
      synchronized (loop) {
        if (!cancelled) {
          loop.add(task);
        }
      }
    };
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
  public boolean reserve(long bytes) {
    return true;
  }

  @Override
  public <T extends Message> T read(T into) {
    into.read(new MessageReader(body), version);
    return into;
  }

  @Override
  public void respond(Message response) {
    answer = Messages.toBytes(response, version);
    done();
  }

  @Override
  public void respond(Message response, int throttleMs) {
    respond(response);
  }

  @Override
  public void respondNothing() {
    done();
  }

  @Override
  public void close(String why) {
    closed = why;
    done();
  }
}
