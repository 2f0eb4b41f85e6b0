package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;

/** One connection in the test's thread. At the end of each test all memory must have been given back. */
abstract class ConnectionFixture {
  private static final long MEMORY = 24 << 20;
  static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  final Server server = TestServers.server(1, MEMORY, 60_000);
  final List<Request> seen = new ArrayList<>();
  final Client client = new Client();

  /** A channel whose other end reads when it likes. */
  final class Client extends EmbeddedChannel {
    boolean reads = true;
    boolean failsOnce;

    Client() {
      super(false, false);
      config().setWriteBufferWaterMark(new WriteBufferWaterMark(1 << 18, 1 << 20));
    }

    Client open() throws Exception {
      pipeline().addLast(new Connection(server, "PLAINTEXT", "PLAINTEXT", this));
      register();
      return this;
    }

    Connection connection() {
      return pipeline().get(Connection.class);
    }

    @Override
    public ChannelConfig config() {
      if (failsOnce && server.connectionCount() > 0) {
        failsOnce = false;
        throw new OutOfMemoryError("thrown by the test");
      }
      return super.config();
    }

    @Override
    protected SocketAddress remoteAddress0() {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 50_000);
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws Exception {
      if (reads) {
        super.doWrite(in);
      }
    }

    void readsAgain() {
      reads = true;
      flush();
      runPendingTasks();
    }

    int answers() {
      int count = 0;
      for (Object part; (part = readOutbound()) != null;) {
        ReferenceCountUtil.release(part);
        count++;
      }
      return count;
    }
  }

  private record Handler(Api api, Ordering ordering, Consumer<Request> work) implements ApiHandler {
    @Override
    public Access access() {
      return Access.ANYONE;
    }

    @Override
    public void handle(Request request) {
      work.accept(request);
    }

    @Override
    public Message errorResponse(Request request, Errors error) {
      return api.key() == MetadataRequest.API.key() ? new MetadataResponse().setErrorCode(error.code())
          : api.key() == FetchRequest.API.key() ? new FetchResponse().setErrorCode(error.code())
          : new ListGroupsResponse().setErrorCode(error.code());
    }
  }

  final void serve(Api api, ApiHandler.Ordering ordering, Consumer<Request> work) {
    server.handlers().bind(new Handler(api, ordering, request -> {
      seen.add(request);
      work.accept(request);
    }));
  }

  static ByteBuf request(Api api, int version, int correlationId, Message body) {
    ByteBuf b = Unpooled.buffer().writeInt(0).writeShort(api.key()).writeShort(version).writeInt(correlationId).writeShort(-1);
    if (api.requestHeaderVersion((short) version) >= 2) {
      b.writeByte(0);
    }
    b.writeBytes(Messages.toBytes(body, (short) version));
    return b.setInt(0, b.readableBytes() - 4);
  }

  static ByteBuf list(int correlationId) {
    return request(ListGroupsRequest.API, 0, correlationId, new ListGroupsRequest());
  }

  static ByteBuf lists(int count) {
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < count; i++) {
      all.writeBytes(list(i));
    }
    return all;
  }

  static ListGroupsResponse answerOf(int bytes) {
    return new ListGroupsResponse().setGroups(List.of(new ListGroupsResponse.ListedGroup().setGroupId("x".repeat(bytes))));
  }

  final void sweep(long nanos) {
    server.loop(client.eventLoop()).sweep(nanos);
  }

  @AfterEach
  void allMemoryIsGivenBack() {
    client.close();
    client.runPendingTasks();
    client.answers();
    server.loop(client.eventLoop()).credit().giveAll();
    assertThat(server.memory().frames().takenBytes()).isZero();
    assertThat(server.memory().work().takenBytes()).isZero();
    server.close();
  }
}
