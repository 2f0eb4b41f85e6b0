package io.margay.controller.internal.handlers;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A request that encodes what is asked and decodes what is answered, in a version, as a connection does. */
final class FakeRequest implements Request {
  private final Api api;
  private final short version;
  private final String listener;
  private final ByteBuf body;
  private final CompletableFuture<byte[]> answer = new CompletableFuture<>();

  FakeRequest(Api api, int version, Message message, String listener) {
    this.api = api;
    this.version = (short) version;
    this.listener = listener;
    this.body = Unpooled.wrappedBuffer(Messages.toBytes(message, this.version));
  }

  /** A request whose body came from a client. */
  FakeRequest(Api api, short version, ByteBuf body, String listener) {
    this.api = api;
    this.version = version;
    this.listener = listener;
    this.body = body;
  }

  CompletableFuture<byte[]> answer() {
    return answer;
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
    return 1;
  }

  @Override
  public String clientId() {
    return "test";
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
    return listener;
  }

  @Override
  public boolean zeroCopy() {
    return false;
  }

  @Override
  public long receivedNanos() {
    return 0;
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
    return Runnable::run;
  }

  @Override
  public boolean cancelled() {
    return false;
  }

  @Override
  public void onCancel(Runnable task) { }

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
    try {
      if (!answer.complete(Messages.toBytes(response, version))) {
        throw new IllegalStateException("answered twice");
      }
    } catch (RuntimeException e) {
      answer.completeExceptionally(e);
    }
  }

  @Override
  public void respond(Message response, int throttleMs) {
    respond(response);
  }

  @Override
  public void respondNothing() {
    answer.completeExceptionally(new IllegalStateException("no answer"));
  }

  @Override
  public void close(String why) {
    answer.completeExceptionally(new IllegalStateException(why));
  }
}
