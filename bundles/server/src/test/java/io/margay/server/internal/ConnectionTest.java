package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Message;
import io.margay.protocol.Messages;
import io.margay.protocol.Records;
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
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One connection in the test's thread. At the end of each test all memory must have been given back. */
class ConnectionTest {
  private static final long MEMORY = 24 << 20;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  @TempDir Path directory;
  private final Server server = TestServers.server(1, MEMORY, 60_000);
  private final List<Request> seen = new ArrayList<>();
  private final Client client = new Client();

  /** A channel whose other end reads when it likes. */
  private final class Client extends EmbeddedChannel {
    private boolean reads = true;
    private boolean failsOnce;

    Client() {
      super(false, false);
      config().setWriteBufferWaterMark(new WriteBufferWaterMark(1 << 18, 1 << 20));
    }

    Client open() throws Exception {
      pipeline().addLast(new Connection(server, "PLAINTEXT", "PLAINTEXT", this));
      register();
      return this;
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

  private void serve(Api api, ApiHandler.Ordering ordering, Consumer<Request> work) {
    server.handlers().bind(new Handler(api, ordering, request -> {
      seen.add(request);
      work.accept(request);
    }));
  }

  private static ByteBuf request(Api api, int version, int correlationId, Message body) {
    ByteBuf b = Unpooled.buffer().writeInt(0).writeShort(api.key()).writeShort(version).writeInt(correlationId).writeShort(-1);
    if (api.requestHeaderVersion((short) version) >= 2) {
      b.writeByte(0);
    }
    b.writeBytes(Messages.toBytes(body, (short) version));
    return b.setInt(0, b.readableBytes() - 4);
  }

  private static ByteBuf list(int correlationId) {
    return request(ListGroupsRequest.API, 0, correlationId, new ListGroupsRequest());
  }

  private static ByteBuf lists(int count) {
    ByteBuf all = Unpooled.buffer();
    for (int i = 0; i < count; i++) {
      all.writeBytes(list(i));
    }
    return all;
  }

  private static ListGroupsResponse answerOf(int bytes) {
    return new ListGroupsResponse().setGroups(List.of(new ListGroupsResponse.ListedGroup().setGroupId("x".repeat(bytes))));
  }

  private void sweep(long nanos) {
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

  @Test
  void aFailureWhileItIsTakenOverClosesTheConnectionAndLeavesNothing() throws Exception {
    ByteBuf rest = Unpooled.buffer().writeInt(64);
    client.register();
    client.failsOnce = true;
    new Handover(rest, true, true, 0, null).leave(client);
    client.pipeline().addLast(new Connection(server, "PLAINTEXT", "PLAINTEXT", client));
    client.runPendingTasks();
    assertThat(client.failsOnce).isFalse();
    assertThat(client.isOpen()).isFalse();
    assertThat(server.connectionCount()).isZero();
    assertThat(rest.refCnt()).isZero();
  }

  @Test
  void nothingIsStartedWhileTheClientDoesNotRead() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.SERIAL, r -> r.respond(answerOf(30_000)));
    server.markReady();
    client.open().reads = false;
    client.writeInbound(lists(1000));
    assertThat(seen).hasSizeBetween(10, 100);
    assertThat(client.config().isAutoRead()).isFalse();
    assertThat(server.memory().work().takenBytes()).isPositive();
    int answered = 0;
    client.readsAgain();
    for (int last = -1; answered > last;) {
      last = answered;
      answered += client.answers();
      client.runPendingTasks();
    }
    assertThat(answered).isEqualTo(1000);
    assertThat(seen).extracting(Request::correlationId).isSorted().hasSize(1000);
    assertThat(client.config().isAutoRead()).isTrue();
  }

  @Test
  void answersInFilesCountAsNotRead() throws Exception {
    Path file = Files.write(directory.resolve("records"), new byte[2 << 20]);
    try (FileChannel channel = FileChannel.open(file)) {
      int[] released = {0};
      serve(FetchRequest.API, ApiHandler.Ordering.PIPELINED, r -> r.respond(fetched(new FileRecords(channel, released))));
      server.markReady();
      client.open().reads = false;
      for (int i = 0; i < 3; i++) {
        client.writeInbound(request(FetchRequest.API, 4, i, new FetchRequest()));
      }
      assertThat(seen).hasSize(1);
      client.readsAgain();
      client.answers();
      client.runPendingTasks();
      client.answers();
      client.runPendingTasks();
      client.answers();
      assertThat(seen).hasSize(3);
      assertThat(released[0]).isEqualTo(3);
    }
  }

  private record FileRecords(FileChannel file, int[] released) implements Records {
    @Override
    public int sizeBytes() {
      return 2 << 20;
    }

    @Override
    public FileChannel fileOrNull() {
      return file;
    }

    @Override
    public long transferTo(WritableByteChannel target, long position, long length) throws IOException {
      throw new IOException("on purpose");
    }

    @Override
    public void release() {
      released[0]++;
    }
  }

  private static FetchResponse fetched(Records... records) {
    List<FetchResponse.PartitionData> partitions = new ArrayList<>();
    for (Records r : records) {
      partitions.add(new FetchResponse.PartitionData().setRecords(r));
    }
    return new FetchResponse().setResponses(List.of(new FetchResponse.FetchableTopicResponse().setTopic("t").setPartitions(partitions)));
  }

  @Test
  void whileASerialRequestIsUnderWayTheNextStaysWhereItIs() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.SERIAL, r -> { });
    server.markReady();
    client.open().writeInbound(lists(3));
    assertThat(seen).hasSize(1);
    assertThat(client.config().isAutoRead()).as("what more the client sends stays in its socket").isFalse();
    seen.get(0).respond(answerOf(1));
    assertThat(seen).hasSize(2);
    seen.get(1).respond(answerOf(1));
    assertThat(client.config().isAutoRead()).isTrue();
    seen.get(2).respond(answerOf(1));
    assertThat(client.answers()).isEqualTo(3);
  }

  @Test
  void aThrottledClientWaits() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.SERIAL, r -> r.respond(answerOf(1), r.correlationId() == 0 ? 500 : 0));
    server.markReady();
    client.open().freezeTime();
    client.writeInbound(lists(2));
    assertThat(client.answers()).as("the answer that says so is not delayed").isEqualTo(1);
    assertThat(client.config().isAutoRead()).isFalse();
    client.advanceTimeBy(499, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(seen).hasSize(1);
    client.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(client.answers()).isEqualTo(1);
    assertThat(client.config().isAutoRead()).isTrue();
  }

  @Test
  void anIdleConnectionIsClosedAndOneThatWaitsForItsAnswerIsNot() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.SERIAL, r -> { });
    server.markReady();
    client.open().writeInbound(list(0));
    sweep(0);
    sweep(61 * SECOND);
    assertThat(client.isOpen()).isTrue();
    seen.get(0).respond(answerOf(1));
    client.answers();
    sweep(62 * SECOND);
    sweep(121 * SECOND);
    assertThat(client.isOpen()).isTrue();
    sweep(122 * SECOND);
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void pipelinedRequestsCountUntilTheyAreAnswered() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.PIPELINED, r -> { });
    server.markReady();
    client.open();
    for (int i = 0; i < 300; i++) {
      client.writeInbound(request(ListGroupsRequest.API, 4, i, new ListGroupsRequest().setStatesFilter(List.of("y".repeat(10_000)))));
    }
    assertThat(seen).as("requests under way").hasSize(128);
    server.loop(client.eventLoop()).credit().giveAll();
    assertThat(server.memory().frames().takenBytes()).isGreaterThan(128 * 10_000);
    seen.get(0).respond(answerOf(1));
    client.close();
    // the answers come too late, and what their requests held comes back with them
    List.copyOf(seen).subList(1, seen.size()).forEach(r -> r.respond(answerOf(1)));
  }

  @Test
  void anErrorOfAHandlerIsAnsweredAndReleasesAll() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.SERIAL, r -> {
      assertThat(r.reserve(1000)).isTrue();
      throw new StackOverflowError("on purpose");
    });
    server.markReady();
    client.open().writeInbound(list(0));
    ByteBuf answer = client.readOutbound();
    assertThat(Errors.forCode(answer.getShort(8))).isEqualTo(Errors.UNKNOWN_SERVER_ERROR);
    answer.release();
    assertThat(client.isOpen()).isTrue();
  }

  @Test
  void anAnswerThatCannotBeEncodedClosesAndReleasesAll() throws Exception {
    int[] released = {0};
    FileRecords inFile = new FileRecords(null, released);
    serve(FetchRequest.API, ApiHandler.Ordering.PIPELINED, r -> {
      FetchResponse response = fetched(inFile, inFile, inFile);
      // must not be null
      response.responses().get(0).partitions().get(1).setCurrentLeader(null);
      r.respond(response);
    });
    server.markReady();
    client.open().writeInbound(request(FetchRequest.API, 12, 0, new FetchRequest()));
    assertThat(client.isOpen()).isFalse();
    assertThat(released[0]).isEqualTo(3);
  }

  @Test
  void aConnectionThatCloseCancelsItsRequestsAndReleasesLateAnswers() throws Exception {
    int[] released = {0};
    int[] cancelled = {0};
    serve(FetchRequest.API, ApiHandler.Ordering.PIPELINED, r -> {
      r.reserve(5000);
      r.onCancel(() -> {
        cancelled[0]++;
        throw new StackOverflowError("on purpose");
      });
    });
    server.markReady();
    client.open();
    client.writeInbound(request(FetchRequest.API, 4, 0, new FetchRequest()));
    client.writeInbound(request(FetchRequest.API, 4, 1, new FetchRequest()));
    client.close();
    assertThat(cancelled[0]).isEqualTo(2);
    seen.forEach(r -> {
      assertThat(r.cancelled()).isTrue();
      r.respond(fetched(new FileRecords(null, released)));
      assertThat(r.reserve(1)).as("it has ended").isFalse();
    });
    assertThat(released[0]).isEqualTo(2);
  }

  @Test
  void aConnectionHasAShare() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.PIPELINED, r -> { });
    server.markReady();
    client.open().writeInbound(lists(2));
    long share = server.memory().workShareBytes();
    assertThat(seen.get(0).reserve(share + 1)).isFalse();
    assertThat(seen.get(0).reserve(share - 1)).isTrue();
    assertThat(seen.get(1).reserve(2)).isFalse();
    seen.get(0).respond(answerOf(1));
    assertThat(seen.get(1).reserve(2)).isTrue();
    seen.get(1).respond(answerOf(1));
  }

  private static MetadataRequest topics(int count) {
    List<MetadataRequest.MetadataRequestTopic> topics = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      topics.add(new MetadataRequest.MetadataRequestTopic().setName("t"));
    }
    return new MetadataRequest().setTopics(topics);
  }

  private void serveMetadata() {
    serve(MetadataRequest.API, ApiHandler.Ordering.SERIAL, r -> {
      r.read(new MetadataRequest());
      r.respond(new MetadataResponse().setErrorCode((short) 0));
    });
    server.markReady();
  }

  private Errors metadataAnswer() {
    ByteBuf answer = client.readOutbound();
    assertThat(answer).isNotNull();
    MetadataResponse response = new MetadataResponse();
    response.read(new io.margay.protocol.MessageReader(answer.skipBytes(9)), (short) 13);
    answer.release();
    return Errors.forCode(response.errorCode());
  }

  @Test
  void aRequestWhoseElementsCanNeverFitIsRefusedBeforeTheyAreMade() throws Exception {
    serveMetadata();
    client.open().writeInbound(request(MetadataRequest.API, 13, 0, topics(100_000)));
    assertThat(metadataAnswer()).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(client.isOpen()).isTrue();
    client.writeInbound(request(MetadataRequest.API, 13, 1, topics(1000)));
    assertThat(metadataAnswer()).isEqualTo(Errors.NONE);
  }

  @Test
  void whereTheAnswerHasNoErrorCodeTheConnectionIsClosed() throws Exception {
    serveMetadata();
    client.open().writeInbound(request(MetadataRequest.API, 12, 0, topics(100_000)));
    assertThat(client.isOpen()).isFalse();
  }

  @Test
  void aRequestWaitsForMemoryToBeDecodedIn() throws Exception {
    serveMetadata();
    client.open().freezeTime();
    long most = server.memory().work().totalBytes() * 7 / 8 - 1000;
    server.memory().work().force(most);
    client.writeInbound(request(MetadataRequest.API, 13, 0, topics(5000)));
    assertThat((Object) client.readOutbound()).isNull();
    server.memory().work().give(most);
    client.runPendingTasks();
    assertThat(metadataAnswer()).isEqualTo(Errors.NONE);

    server.memory().work().force(most);
    client.writeInbound(request(MetadataRequest.API, 13, 1, topics(5000)));
    client.advanceTimeBy(300, TimeUnit.MILLISECONDS);
    client.runScheduledPendingTasks();
    assertThat(metadataAnswer()).isEqualTo(Errors.REQUEST_TIMED_OUT);
    server.memory().work().give(most);
  }

  @Test
  void whileTheMemoryIsSpentNothingIsStarted() throws Exception {
    serve(ListGroupsRequest.API, ApiHandler.Ordering.SERIAL, r -> r.respond(answerOf(1)));
    server.markReady();
    long all = server.memory().work().totalBytes();
    server.memory().work().force(all);
    client.open().writeInbound(lists(2));
    assertThat(seen).isEmpty();
    assertThat(client.config().isAutoRead()).isFalse();
    server.memory().work().give(all);
    client.runPendingTasks();
    assertThat(client.answers()).isEqualTo(2);
    assertThat(client.config().isAutoRead()).isTrue();
  }

  @Test
  void whoHoldsMemoryWithoutGettingOnLosesItWhenOthersWait() throws Exception {
    server.markReady();
    client.open().writeInbound(Unpooled.buffer().writeInt(1 << 20).writeZero(100_000));
    for (int second = 0; second < 20; second++) {
      sweep(second * SECOND);
    }
    assertThat(client.isOpen()).as("it harms nobody").isTrue();
    MemoryPool frames = server.memory().frames();
    frames.force(2 * frames.totalBytes());
    assertThat(frames.takeOrWait("somebody", 1 << 20, false, () -> { })).isFalse();
    sweep(20 * SECOND);
    assertThat(client.isOpen()).isFalse();
    frames.forget("somebody");
    frames.give(2 * frames.totalBytes());
  }

  @Test
  void whoSendsFastEnoughKeepsItsPlace() throws Exception {
    server.markReady();
    client.open().writeInbound(Unpooled.buffer().writeInt(1 << 20).writeZero(100_000));
    sweep(0);
    sweep(SECOND);
    client.writeInbound(Unpooled.buffer().writeZero(20_000));
    MemoryPool frames = server.memory().frames();
    frames.force(2 * frames.totalBytes());
    frames.takeOrWait("somebody", 1 << 20, false, () -> { });
    sweep(2 * SECOND);
    assertThat(client.isOpen()).isTrue();
    frames.forget("somebody");
    frames.give(2 * frames.totalBytes());
  }

  /** Nothing that runs later may keep it: a port scanner would fill the heap. */
  @Test
  void aClosedConnectionIsGoneAtOnce() throws Exception {
    server.markReady();
    client.open();
    assertThat(server.loop(client.eventLoop()).size()).isOne();
    assertThat(server.connectionCount()).isOne();
    client.close();
    assertThat(server.loop(client.eventLoop()).size()).isZero();
    assertThat(server.connectionCount()).isZero();
  }

  @Test
  void aLargeSaslTokenIsNotRead() throws Exception {
    server.markReady();
    Api sasl = io.margay.protocol.message.SaslAuthenticateRequest.API;
    client.open().writeInbound(request(sasl, 0, 0, new io.margay.protocol.message.SaslAuthenticateRequest().setAuthBytes(new byte[100])));
    assertThat(client.answers()).isEqualTo(1);
    client.writeInbound(request(sasl, 0, 1, new io.margay.protocol.message.SaslAuthenticateRequest().setAuthBytes(new byte[2000])));
    assertThat(client.isOpen()).isFalse();
  }
}
