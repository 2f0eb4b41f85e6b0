package io.margay.client.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.margay.client.internal.ScriptedBroker.Received;
import io.margay.protocol.message.ListGroupsRequest;
import io.margay.protocol.message.ListGroupsResponse;
import io.margay.protocol.message.MetadataRequest;
import io.margay.spi.client.Access;
import io.margay.spi.client.RemoteClient.Target;
import io.margay.spi.client.RemoteConnection.Reply;
import io.margay.spi.client.RemoteConnection;
import java.io.IOException;
import java.net.ConnectException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NettyClientTest {
  private static final int LONG_MS = 50_000;
  private static final short VERSION = 3;

  private final NettyClient client = new NettyClient();
  private ScriptedBroker broker;

  @BeforeEach
  void open() throws IOException {
    broker = new ScriptedBroker();
  }

  @AfterEach
  void close() throws IOException {
    client.close();
    broker.close();
  }

  private Target target(int connectTimeoutMs) {
    return new Target("127.0.0.1", broker.port(), "test", connectTimeoutMs, 3, 1000, Access.PLAINTEXT);
  }

  private RemoteConnection connected() throws Exception {
    CompletionStage<RemoteConnection> connecting = client.connect(target(LONG_MS));
    broker.acceptAndTellVersions();
    return await(connecting);
  }

  private static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(55, TimeUnit.SECONDS);
  }

  private static CompletionStage<Reply<ListGroupsResponse>> list(RemoteConnection connection, long timeoutMs) {
    return connection.send(ListGroupsRequest.API, VERSION, new ListGroupsRequest(), new ListGroupsResponse(), timeoutMs);
  }

  private void answer(Received request, int throttleMs) throws IOException {
    broker.answer(request.correlationId(), true, new ListGroupsResponse().setThrottleTimeMs(throttleMs).setGroups(List.of()), VERSION);
  }

  @Test
  void choosesTheHighestVersionThatBothKnow() throws Exception {
    RemoteConnection connection = connected();
    assertThat(connection.version(ListGroupsRequest.API)).isEqualTo((short) 3);
    assertThat(connection.version(MetadataRequest.API)).isEqualTo((short) -1);
  }

  @Test
  void pipelinesAndAnswersInOrder() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<Reply<ListGroupsResponse>> first = list(connection, LONG_MS);
    CompletionStage<Reply<ListGroupsResponse>> second = list(connection, LONG_MS);
    Received one = broker.receive();
    Received two = broker.receive();
    answer(one, 11);
    answer(two, 12);
    try (Reply<ListGroupsResponse> reply = await(first)) {
      assertThat(reply.message().throttleTimeMs()).isEqualTo(11);
    }
    try (Reply<ListGroupsResponse> reply = await(second)) {
      assertThat(reply.message().throttleTimeMs()).isEqualTo(12);
    }
  }

  @Test
  void boundsTheOpenRequests() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<?> first = list(connection, LONG_MS);
    list(connection, LONG_MS);
    list(connection, LONG_MS);
    assertFails(list(connection, LONG_MS), RejectedExecutionException.class, "3 requests");
    answer(broker.receive(), 0);
    await(first);
    assertThat(list(connection, LONG_MS).toCompletableFuture()).isNotCompletedExceptionally();
  }

  @Test
  void anAnswerMakesRoomBeforeItIsTold() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<Reply<ListGroupsResponse>> next = list(connection, LONG_MS).thenCompose(reply -> list(connection, LONG_MS));
    list(connection, LONG_MS);
    list(connection, LONG_MS);
    for (int i = 0; i < 4; i++) {
      answer(broker.receive(), i);
    }
    assertThat(await(next).message().throttleTimeMs()).isEqualTo(3);
  }

  @Test
  void aLateAnswerClosesTheConnection() throws Exception {
    RemoteConnection connection = connected();
    assertFails(list(connection, 1), IOException.class, "within 1 ms");
    await(connection.closed());
    assertFails(list(connection, LONG_MS), IOException.class, "within 1 ms");
  }

  @Test
  void anAnswerToAnotherRequestClosesTheConnection() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<?> sent = list(connection, LONG_MS);
    CompletionStage<?> behind = list(connection, LONG_MS);
    broker.answer(broker.receive().correlationId() + 7, true, new ListGroupsResponse(), VERSION);
    assertFails(sent, IOException.class, "expected");
    assertFails(behind, IOException.class, "expected");
    await(connection.closed());
  }

  @Test
  void anAnswerThatCannotBeDecodedClosesTheConnection() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<?> sent = list(connection, LONG_MS);
    int id = broker.receive().correlationId();
    broker.sendFrame(new byte[] {(byte) (id >> 24), (byte) (id >> 16), (byte) (id >> 8), (byte) id, 0, 1});
    assertFails(sent, IOException.class, "cannot be decoded");
    await(connection.closed());
  }

  @Test
  void aTooLargeAnswerIsNotRead() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<?> sent = list(connection, LONG_MS);
    broker.receive();
    broker.sendSize(2000);
    assertFails(sent, IOException.class, "exceeds 1000");
    await(connection.closed());
  }

  @Test
  void aConnectionThatTheBrokerClosesFailsWhatIsOpen() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<?> sent = list(connection, LONG_MS);
    broker.receive();
    broker.close();
    assertFails(sent, IOException.class, "closed");
    await(connection.closed());
  }

  /** It says that no process listens there, which this machine's own trouble does not. */
  @Test
  void onlyARefusalIsAConnectException() {
    Target target = new Target("127.0.0.1", 1, "test", LONG_MS, 1, 1000, Access.PLAINTEXT);
    assertThat(NettyClient.unreachable(target, new ConnectException("finishConnect(..) failed with error(-111): Connection refused")))
        .isInstanceOf(ConnectException.class);
    for (String other : List.of("connect(..) failed with error(-99): Cannot assign requested address", "error(-110): Connection timed out",
        "error(-1): Operation not permitted")) {
      assertThat(NettyClient.unreachable(target, new ConnectException(other))).as(other).isNotInstanceOf(ConnectException.class)
          .hasMessageContaining(other);
    }
  }

  @Test
  void aBrokerThatIsNotThereOrSaysNothing() throws Exception {
    CompletionStage<RemoteConnection> silent = client.connect(target(1));
    assertFails(silent, IOException.class, "127.0.0.1:" + broker.port());
    assertThatThrownBy(() -> silent.toCompletableFuture().get()).cause().isNotInstanceOf(ConnectException.class);
    int port = broker.port();
    broker.close();
    assertFails(client.connect(new Target("127.0.0.1", port, "test", LONG_MS, 1, 1000, Access.PLAINTEXT)), ConnectException.class, "cannot connect");
  }

  @Test
  void theClientsEndFailsWhatIsOpen() throws Exception {
    RemoteConnection connection = connected();
    CompletionStage<?> sent = list(connection, LONG_MS);
    broker.receive();
    client.close();
    assertFails(sent, IOException.class, "closed here");
    assertThat(broker.closedByClient()).isTrue();
    assertFails(list(connection, LONG_MS), IOException.class, "closed here");
    assertFails(client.connect(target(LONG_MS)), IOException.class, "the client stops");
  }

  private static void assertFails(CompletionStage<?> stage, Class<? extends Throwable> type, String message) {
    CompletableFuture<?> future = stage.toCompletableFuture();
    assertThatThrownBy(() -> future.get(55, TimeUnit.SECONDS)).cause().isInstanceOf(type).hasMessageContaining(message);
  }
}
