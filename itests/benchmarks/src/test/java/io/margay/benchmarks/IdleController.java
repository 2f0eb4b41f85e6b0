package io.margay.benchmarks;

import io.margay.protocol.Errors;
import io.margay.spi.controller.Controller;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The broker is registered, and nothing else is asked for. */
final class IdleController implements Controller {
  @Override
  public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
      boolean internal) {
    return unsupported();
  }

  @Override
  public CompletionStage<ProducerIdBlock> allocateProducerIds() {
    return unsupported();
  }

  @Override
  public CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes) {
    return unsupported();
  }

  private static <T> CompletionStage<T> unsupported() {
    return CompletableFuture.failedStage(new UnsupportedOperationException());
  }
}
