package io.margay.transactions.internal.handlers;

import static org.assertj.core.api.Assertions.assertThat;

import io.margay.protocol.Errors;
import io.margay.protocol.message.InitProducerIdRequest;
import io.margay.protocol.message.InitProducerIdResponse;
import io.margay.spi.controller.Controller;
import io.margay.spi.handler.FakeRequest;
import io.margay.transactions.internal.producerid.ProducerIds;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class InitProducerIdHandlerTest {
  private final List<CompletableFuture<Controller.ProducerIdBlock>> asked = new ArrayList<>();
  private final ProducerIds ids = new ProducerIds(new Controller() {
    @Override
    public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
        boolean internal) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<ProducerIdBlock> allocateProducerIds() {
      asked.add(new CompletableFuture<>());
      return asked.get(asked.size() - 1);
    }

    @Override
    public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
      throw new UnsupportedOperationException();
    }
  });
  private final InitProducerIdHandler handler = new InitProducerIdHandler(new RefusingService() {
    @Override
    public ProducerIds producerIds() {
      return ids;
    }
  });

  private FakeRequest init(String transactionalId, int version) {
    FakeRequest request = new FakeRequest(InitProducerIdRequest.API,
        new InitProducerIdRequest().setTransactionalId(transactionalId).setTransactionTimeoutMs(1000), version);
    handler.handle(request);
    return request;
  }

  private static InitProducerIdResponse answer(FakeRequest request) {
    assertThat(request.isAnswered()).isTrue();
    return request.answer(new InitProducerIdResponse());
  }

  private void give(int index, long first, int size) {
    asked.get(index).complete(new Controller.ProducerIdBlock(first, size));
  }

  @Test
  void handsOutIdsInEveryStableVersion() {
    assertThat(handler.highestVersion()).isEqualTo((short) 5);
    FakeRequest first = init(null, 0);
    assertThat(first.isAnswered()).isFalse();
    give(0, 1000, 1000);
    assertThat(answer(first).producerId()).isEqualTo(1000);
    for (int version = 0; version <= 5; version++) {
      InitProducerIdResponse response = answer(init(null, version));
      assertThat(response.errorCode()).isZero();
      assertThat(response.producerId()).isEqualTo(1001 + version);
      assertThat(response.producerEpoch()).isZero();
    }
    assertThat(asked).hasSize(1);
  }

  @Test
  void fetchesTheNextBlockInTime() {
    FakeRequest first = init(null, 4);
    give(0, 0, 10);
    assertThat(answer(first).producerId()).isZero();
    for (int i = 1; i < 8; i++) {
      assertThat(answer(init(null, 4)).producerId()).isEqualTo(i);
    }
    assertThat(asked).hasSize(1);
    assertThat(answer(init(null, 4)).producerId()).isEqualTo(8);
    assertThat(asked).hasSize(2);
    assertThat(answer(init(null, 4)).producerId()).isEqualTo(9);
    FakeRequest early = init(null, 4);
    FakeRequest later = init(null, 4);
    assertThat(early.isAnswered()).isFalse();
    give(1, 50, 1);
    assertThat(answer(early).producerId()).isEqualTo(50);
    assertThat(later.isAnswered()).isFalse();
    give(2, 60, 10);
    assertThat(answer(later).producerId()).isEqualTo(60);
  }

  @Test
  void tellsClientsToRetryWhenThereAreNone() {
    FakeRequest request = init(null, 4);
    asked.get(0).completeExceptionally(new IllegalStateException("no controller"));
    assertThat(answer(request).errorCode()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
    FakeRequest again = init(null, 4);
    give(1, 5, 5);
    assertThat(answer(again).producerId()).isEqualTo(5);
  }

  @Test
  void refusesWhatWaitsWhenItLeaves() {
    FakeRequest request = init(null, 4);
    ids.close();
    assertThat(answer(request).errorCode()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
    assertThat(answer(init(null, 4)).errorCode()).isEqualTo(Errors.COORDINATOR_LOAD_IN_PROGRESS.code());
  }

  @Test
  void answersWithTheCoordinatorsError() {
    assertThat(answer(init("tx", 4)).errorCode()).isEqualTo(Errors.PRODUCER_FENCED.code());
    assertThat(answer(init("tx", 3)).errorCode()).as("older clients").isEqualTo(Errors.INVALID_PRODUCER_EPOCH.code());
    assertThat(answer(init("", 4)).errorCode()).isEqualTo(Errors.INVALID_REQUEST.code());
    assertThat(answer(init("tx", 4)).producerEpoch()).isEqualTo((short) -1);
  }
}
