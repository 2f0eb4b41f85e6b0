package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoopStateTest {
  private final Server server = TestServers.server(1, 24 << 20, 60_000);

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void thousandsOfConnectionsShareOneTimer() {
    List<Runnable> scheduled = new ArrayList<>();
    EventLoop loop = (EventLoop) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {EventLoop.class}, (p, method, a) -> {
      assertThat(method.getName()).isEqualTo("schedule");
      scheduled.add((Runnable) a[0]);
      return null;
    });
    LoopState state = new LoopState(loop, server);
    List<Connection> connections = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      connections.add(new Connection(server, "PLAINTEXT", "PLAINTEXT", new EmbeddedChannel()));
      state.add(connections.get(i));
    }
    assertThat(scheduled).hasSize(1);
    for (int i = 0; i < 2_000; i += 2) {
      state.remove(connections.get(i));
    }
    assertThat(state.size()).isEqualTo(1_000);
    for (int i = 1; i < 2_000; i += 2) {
      state.remove(connections.get(i));
    }
    assertThat(state.size()).isZero();
    scheduled.remove(0).run();
    assertThat(scheduled).as("nothing is left to look at").isEmpty();
  }

  /** A channel whose client does not read. */
  private static final class Deaf extends EmbeddedChannel {
    Deaf(Server server) throws Exception {
      super(false, false);
      pipeline().addLast(new Connection(server, "PLAINTEXT", "PLAINTEXT", this));
      register();
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
      // the socket's buffer is full
    }
  }

  /** The first request is answered, and the next ones wait. */
  private static final class FirstOnly implements ApiHandler {
    private final List<Request> waiting = new ArrayList<>();

    @Override
    public Api api() {
      return ListGroupsRequest.API;
    }

    @Override
    public Ordering ordering() {
      return Ordering.PIPELINED;
    }

    @Override
    public Access access() {
      return Access.ANYONE;
    }

    @Override
    public void handle(Request request) {
      if (request.correlationId() == 0) {
        request.respond(new ListGroupsResponse());
      } else {
        waiting.add(request);
      }
    }

    @Override
    public Message errorResponse(Request request, Errors error) {
      return new ListGroupsResponse().setErrorCode(error.code());
    }
  }

  private static ByteBuf list(int correlationId) {
    return Unpooled.buffer().writeInt(10).writeShort(ListGroupsRequest.API.key()).writeShort(0).writeInt(correlationId).writeShort(-1);
  }

  @Test
  void aRefusedConnectionIsClosedThoughItsClientDoesNotReadAndARequestIsUnderWay() throws Exception {
    FirstOnly handler = new FirstOnly();
    server.handlers().bind(handler);
    server.markReady();
    Deaf client = new Deaf(server);
    client.writeInbound(list(0), list(1), Unpooled.buffer().writeInt(-1));
    assertThat(handler.waiting).hasSize(1);
    LoopState state = server.loop(client.eventLoop());
    state.sweep(0);
    assertThat(client.isOpen()).as("the answer may still be read").isTrue();
    for (int second = 1; second < 20; second++) {
      state.sweep(TimeUnit.SECONDS.toNanos(second));
    }
    assertThat(client.isOpen()).isFalse();
    assertThat(server.connectionCount()).isZero();
    handler.waiting.get(0).respond(new ListGroupsResponse());
  }
}
