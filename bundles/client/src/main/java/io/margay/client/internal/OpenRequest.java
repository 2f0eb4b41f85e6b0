package io.margay.client.internal;

import io.margay.protocol.Api;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.message.SaslAuthenticateRequest;
import io.margay.protocol.message.SaslHandshakeRequest;
import io.margay.spi.client.RemoteConnection.Reply;
import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** A request whose answer has not come yet. */
final class OpenRequest<R extends Message> {
  final int correlationId;
  final CompletableFuture<Reply<R>> result = new CompletableFuture<>();
  private final Api api;
  private final short version;
  private final R response;
  private final Runnable ended;
  private final AtomicBoolean open = new AtomicBoolean(true);
  private Future<?> timeout;

  /** @param ended runs once, before the result is known to the caller, who may send the next request at once */
  OpenRequest(int correlationId, Api api, short version, R response, Runnable ended) {
    this.ended = ended;
    this.correlationId = correlationId;
    this.api = api;
    this.version = version;
    this.response = response;
  }

  /** Whether it belongs to a login, which other requests wait for. */
  boolean isLogin() {
    return api == SaslHandshakeRequest.API || api == SaslAuthenticateRequest.API;
  }

  void timeout(Future<?> timer) {
    timeout = timer;
  }

  /**
   * Decodes the answer.
   *
   * @param frame the answer after its correlation id; taken over
   * @throws MalformedMessageException when it cannot be decoded; the frame is released then
   */
  void answer(ByteBuf frame) {
    endTimeout();
    try {
      MessageReader in = new MessageReader(frame);
      if (api.responseHeaderVersion(version) >= 1) {
        int fields = in.readTaggedFieldCount();
        for (int i = 0; i < fields; i++) {
          in.readUnknownTaggedField(null, in.readUnsignedVarint(), in.readTaggedFieldEnd());
        }
      }
      response.read(in, version);
    } catch (Throwable t) {
      frame.release();
      throw t;
    }
    Answer<R> answer = new Answer<>(response, frame);
    end();
    if (!result.complete(answer)) {
      answer.close();
    }
  }

  void fail(Throwable why) {
    endTimeout();
    end();
    result.completeExceptionally(why);
  }

  private void end() {
    if (open.compareAndSet(true, false)) {
      ended.run();
    }
  }

  private void endTimeout() {
    if (timeout != null) {
      timeout.cancel(false);
    }
  }

  @Override
  public String toString() {
    return api.name() + " v" + version;
  }

  private record Answer<R extends Message>(R message, ByteBuf frame) implements Reply<R> {
    @Override
    public void close() {
      frame.release();
    }
  }
}
