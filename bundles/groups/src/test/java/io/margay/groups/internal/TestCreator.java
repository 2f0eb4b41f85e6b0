package io.margay.groups.internal;

import io.margay.protocol.Errors;
import io.margay.spi.controller.FakeController;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Remembers which topics were to be created. */
final class TestCreator extends FakeController {
  /** Partitions by topic. */
  final Map<String, Integer> created = new TreeMap<>();
  final Map<String, Map<String, String>> configs = new TreeMap<>();
  Errors answer = Errors.NONE;
  /** What is answered instead, or thrown. */
  CompletionStage<Errors> later;
  RuntimeException failure;
  int calls;

  @Override
  public CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> settings,
      boolean internal) {
    calls++;
    if (failure != null) {
      throw failure;
    }
    if (later != null) {
      return later;
    }
    if (answer == Errors.NONE) {
      created.put(name, partitions);
      configs.put(name, settings);
    }
    return CompletableFuture.completedStage(answer);
  }
}
