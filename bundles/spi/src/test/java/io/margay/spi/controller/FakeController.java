package io.margay.spi.controller;

import io.margay.protocol.Errors;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A controller at which this broker is registered; all else fails unless a test replaces it. */
public class FakeController implements Controller {
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
