package io.margay.simulation;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.spi.handler.Principal;
import io.margay.spi.handler.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.net.InetAddress;
import java.util.concurrent.Executor;

/** A request at the process that serves it. */
final class SimulatedRequest implements Request {
  private final SimulatedProcess server;
  private final Api api;
  private final short version;
  private final ByteBuf body;
  private final Runnable whenAnswered;
  private Runnable cancelTask;
  private boolean cancelled;
  private boolean answered;
  /** The encoded answer; null for none, and when the connection is to be closed. */
  private byte[] answer;
  private boolean close;

  SimulatedRequest(SimulatedProcess server, Api api, short version, byte[] body, Runnable whenAnswered) {
    this.server = server;
    this.api = api;
    this.version = version;
    this.body = Unpooled.wrappedBuffer(body);
    this.whenAnswered = whenAnswered;
  }

  boolean answered() {
    return answered;
  }

  byte[] answer() {
    return answer;
  }

  boolean closes() {
    return close;
  }

  /** The connection has closed. */
  void cancel() {
    cancelled = true;
    if (cancelTask != null && !answered) {
      cancelTask.run();
    }
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
    return 0;
  }

  @Override
  public String clientId() {
    return "simulated";
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
    return SimulatedNetwork.LISTENER;
  }

  @Override
  public long receivedNanos() {
    return server.nanos();
  }

  @Override
  public ByteBuf body() {
    return body;
  }

  @Override
  public ByteBufAllocator allocator() {
    return UnpooledByteBufAllocator.DEFAULT;
  }

  @Override
  public Executor executor() {
    return task -> server.run(0, () -> {
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
  public boolean reserve(long bytes) {
    return !answered;
  }

  @Override
  public <T extends Message> T read(T into) {
    into.read(new MessageReader(body), version);
    return into;
  }

  @Override
  public void respond(Message response) {
    done(Messages.toBytes(response, version));
  }

  @Override
  public void respond(Message response, int throttleMs) {
    respond(response);
  }

  @Override
  public void respondNothing() {
    done(null);
  }

  @Override
  public void close(String why) {
    close = true;
    done(null);
  }

  private void done(byte[] bytes) {
    if (answered) {
      throw new IllegalStateException("answered twice: " + api);
    }
    answered = true;
    answer = bytes;
    whenAnswered.run();
  }
}
