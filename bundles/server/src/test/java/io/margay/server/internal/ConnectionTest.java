package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.Records;
import io.margay.protocol.message.FetchRequest;
import io.margay.protocol.message.FetchResponse;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When requests of a connection start, in which order answers leave, and what its end leaves behind. */
class ConnectionTest extends ConnectionFixture {
  @TempDir Path directory;

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
