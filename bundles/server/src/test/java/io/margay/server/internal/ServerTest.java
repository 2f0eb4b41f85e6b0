package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.model.Endpoint;
import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.Records;
import io.margay.protocol.message.ApiVersionsRequest;
import io.margay.protocol.message.ApiVersionsResponse;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.HeartbeatRequest;
import io.margay.protocol.message.HeartbeatResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServerTest {
  private Server server;
  private Socket socket;


  @BeforeEach
  void start() throws IOException {
    server = TestServers.server(2, 24 << 20, 60_000L);
    TestServers.open(server);
    server.markReady();
    socket = connect();
  }

  @AfterEach
  void stop() throws IOException {
    socket.close();
    server.close();
  }

  private Socket connect() throws IOException {
    Socket s = new Socket("127.0.0.1", server.advertised().get(0).port());
    s.setSoTimeout(10_000);
    return s;
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
      return new HeartbeatResponse().setErrorCode(error.code());
    }
  }

  private static Handler heartbeat(ApiHandler.Ordering ordering, Consumer<Request> work) {
    return new Handler(HeartbeatRequest.API, ordering, work);
  }

  private static byte[] frame(Api api, short version, int correlationId, Message body) {
    byte[] bytes = Messages.toBytes(body, version);
    boolean flexible = api.requestHeaderVersion(version) >= 2;
    ByteBuffer b = ByteBuffer.allocate(4 + 2 + 2 + 4 + 2 + 1 + (flexible ? 1 : 0) + bytes.length);
    b.putInt(b.capacity() - 4).putShort(api.key()).putShort(version).putInt(correlationId).putShort((short) 1).put((byte) 'c');
    if (flexible) {
      b.put((byte) 0);
    }
    return b.put(bytes).array();
  }

  private static byte[] heartbeat(int correlationId) {
    return frame(HeartbeatRequest.API, (short) 1, correlationId, new HeartbeatRequest().setGroupId("g").setMemberId("m"));
  }

  private ByteBuffer answer() throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    return ByteBuffer.wrap(in.readNBytes(in.readInt()));
  }

  /** For at most the time of the test. */
  private static void awaitTrue(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      LockSupport.parkNanos(100_000);
    }
  }

  @Test
  void answersLeaveInTheOrderOfTheRequests() throws Exception {
    BlockingQueue<Request> seen = new LinkedBlockingQueue<>();
    server.handlers().bind(heartbeat(ApiHandler.Ordering.PIPELINED, seen::add));
    for (int i = 0; i < 5; i++) {
      socket.getOutputStream().write(heartbeat(i));
    }
    Request[] all = new Request[5];
    for (int i = 0; i < 5; i++) {
      all[i] = seen.poll(60, TimeUnit.SECONDS);
    }
    for (int i = 4; i >= 0; i--) {
      all[i].respond(new HeartbeatResponse().setThrottleTimeMs(i));
    }
    for (int i = 0; i < 5; i++) {
      ByteBuffer a = answer();
      assertThat(a.getInt()).isEqualTo(i);
      assertThat(a.getInt()).isEqualTo(i);
    }
  }

  @Test
  void aSerialRequestHoldsBackTheNext() throws Exception {
    BlockingQueue<Request> seen = new LinkedBlockingQueue<>();
    server.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, seen::add));
    socket.getOutputStream().write(heartbeat(0));
    socket.getOutputStream().write(heartbeat(1));
    Request first = seen.poll(60, TimeUnit.SECONDS);
    // a request on another connection shows that the server had time to start the second one
    try (Socket other = connect()) {
      other.getOutputStream().write(heartbeat(7));
      Request third = seen.poll(60, TimeUnit.SECONDS);
      assertThat(third.correlationId()).isEqualTo(7);
      third.respondNothing();
    }
    assertThat(seen).isEmpty();
    first.respond(new HeartbeatResponse());
    Request second = seen.poll(60, TimeUnit.SECONDS);
    assertThat(second.correlationId()).isEqualTo(1);
    second.respond(new HeartbeatResponse());
    assertThat(answer().getInt()).isZero();
    assertThat(answer().getInt()).isEqualTo(1);
  }

  @Test
  void requestsWaitForAHandlerThatIsReplaced() throws Exception {
    Handler old = heartbeat(ApiHandler.Ordering.SERIAL, r -> r.respond(new HeartbeatResponse().setThrottleTimeMs(1)));
    server.handlers().bind(old);
    server.handlers().unbind(old);
    socket.getOutputStream().write(heartbeat(1));
    awaitTrue(() -> server.handlers().entry(HeartbeatRequest.API.key()).waiting() == 1);
    server.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, r -> r.respond(new HeartbeatResponse().setThrottleTimeMs(2))));
    ByteBuffer a = answer();
    assertThat(a.getInt(4)).isEqualTo(2);
  }

  @Test
  void withoutAReturningHandlerTheErrorIsRetriable() throws Exception {
    Handler old = heartbeat(ApiHandler.Ordering.SERIAL, r -> r.respond(new HeartbeatResponse()));
    server.handlers().bind(old);
    server.handlers().unbind(old);
    socket.getOutputStream().write(heartbeat(1));
    assertThat(Errors.forCode(answer().getShort(8))).isEqualTo(Errors.REQUEST_TIMED_OUT);
  }

  @Test
  void aHandlerThatThrowsAnswersUnknownServerErrorAndTheConnectionLives() throws Exception {
    server.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, r -> {
      throw new IllegalStateException("on purpose");
    }));
    socket.getOutputStream().write(heartbeat(1));
    assertThat(Errors.forCode(answer().getShort(8))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    socket.getOutputStream().write(heartbeat(2));
    assertThat(answer().getInt()).isEqualTo(2);
  }

  @Test
  void apiVersionsComesFromTheHandlersAndOutlivesThem() throws Exception {
    Handler h = heartbeat(ApiHandler.Ordering.SERIAL, Request::respondNothing);
    server.handlers().bind(h);
    server.handlers().unbind(h);
    socket.getOutputStream().write(frame(ApiVersionsRequest.API, (short) 3, 9, new ApiVersionsRequest()
        .setClientSoftwareName("t").setClientSoftwareVersion("1")));
    ByteBuffer a = answer();
    assertThat(a.getInt()).isEqualTo(9);
    ApiVersionsResponse r = new ApiVersionsResponse();
    r.read(new MessageReader(Unpooled.wrappedBuffer(a)), (short) 3);
    assertThat(r.errorCode()).isZero();
    assertThat(r.apiKeys()).extracting(ApiVersionsResponse.ApiVersion::apiKey)
        .containsExactly(HeartbeatRequest.API.key(), (short) 17, (short) 18, (short) 36);
  }

  @Test
  void anUnknownVersionOfApiVersionsIsAnsweredInVersion0() throws Exception {
    socket.getOutputStream().write(ByteBuffer.allocate(4 + 11).putInt(11).putShort((short) 18).putShort((short) 99).putInt(5)
        .putShort((short) 1).put((byte) 'c').array());
    ByteBuffer a = answer();
    assertThat(a.getInt()).isEqualTo(5);
    assertThat(Errors.forCode(a.getShort())).isEqualTo(Errors.UNSUPPORTED_VERSION);
    assertThat(a.getInt()).isEqualTo(1);
    assertThat(a.getShort()).isEqualTo((short) 18);
  }

  @Test
  void unknownKeysVersionsAndGarbageCloseOnlyTheirConnection() throws Exception {
    for (byte[] bad : List.of(frame(ListGroupsRequest.API, (short) 0, 1, new ListGroupsRequest()), "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII),
        new byte[] {-1, -1, -1, -1}, new byte[] {0, 0, 0, 10, 0, 18, 0, 3, 0, 0, 0, 1, 0x7f, 0x7f}, new byte[] {0x7f, 0, 0, 0, 1})) {
      try (Socket s = connect()) {
        s.getOutputStream().write(bad);
        assertThat(s.getInputStream().read()).isEqualTo(-1);
      }
    }
    server.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, r -> r.respond(new HeartbeatResponse())));
    socket.getOutputStream().write(heartbeat(3));
    assertThat(answer().getInt()).isEqualTo(3);
  }

  @Test
  void aMalformedBodyClosesTheConnection() throws Exception {
    server.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, r -> {
      r.read(new HeartbeatRequest());
      r.respond(new HeartbeatResponse());
    }));
    byte[] f = heartbeat(1);
    f[15] = 0x7f;
    f[16] = 0x7f;
    socket.getOutputStream().write(f);
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void requestsInsideTheProcessSeeWhatClientsSee() throws Exception {
    server.handlers().bind(new Handler(ListGroupsRequest.API, ApiHandler.Ordering.SERIAL, r -> r.respond(new ListGroupsResponse()
        .setGroups(List.of(new ListGroupsResponse.ListedGroup().setGroupId("g"))))));
    ListGroupsResponse r = server.local().send(ListGroupsRequest.API, new ListGroupsRequest(), new ListGroupsResponse())
        .toCompletableFuture().get(60, TimeUnit.SECONDS);
    assertThat(r.groups()).extracting(ListGroupsResponse.ListedGroup::groupId).containsExactly("g");
    assertThat(server.local().send(HeartbeatRequest.API, new HeartbeatRequest(), new HeartbeatResponse()).toCompletableFuture())
        .isCompletedExceptionally();
  }

  @Test
  void closingLetsWhatIsUnderWayFinish() throws Exception {
    BlockingQueue<Request> seen = new LinkedBlockingQueue<>();
    server.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, seen::add));
    socket.getOutputStream().write(heartbeat(1));
    Request r = seen.poll(60, TimeUnit.SECONDS);
    Thread closer = new Thread(server::close);
    closer.start();
    awaitTrue(() -> {
      try (Socket refused = connect()) {
        return false;
      } catch (IOException e) {
        return true;
      }
    });
    r.respond(new HeartbeatResponse());
    assertThat(answer().getInt()).isEqualTo(1);
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
    closer.join();
  }

  @Test
  void requestsBeforeReadinessAreHeldAndThenServed() throws Exception {
    try (Server early = TestServers.server(1, 24 << 20, -1L)) {
      TestServers.open(early);
      try (Socket s = new Socket("127.0.0.1", early.advertised().get(0).port())) {
        s.getOutputStream().write(heartbeat(4));
        early.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, r -> r.respond(new HeartbeatResponse())));
        early.markReady();
        s.setSoTimeout(10_000);
        DataInputStream in = new DataInputStream(s.getInputStream());
        in.readInt();
        assertThat(in.readInt()).isEqualTo(4);
      }
    }
  }

  /** A record in an answer belongs to a file that stays open until it is released. */
  @Test
  void recordsOfAnswersInsideTheProcessAreReleasedAlsoWhenEncodingFails() throws Exception {
    int[] released = {0};
    boolean[] broken = {false};
    server.handlers().bind(new Handler(FetchRequest.API, ApiHandler.Ordering.PIPELINED, r -> {
      List<FetchResponse.PartitionData> partitions = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        partitions.add(new FetchResponse.PartitionData().setRecords(new CountedRecords(released)));
      }
      if (broken[0]) {
        partitions.get(1).setCurrentLeader(null); // must not be null
      }
      r.respond(new FetchResponse().setResponses(List.of(new FetchResponse.FetchableTopicResponse().setPartitions(partitions))));
    }));
    FetchResponse response = server.local().send(FetchRequest.API, new FetchRequest(), new FetchResponse()).toCompletableFuture()
        .get(60, TimeUnit.SECONDS);
    assertThat(response.responses().get(0).partitions().get(2).records().sizeBytes()).isEqualTo(4);
    assertThat(released[0]).isEqualTo(3);
    broken[0] = true;
    assertThat(server.local().send(FetchRequest.API, new FetchRequest(), new FetchResponse())).failsWithin(60, TimeUnit.SECONDS);
    assertThat(released[0]).isEqualTo(6);
  }

  private record CountedRecords(int[] released) implements Records {
    @Override
    public int sizeBytes() {
      return 4;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position, long length) throws IOException {
      return target.write(ByteBuffer.wrap(new byte[4], (int) position, (int) length));
    }

    @Override
    public void release() {
      released[0]++;
    }
  }

  @Test
  void connectionsBeyondTheLimitAreClosedAndOthersTakeTheirPlace() throws Exception {
    try (Server few = TestServers.server(1, 24 << 20, -1L, TestServers.limits(2, 2, 2))) {
      TestServers.open(few);
      few.markReady();
      int port = few.advertised().get(0).port();
      byte[] versions = frame(ApiVersionsRequest.API, (short) 0, 1, new ApiVersionsRequest());
      try (Socket first = new Socket("127.0.0.1", port)) {
        try (Socket second = new Socket("127.0.0.1", port)) {
          for (Socket s : List.of(first, second)) {
            s.getOutputStream().write(versions);
            assertThat(s.getInputStream().read()).isZero();
          }
          try (Socket third = new Socket("127.0.0.1", port)) {
            assertThat(third.getInputStream().read()).isEqualTo(-1);
          }
        }
        awaitTrue(() -> few.connectionCount() == 1);
        try (Socket fourth = new Socket("127.0.0.1", port)) {
          fourth.getOutputStream().write(versions);
          assertThat(fourth.getInputStream().read()).isZero();
        }
      }
    }
  }

  /** A request that comes between the handler's return and the resumption of one that waited must not overtake it. */
  @Test
  void requestsOfOneConnectionKeepTheirOrderWhenTheirHandlerReturns() {
    Handler old = heartbeat(ApiHandler.Ordering.PIPELINED, Request::respondNothing);
    server.handlers().bind(old);
    server.handlers().unbind(old);
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.pipeline().addLast(new Connection(server, "PLAINTEXT", "PLAINTEXT", channel));
    List<Integer> handled = new ArrayList<>();
    channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(heartbeat(0)));
    server.handlers().bind(heartbeat(ApiHandler.Ordering.PIPELINED, r -> {
      handled.add(r.correlationId());
      r.respond(new HeartbeatResponse());
    }));
    channel.pipeline().fireChannelRead(Unpooled.wrappedBuffer(heartbeat(1)));
    channel.runPendingTasks();
    assertThat(handled).containsExactly(0, 1);
  }

  private Endpoint bound(int place) {
    Endpoint e = server.advertised().get(place);
    return new Endpoint(e.listener(), e.protocol(), "127.0.0.1", e.port());
  }

  @Test
  void aListenerIsAddedWhileConnectionsOfOthersStay() throws Exception {
    Endpoint any = new Endpoint("PLAINTEXT", "PLAINTEXT", "127.0.0.1", 0);
    server.listen(List.of(any, new Endpoint("MORE", "PLAINTEXT", "127.0.0.1", 0)), List.of());
    assertThat(server.advertised()).extracting(Endpoint::listener).containsExactly("PLAINTEXT", "MORE");
    exchange();
    new Socket("127.0.0.1", bound(1).port()).close();
  }

  /** Sends a request and reads its answer, after which the connection is certainly accepted. */
  private void exchange() throws IOException {
    server.handlers().bind(heartbeat(ApiHandler.Ordering.SERIAL, r -> r.respond(new HeartbeatResponse())));
    socket.getOutputStream().write(heartbeat(5));
    DataInputStream in = new DataInputStream(socket.getInputStream());
    in.readFully(new byte[in.readInt()]);
  }

  @Test
  void aListenerThatGoesClosesItsConnections() throws Exception {
    exchange();
    Endpoint before = bound(0);
    server.listen(List.of(new Endpoint("MORE", "PLAINTEXT", "127.0.0.1", 0)), List.of());
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
    assertThatThrownBy(() -> new Socket("127.0.0.1", before.port())).isInstanceOf(ConnectException.class);
    new Socket("127.0.0.1", bound(0).port()).close();
  }

  @Test
  void aListenerWithTheSamePortTakesThePlaceOfTheOldOne() throws Exception {
    Endpoint exact = freePort("PLAINTEXT", "127.0.0.1");
    server.listen(List.of(exact), List.of());
    server.listen(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "", exact.port())), List.of());
    new Socket("127.0.0.1", exact.port()).close();
  }

  @Test
  void listenersThatCannotBeBoundAreRefusedAndLeaveTheOldOnes() throws Exception {
    Endpoint exact = freePort("PLAINTEXT", "127.0.0.1");
    server.listen(List.of(exact), List.of());
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Endpoint taken = new Endpoint("MORE", "PLAINTEXT", "127.0.0.1", other.getLocalPort());
      Endpoint foreign = new Endpoint("PLAINTEXT", "PLAINTEXT", "192.0.2.1", exact.port());
      assertThat(server.trial(List.of(exact, taken))).contains("MORE").contains("another program uses that port");
      assertThat(server.trial(List.of(foreign))).contains("192.0.2.1").contains("no such address");
      assertThat(server.trial(List.of(exact, new Endpoint("MORE", "PLAINTEXT", "127.0.0.1", 0)))).isNull();
      assertThat(server.trial(List.of(new Endpoint("PLAINTEXT", "PLAINTEXT", "", exact.port())))).isNull();
      assertThatThrownBy(() -> server.listen(List.of(exact, taken), List.of())).isInstanceOf(IOException.class)
          .hasMessageContaining("MORE");
      assertThatThrownBy(() -> server.listen(List.of(foreign), List.of())).isInstanceOf(IOException.class);
    }
    assertThat(server.advertised()).containsExactly(exact);
    new Socket("127.0.0.1", exact.port()).close();
  }

  private static Endpoint freePort(String listener, String host) throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new Endpoint(listener, "PLAINTEXT", host, free.getLocalPort());
    }
  }
}
