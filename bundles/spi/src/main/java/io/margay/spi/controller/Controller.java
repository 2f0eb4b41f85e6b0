package io.margay.spi.controller;

import io.margay.model.BrokerId;
import io.margay.model.LeaderEpoch;
import io.margay.model.TopicIdPartition;
import io.margay.protocol.Errors;
import java.util.List;
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
   * A change of an ISR that the partition's leader asks for (KIP-497).
   *
   * @param partition which partition
   * @param leaderEpoch the epoch in which this broker leads it
   * @param partitionEpoch the epoch of the partition's image that the change is based on
   * @param isr the new ISR: each broker with the epoch of its registration that the leader knows (KIP-841)
   * @param newEpoch whether the partition gets a new leader epoch, also if its leader stays: what comes next replaces records of the epoch
   */
  record IsrChange(TopicIdPartition partition, LeaderEpoch leaderEpoch, int partitionEpoch, Map<BrokerId, Long> isr, boolean newEpoch) {
    public IsrChange {
      isr = Map.copyOf(isr);
    }

    /** As the other constructor, in the same leader epoch as long as the leader stays. */
    public IsrChange(TopicIdPartition partition, LeaderEpoch leaderEpoch, int partitionEpoch, Map<BrokerId, Long> isr) {
      this(partition, leaderEpoch, partitionEpoch, isr, false);
    }
  }

  /**
   * Changes ISRs of partitions that this broker leads. The new ISRs come with an image; until it arrives, the leader counts the
   * replicas of both the old and the new ISR. An ISR without this broker gives the leadership up: another member leads then, or, if none
   * can, nothing changes and the answer is INELIGIBLE_REPLICA.
   *
   * @param brokerEpoch epoch of this broker's registration; another one is refused
   * @param changes at most one per partition
   * @return one error per change, in order: NONE; FENCED_LEADER_EPOCH or NOT_LEADER_OR_FOLLOWER when this broker does not lead in
   *     that epoch; INVALID_UPDATE_VERSION when the partition has another epoch: an image that tells is on its way;
   *     INELIGIBLE_REPLICA when a new member is fenced, shutting down or has another epoch; UNKNOWN_TOPIC_ID; or
   *     STALE_BROKER_EPOCH. Completes exceptionally when no controller could be reached, or it is not known whether the changes
   *     were made: ask again, based on the newest image
   */
  CompletionStage<List<Errors>> alterIsr(long brokerEpoch, List<IsrChange> changes);

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

  /**
   * A broker begins fenced, and takes part when the controller has heard that it knows the newest metadata: from then on it gets replicas
   * of new topics.
   *
   * @return a stage that completes when an image shows this broker {@linkplain #registered registered} and, for the first time, not fenced;
   *     on any thread
   */
  default CompletionStage<Void> whenActive() {
    return whenRegistered();
  }
}
