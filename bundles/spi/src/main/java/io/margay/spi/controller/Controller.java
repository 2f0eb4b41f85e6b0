package io.margay.spi.controller;

import io.margay.protocol.Errors;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/** The controller, wherever it runs. Safe for all threads; never blocks. Stages complete on any thread. */
@ProviderType
public interface Controller {
  /**
   * A block of producer ids.
   *
   * @param first first id, inclusive
   * @param size how many
   */
  record ProducerIdBlock(long first, int size) { }

  /**
   * Creates a topic unless it exists.
   *
   * @param name its name
   * @param partitions how many partitions, -1 for the default
   * @param replicationFactor how many replicas, -1 for the default
   * @param configs its settings
   * @param internal whether it is an internal topic
   * @return {@link Errors#NONE} when it was created and is served, TOPIC_ALREADY_EXISTS, or another error
   */
  CompletionStage<Errors> createTopic(String name, int partitions, int replicationFactor, Map<String, String> configs,
      boolean internal);

  /** @return a block of producer ids that no other caller gets */
  CompletionStage<ProducerIdBlock> allocateProducerIds();

  /**
   * Whether the image shows this broker as this process registered it. Until then it may show the registration of an earlier
   * process: addresses that are no longer bound, and leader epochs that are about to rise.
   *
   * @return whether clients may be answered from the image
   */
  default boolean registered() {
    return true;
  }

  /** @return a stage that completes when {@link #registered} becomes true, on any thread */
  default CompletionStage<Void> whenRegistered() {
    return CompletableFuture.completedStage(null);
  }
}
