package io.margay.http.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Api;
import io.margay.protocol.Message;
import io.margay.protocol.message.ProduceResponse;
import io.margay.spi.client.LocalClient;
import io.margay.spi.lease.NamedServices;
import io.margay.spi.producer.Producer.Sent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class PartitionWriterTest {
  private final TestService service = new TestService(true);
  private final PartitionWriter writer = new PartitionWriter(service.producing, new Target("c", "t", UUID.randomUUID(), 1, 1_000_000), 0);

  /** A server that answers when it is told to. */
  private static final class Server implements LocalClient {
    private final Deque<Runnable> asked = new ArrayDeque<>();
    private int offset;

    @Override
    public <R extends Message> CompletionStage<R> send(Api api, Message request, R response) {
      CompletableFuture<R> result = new CompletableFuture<>();
      asked.add(() -> {
        ((ProduceResponse) response).setResponses(List.of(new ProduceResponse.TopicProduceResponse().setPartitionResponses(List.of(
            new ProduceResponse.PartitionProduceResponse().setBaseOffset(offset++)))));
        result.complete(response);
      });
      return result;
    }
  }

  private CompletableFuture<Sent> add() {
    return writer.add(new RecordRequest(0, null, Payload.NONE, new Payload("STRING", "v".getBytes(StandardCharsets.UTF_8)), List.of()))
        .toCompletableFuture();
  }

  private void register(Server server) {
    service.clients.add(server, Map.of(NamedServices.NAME_PROPERTY, Producing.CLIENT));
  }

  @Test
  void recordsWaitWhileTheServerIsReplaced() throws Exception {
    Server old = new Server();
    register(old);
    CompletableFuture<Sent> first = add();
    CompletableFuture<Sent> second = add();
    Thread leaving = new Thread(() -> service.clients.remove(old));
    leaving.start();
    while (service.clients.names().contains(Producing.CLIENT)) {
      Thread.onSpinWait();
    }
    assertThat(leaving.isAlive()).as("it waits for the record in flight").isTrue();
    old.asked.remove().run();
    leaving.join();
    assertThat(first.get()).isEqualTo(new Sent(0, 0));
    assertThat(old.asked).as("the next one is not sent to it").isEmpty();
    assertThat(second).isNotDone();
    Server next = new Server();
    register(next);
    next.asked.remove().run();
    assertThat(second.get()).isEqualTo(new Sent(0, 0));
  }
}
