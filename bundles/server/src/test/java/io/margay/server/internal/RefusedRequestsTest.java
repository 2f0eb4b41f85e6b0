package io.margay.server.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.protocol.Api;
import io.margay.protocol.Errors;
import io.margay.protocol.MalformedMessageException;
import io.margay.protocol.Message;
import io.margay.protocol.MessageReader;
import io.margay.protocol.Messages;
import io.margay.protocol.message.CreateTopicsRequest;
import io.margay.protocol.message.CreateTopicsResponse;
import io.margay.protocol.message.DeleteTopicsRequest;
import io.margay.protocol.message.DeleteTopicsResponse;
import io.margay.protocol.message.DescribeGroupsRequest;
import io.margay.protocol.message.DescribeGroupsResponse;
import io.margay.protocol.message.LeaveGroupRequest;
import io.margay.protocol.message.LeaveGroupResponse;
import io.margay.protocol.message.OffsetCommitRequest;
import io.margay.protocol.message.OffsetCommitResponse;
import io.margay.spi.handler.Access;
import io.margay.spi.handler.ApiHandler;
import io.margay.spi.handler.Request;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A request that is refused before it is decoded must not get an answer that looks like success. */
@Timeout(30)
class RefusedRequestsTest {
  private static final int MANY = 100_000;
  private static final int SOME = 5_000;

  private final Server server = TestServers.server(1, 24 << 20, 60_000);
  private EmbeddedChannel channel;

  /** Answers with an entry for each thing that was asked for; with none when these are unknown. */
  private record Handler(Api api, Supplier<Message> type, Function<Message, Message> failed, Runnable work) implements ApiHandler {
    @Override
    public Access access() {
      return Access.ANYONE;
    }

    @Override
    public void handle(Request request) {
      request.read(type.get());
      work.run();
      request.respondNothing();
    }

    @Override
    public Message errorResponse(Request request, Errors error) {
      Message message = type.get();
      try {
        request.read(message);
      } catch (MalformedMessageException e) {
        message = type.get();
      }
      return failed.apply(message);
    }
  }

  /** A request of an API whose answer has error codes only in its parts. */
  private record Listing(Handler handler, Function<Integer, Message> ofElements) { }

  private static List<Listing> listings() {
    return List.of(
        new Listing(new Handler(CreateTopicsRequest.API, CreateTopicsRequest::new, m -> created((CreateTopicsRequest) m), () -> { }),
            count -> topics(count)),
        new Listing(new Handler(DeleteTopicsRequest.API, DeleteTopicsRequest::new, m -> new DeleteTopicsResponse(), () -> { }),
            count -> new DeleteTopicsRequest().setTopics(Collections.nCopies(count, new DeleteTopicsRequest.DeleteTopicState().setName("t")))),
        new Listing(new Handler(DescribeGroupsRequest.API, DescribeGroupsRequest::new, m -> new DescribeGroupsResponse(), () -> { }),
            count -> new DescribeGroupsRequest().setGroups(Collections.nCopies(4 * count, "group"))),
        new Listing(new Handler(OffsetCommitRequest.API, OffsetCommitRequest::new, m -> new OffsetCommitResponse(), () -> { }),
            count -> new OffsetCommitRequest().setGroupId("g").setTopics(
                Collections.nCopies(count, new OffsetCommitRequest.OffsetCommitRequestTopic().setName("t")))));
  }

  private static CreateTopicsRequest topics(int count) {
    return new CreateTopicsRequest().setTopics(Collections.nCopies(count, new CreateTopicsRequest.CreatableTopic().setName("t")));
  }

  private static CreateTopicsResponse created(CreateTopicsRequest request) {
    return new CreateTopicsResponse().setTopics(request.topics().stream().map(t -> new CreateTopicsResponse.CreatableTopicResult()
        .setName(t.name()).setErrorCode(Errors.UNKNOWN_SERVER_ERROR.code())).toList());
  }

  @BeforeEach
  void start() {
    server.markReady();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** A flexible version, and one in which OffsetCommit has the name of a topic. */
  private static short version(Api api) {
    return (short) Math.min(9, api.highest());
  }

  private void send(Api api, Message body) {
    channel = new EmbeddedChannel();
    channel.pipeline().addLast(new Connection(server, "PLAINTEXT", "PLAINTEXT", channel));
    channel.freezeTime();
    ByteBuf b = Unpooled.buffer().writeInt(0).writeShort(api.key()).writeShort(version(api)).writeInt(7).writeShort(-1).writeByte(0);
    b.writeBytes(Messages.toBytes(body, version(api)));
    channel.writeInbound(b.setInt(0, b.readableBytes() - 4));
  }

  private void assertClosedWithoutAnAnswer(Listing listing) {
    for (ByteBuf part; (part = channel.readOutbound()) != null;) {
      assertThat(part.readableBytes()).as(listing.handler().api().name()).isZero();
    }
    assertThat(channel.isOpen()).as(listing.handler().api().name()).isFalse();
  }

  @Test
  void aRequestThatNeverFitsClosesTheConnectionWhereTheAnswerHasNoErrorCode() {
    for (Listing listing : listings()) {
      server.handlers().bind(listing.handler());
      send(listing.handler().api(), listing.ofElements().apply(MANY));
      assertClosedWithoutAnAnswer(listing);
    }
  }

  @Test
  void aRequestThatGetsNoMemoryInTimeClosesTheConnectionWhereTheAnswerHasNoErrorCode() {
    long most = server.memory().work().totalBytes() * 7 / 8 - 1000;
    server.memory().work().force(most);
    for (Listing listing : listings()) {
      server.handlers().bind(listing.handler());
      send(listing.handler().api(), listing.ofElements().apply(SOME));
      assertThat(channel.isOpen()).as("waits for memory").isTrue();
      channel.advanceTimeBy(300, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
      assertClosedWithoutAnAnswer(listing);
    }
    server.memory().work().give(most);
  }

  @Test
  void anAnswerWithAnErrorCodeIsSent() {
    server.handlers().bind(new Handler(LeaveGroupRequest.API, LeaveGroupRequest::new,
        m -> new LeaveGroupResponse().setErrorCode(Errors.INVALID_REQUEST.code()), () -> { }));
    send(LeaveGroupRequest.API, new LeaveGroupRequest().setGroupId("g")
        .setMembers(Collections.nCopies(MANY, new LeaveGroupRequest.MemberIdentity().setMemberId("m"))));
    ByteBuf answer = channel.readOutbound();
    LeaveGroupResponse response = new LeaveGroupResponse();
    response.read(new MessageReader(answer.skipBytes(9)), version(LeaveGroupRequest.API));
    answer.release();
    assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    assertThat(channel.isOpen()).isTrue();
    channel.close();
  }

  @Test
  void theErrorOfADecodedRequestIsInThePartsOfItsAnswer() {
    server.handlers().bind(new Handler(CreateTopicsRequest.API, CreateTopicsRequest::new, m -> created((CreateTopicsRequest) m), () -> {
      throw new IllegalStateException("on purpose");
    }));
    send(CreateTopicsRequest.API, topics(2));
    ByteBuf answer = channel.readOutbound();
    CreateTopicsResponse response = new CreateTopicsResponse();
    response.read(new MessageReader(answer.skipBytes(9)), version(CreateTopicsRequest.API));
    answer.release();
    assertThat(response.topics()).extracting(CreateTopicsResponse.CreatableTopicResult::errorCode)
        .containsExactly(Errors.UNKNOWN_SERVER_ERROR.code(), Errors.UNKNOWN_SERVER_ERROR.code());
    assertThat(channel.isOpen()).isTrue();
    channel.close();
  }

  @Test
  void theReasonNamesTheApiTheBoundAndTheSetting() throws Exception {
    TestServers.open(server);
    server.handlers().bind(listings().get(0).handler());
    assertThatThrownBy(() -> server.local().send(CreateTopicsRequest.API, topics(MANY), new CreateTopicsResponse()).toCompletableFuture()
        .get(20, TimeUnit.SECONDS))
        .hasMessageContaining("CreateTopics needs more memory than it gets (INVALID_REQUEST)")
        .hasMessageContaining(server.memory().workShareBytes() + " bytes; see margay.request.memory.bytes");
  }
}
