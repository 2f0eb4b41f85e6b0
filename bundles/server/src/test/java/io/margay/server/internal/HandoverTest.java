package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections go from one server to the next, as when the bundle is replaced. */
@Timeout(30)
class HandoverTest {
  private static final long MEMORY = 24 << 20;
  private static final long LONG_MS = 60_000;

  private final StayingRoom room = new StayingRoom();
  private final List<Server> servers = new ArrayList<>();
  private final List<Socket> clients = new ArrayList<>();
  private Server first;
  private Socket client;
  private int port;

  /** A room that stays when a server leaves it. */
  private static final class StayingRoom extends OwnRoom {
    private Connections server;
    private long waitMs = LONG_MS;

    @Override
    public void open(Connections next) {
      server = next;
      super.open(next);
    }

    @Override
    public void close() {
      room.leave(server, waitMs);
    }

    int held() {
      return room.heldCount();
    }

    void end() {
      room.close();
    }
  }

  /** Answers with the name of its server, or leaves that to the test. */
  private record Handler(String server, BlockingQueue<Request> requests) implements ApiHandler {
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
      if (requests != null) {
        requests.add(request);
      } else {
        answer(request, server, 0);
      }
    }

    @Override
    public Message errorResponse(Request request, Errors error) {
      return new ListGroupsResponse().setErrorCode(error.code());
    }
  }

  private static void answer(Request request, String server, int throttleMs) {
    ListGroupsResponse response = new ListGroupsResponse();
    response.groups().add(new ListGroupsResponse.ListedGroup().setGroupId(server).setProtocolType(""));
    request.respond(response, throttleMs);
  }

  @BeforeEach
  void start() throws IOException {
    first = server(10);
    TestServers.open(first);
    port = first.advertised().get(0).port();
    first.markReady();
    client = connect();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket c : clients) {
      c.close();
    }
    for (Server s : servers) {
      awaitTrue(() -> s.connectionCount() == 0 && s.memory().usedBytes() == 0);
    }
    room.end();
  }

  private Server server(int mostConnections) {
    Server server = TestServers.server(2, MEMORY, LONG_MS, TestServers.limits(mostConnections, 100, 100), room);
    servers.add(server);
    return server;
  }

  /** What the component does when the next version of the bundle starts. */
  private Server next(ApiHandler handler) throws IOException {
    return next(handler, 10);
  }

  private Server next(ApiHandler handler, int mostConnections) throws IOException {
    Server next = server(mostConnections);
    next.listen(List.of(new io.margay.model.Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 0)), List.of());
    next.open();
    next.handlers().bind(handler);
    next.markReady();
    return next;
  }

  private Socket connect() throws IOException {
    Socket s = new Socket("127.0.0.1", port);
    s.setSoTimeout(20_000);
    clients.add(s);
    return s;
  }

  private static byte[] request(int correlationId) {
    return ByteBuffer.allocate(14).putInt(10).putShort(ListGroupsRequest.API.key()).putShort((short) 0).putInt(correlationId)
        .putShort((short) -1).array();
  }

  /** @return the correlation id and the name of the server that answered */
  private static String answer(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    ByteBuffer b = ByteBuffer.wrap(in.readNBytes(in.readInt()));
    int correlationId = b.getInt();
    b.getShort(); // error code
    b.getInt(); // groups
    byte[] name = new byte[b.getShort()];
    b.get(name);
    return correlationId + " by " + new String(name, java.nio.charset.StandardCharsets.US_ASCII);
  }

  /** For at most the time of the test. */
  private static void awaitTrue(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(100_000);
    }
  }

  private void exchange(int correlationId, String server) throws IOException {
    client.getOutputStream().write(request(correlationId));
    assertThat(answer(client)).isEqualTo(correlationId + " by " + server);
  }

  @Test
  void aConnectionGoesOnBetweenTwoRequests() throws Exception {
    first.handlers().bind(new Handler("first", null));
    exchange(1, "first");
    first.leave(LONG_MS);
    awaitTrue(() -> first.connectionCount() == 0);
    Server second = next(new Handler("second", null));
    assertThat(second.advertised().get(0).port()).isEqualTo(port);
    assertThat(second.servedBefore()).as("what the clients know of").contains("ListGroups", "ApiVersions");
    exchange(2, "second");
    assertThat(second.connectionCount()).isEqualTo(1);
    second.leave(LONG_MS);
    next(new Handler("third", null));
    exchange(3, "third");
  }

  @Test
  void theBytesThatHaveArrivedGoWithTheConnection() throws Exception {
    first.handlers().bind(new Handler("first", null));
    byte[] both = Arrays.copyOf(request(1), 14 + 9);
    System.arraycopy(request(2), 0, both, 14, 9);
    client.getOutputStream().write(both);
    assertThat(answer(client)).isEqualTo("1 by first");
    first.leave(LONG_MS);
    client.getOutputStream().write(request(2), 9, 2);
    Server second = next(new Handler("second", null));
    second.leave(LONG_MS);
    client.getOutputStream().write(request(2), 11, 3);
    next(new Handler("third", null));
    assertThat(answer(client)).isEqualTo("2 by third");
    exchange(3, "third");
  }

  /** A server that comes and goes at once hands on what it was given, whenever the connection arrives at it. */
  @Test
  void nothingIsLostWhenServersComeAndGo() throws Exception {
    first.handlers().bind(new Handler("first", null));
    exchange(1, "first");
    client.getOutputStream().write(request(2), 0, 9);
    first.leave(LONG_MS);
    for (int i = 0; i < 200; i++) {
      next(new Handler("brief", null)).leave(LONG_MS);
    }
    client.getOutputStream().write(request(2), 9, 5);
    next(new Handler("last", null));
    assertThat(answer(client)).startsWith("2 by ");
    exchange(3, "last");
  }

  @Test
  void aLargeFrameThatHasBegunGoesWithTheConnection() throws Exception {
    int size = 2 << 20;
    byte[] frame = ByteBuffer.allocate(4 + size).putInt(size).putShort(ListGroupsRequest.API.key()).putShort((short) 0).putInt(7)
        .putShort((short) -1).array();
    client.getOutputStream().write(frame, 0, frame.length - 1);
    awaitTrue(() -> first.memory().usedBytes() >= size);
    first.leave(LONG_MS);
    awaitTrue(() -> first.memory().usedBytes() == 0);
    Server second = next(new Handler("second", null));
    awaitTrue(() -> second.memory().usedBytes() >= size);
    client.getOutputStream().write(frame, frame.length - 1, 1);
    assertThat(answer(client)).isEqualTo("7 by second");
  }

  @Test
  void whatIsUnderWayIsAnsweredFirstHoweverLongItTakes() throws Exception {
    Handler slow = new Handler("first", new LinkedBlockingQueue<>());
    first.handlers().bind(slow);
    client.getOutputStream().write(request(1));
    client.getOutputStream().write(request(2));
    Request one = slow.requests.poll(20, TimeUnit.SECONDS);
    Request two = slow.requests.poll(20, TimeUnit.SECONDS);
    first.leave(LONG_MS);
    Server second = next(new Handler("second", null));
    client.getOutputStream().write(request(3));
    answer(two, "first", 0);
    assertThat(second.connectionCount()).isZero();
    answer(one, "first", 0);
    assertThat(answer(client)).isEqualTo("1 by first");
    assertThat(answer(client)).isEqualTo("2 by first");
    assertThat(answer(client)).isEqualTo("3 by second");
  }

  @Test
  void aRequestThatNoHandlerWasGivenIsStartedByTheNextServer() throws Exception {
    Handler handler = new Handler("first", null);
    first.handlers().bind(handler);
    exchange(1, "first");
    first.handlers().unbind(handler);
    client.getOutputStream().write(request(2));
    awaitTrue(() -> first.handlers().entry(ListGroupsRequest.API.key()).waiting() == 1);
    client.getOutputStream().write(request(3));
    first.leave(LONG_MS);
    next(new Handler("second", null));
    assertThat(answer(client)).isEqualTo("2 by second");
    assertThat(answer(client)).isEqualTo("3 by second");
  }

  @Test
  void aConnectionThatIsThrottledStaysSo() throws Exception {
    Handler slow = new Handler("first", new LinkedBlockingQueue<>());
    first.handlers().bind(slow);
    client.getOutputStream().write(request(1));
    // taken before the time of the throttling begins, so that a slow machine only adds to it
    long began = System.nanoTime();
    answer(slow.requests.poll(20, TimeUnit.SECONDS), "first", 400);
    assertThat(answer(client)).isEqualTo("1 by first");
    first.leave(LONG_MS);
    next(new Handler("second", null));
    exchange(2, "second");
    assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(390));
  }

  @Test
  void clientsThatComeMeanwhileWaitAndLimitsStillCount() throws Exception {
    first.handlers().bind(new Handler("first", null));
    exchange(1, "first");
    first.leave(LONG_MS);
    awaitTrue(() -> room.held() == 1);
    Socket late = connect();
    late.getOutputStream().write(request(5));
    Server second = next(new Handler("second", null), 1);
    exchange(2, "second");
    // The limit of the second server is one connection, which it has taken over.
    assertThatThrownBy(() -> answer(late)).isInstanceOf(IOException.class);
    client.close();
    awaitTrue(() -> second.connectionCount() == 0);
    client = connect();
    exchange(3, "second");
  }

  @Test
  void connectionsAndListenersAreClosedWhenNoServerComes() throws Exception {
    first.handlers().bind(new Handler("first", null));
    exchange(1, "first");
    room.waitMs = 50;
    first.leave(50);
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    awaitTrue(() -> room.listeners().isEmpty());
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);
  }

  @Test
  void aConnectionThatDoesNotLeaveInTimeIsClosed() throws Exception {
    Handler slow = new Handler("first", new LinkedBlockingQueue<>());
    first.handlers().bind(slow);
    client.getOutputStream().write(request(1));
    Request never = slow.requests.poll(20, TimeUnit.SECONDS);
    first.leave(0);
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    never.respondNothing();
  }

  @Test
  void aClientThatGoesWhileItWaitsLeavesNothing() throws Exception {
    client.getOutputStream().write(request(1), 0, 9);
    awaitTrue(() -> first.memory().usedBytes() > 0);
    first.leave(LONG_MS);
    client.close();
    Server second = next(new Handler("second", null));
    client = connect();
    exchange(2, "second");
    awaitTrue(() -> second.connectionCount() == 1);
  }

  /** A later version may leave more, and an earlier one less. */
  @Test
  void whatIsNotKnownIsPassedOver() {
    EmbeddedChannel channel = new EmbeddedChannel();
    assertThat(Handover.take(channel)).isNull();
    ByteBuf rest = Unpooled.buffer().writeInt(1);
    new Handover(rest, true, true, TimeUnit.HOURS.toNanos(1), null).leave(channel);
    channel.attr(io.netty.util.AttributeKey.<java.util.Map<String, Object>>valueOf("margay.connection")).get().put("later", "x");
    Handover left = Handover.take(channel);
    assertThat(left.rest()).isSameAs(rest);
    assertThat(left.proven()).isTrue();
    assertThat(left.throttledNanos()).isBetween(TimeUnit.MINUTES.toNanos(59), TimeUnit.HOURS.toNanos(1));
    assertThat(Handover.take(channel)).isNull();
    new Handover(null, true, false, 0, null).leave(channel);
    assertThat(Handover.take(channel)).isEqualTo(new Handover(null, true, false, 0, null));
  }
}
