package io.margay.groups.internal.handlers;

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
import java.util.concurrent.Executor;

/** A request whose answer is encoded and decoded again, as it would be on the wire. */
final class FakeRequest implements Request {
  private final Api api;
  private final short version;
  private final ByteBuf body;
  private byte[] answer;

  FakeRequest(Api api, int version, Message query) {
    this(api, version, query, (short) version);
  }

  /** With a body in another version than the one that is claimed. */
  FakeRequest(Api api, int version, Message body, short bodyVersion) {
    this.api = api;
    this.version = (short) version;
    this.body = Unpooled.wrappedBuffer(Messages.toBytes(body, bodyVersion));
  }

  <R extends Message> R answer(R into) {
    if (answer == null) {
      throw new AssertionError("not answered: " + api);
    }
    into.read(new MessageReader(answer), version);
    return into;
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
    return "client";
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
  public void onCancel(Runnable task) {
    // never goes away
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
    if (answer != null) {
      throw new AssertionError("answered twice: " + api);
    }
    answer = Messages.toBytes(response, version);
  }

  @Override
  public void respond(Message response, int throttleMs) {
    respond(response);
  }

  @Override
  public void respondNothing() {
    throw new AssertionError();
  }

  @Override
  public void close(String why) {
    throw new AssertionError(why);
  }
}
