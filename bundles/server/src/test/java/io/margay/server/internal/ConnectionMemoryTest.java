package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.MetadataRequest;
import io.margay.protocol.message.MetadataResponse;
import io.margay.spi.handler.ApiHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The memory that the requests of a connection may have, and what happens when it is spent. */
class ConnectionMemoryTest extends ConnectionFixture {
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
}
